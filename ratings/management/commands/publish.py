"""Make a stored run the public one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ratings import publication
from ratings.models import Run


class Command(BaseCommand):
    help = "Make a stored run the public one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="its number")
        parser.add_argument("--reason", default="", help="for the publication log")

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        try:
            publication.publish(run=run, at=timezone.now(), reason=options["reason"])
        except publication.CannotPublish as why:
            raise CommandError(str(why)) from why
        self.stdout.write(f"Run {run.pk}, as of {run.as_of}, is public: {run.rated} of {run.influencers} rated.")
