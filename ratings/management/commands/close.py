"""Close a day: fix trust, refresh priors and ranks, publish."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone as clock
from rich.console import Console

from ratings import publication, runs
from ratings.close import close
from ratings.days import policy_date
from ratings.management.steps import STEPS


class Command(BaseCommand):
    help = "Close a day by hand: fix the trust of its reviews, refresh priors and ranks, publish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, metavar="DATE", help="the day to close; yesterday")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        day = options["date"] or policy_date(at) - timedelta(days=1)
        with Console(stderr=True).status(STEPS["evidence"]) as status:  # draws on a terminal only
            try:
                run = close(day=day, at=at, progress=lambda step: status.update(STEPS.get(step, step)))
            except (runs.CannotRate, publication.CannotPublish) as why:
                raise CommandError(str(why)) from why
        if run is None:
            self.stdout.write(f"{day} is closed already.")
        else:
            self.stdout.write(f"{day} is closed: run {run.pk}, {run.rated} rated of {run.influencers}, is public.")
