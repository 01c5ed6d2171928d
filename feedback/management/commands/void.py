"""manage.py void: takes out evidence that never was."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback import intake
from feedback.kinds import KINDS


class Command(BaseCommand):
    help = "Takes out evidence that never was. The rows stay, marked with the reason; no rating reads them any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[*KINDS], metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("ids", nargs="+", metavar="ID")
        parser.add_argument("--reason", required=True, metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = intake.void(
                kind=KINDS[options["kind"]], ids=options["ids"], reason=options["reason"], at=timezone.now()
            )
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        told = _("voided %(voided)s, already void %(already)s, unknown %(unknown)s")
        self.stdout.write(told % {"voided": done.voided, "already": done.already, "unknown": len(done.unknown)})
        if done.unknown:
            raise CommandError(_("unknown: %s") % ", ".join(done.unknown), returncode=1)
