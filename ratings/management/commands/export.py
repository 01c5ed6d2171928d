"""Write what is public to files, or all clean evidence for a cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone as clock

from feedback.by_day import write_by_day
from ratings import publication
from ratings.days import policy_date
from ratings.publication import export


class Command(BaseCommand):
    help = (
        "Write the public scores, or the public standing, of everyone as one table; "
        "or the clean evidence as Parquet by day, which `score_files --clean --engine spark` reads."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["scores", "standing", "evidence"])
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="evidence: leave out this day and later (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, form = options["folder"], options["format"]
        try:
            if options["what"] == "evidence":
                until = options["as_of"] or policy_date(clock.now())
                counts = write_by_day(until=until, into=folder)
                self.stdout.write(", ".join(f"{rows} {kind}" for kind, rows in counts.items()) + f": {folder}")
                return
            if options["what"] == "standing":
                target, rows = export.standing(into=folder, form=form, at=clock.now())
                self.stdout.write(f"{rows} rows of standing: {target}")
                return
            public = publication.public_run()
            if public is None:
                raise CommandError("Nothing is published yet: manage.py rate --publish")
            target, rows = export.scores(public=public, into=folder, form=form)
        except OSError as why:
            raise CommandError(f"{folder} cannot be written: {why}") from why
        self.stdout.write(f"{rows} influencers of run {public.run_id}, as of {public.run.as_of}: {target}")
