"""Go back to the run that was public before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ratings import publication


class Command(BaseCommand):
    help = "Go back to the run that was public before the present one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", default="", help="for the publication log")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            public = publication.unpublish(at=timezone.now(), reason=options["reason"])
        except publication.CannotPublish as why:
            raise CommandError(str(why)) from why
        self.stdout.write(f"Run {public.run_id}, as of {public.run.as_of}, is public again.")
