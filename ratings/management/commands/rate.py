"""Rate everyone by the stored evidence; with --publish, make the result public."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone as clock
from rich.console import Console

from ratings import ledger, publication, runs
from ratings.days import day_number, policy_date
from ratings.management.steps import STEPS
from ratings.rating import ENGINES
from ratings.scoring.policy import CURRENT, Policy, PolicyError


class Command(BaseCommand):
    help = "Rate every influencer by the stored evidence and keep the result as a run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="leave out what happened on this day or later"
        )
        parser.add_argument("--publish", action="store_true", help="make the run the public one")
        parser.add_argument("--policy", type=Path, metavar="FILE", help="policy document (JSON) instead of the current")
        parser.add_argument(
            "--rebuild", action="store_true", help="first judge all closed days anew from their log and compare"
        )
        parser.add_argument("--engine", choices=ENGINES, default="embedded")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        as_of = options["as_of"] or policy_date(at)
        policy = CURRENT if options["policy"] is None else read_policy(options["policy"])
        console = Console(stderr=True)
        with console.status(STEPS["evidence"]) as status:  # draws on a terminal only

            def tell(step: str) -> None:
                status.update(STEPS.get(step, step))

            try:
                if options["rebuild"]:
                    tell("rebuilding")
                    self.stdout.write(f"{ledger.replayed(policy=policy):,} reviews replayed, each as it is stored.")
                # what is published is judged for good; a day that is not over, or was closed before, is not
                last = ledger.last_day()
                fix = options["publish"] and as_of <= policy_date(at) and (last is None or last < day_number(as_of) - 1)
                run = runs.rate(as_of=as_of, at=at, policy=policy, engine=options["engine"], fix=fix, progress=tell)
                if options["publish"]:
                    tell("publishing")
                    publication.publish(run=run, at=clock.now())
            except (runs.CannotRate, publication.CannotPublish, ledger.Differs) as why:
                raise CommandError(str(why)) from why
        self.stdout.write(
            f"Run {run.pk}: {run.rated} rated and {run.influencers - run.rated} provisional influencers as of {as_of}"
            f" under policy {run.policy_id}, {run.digest}"
        )
        self.stdout.write("It is public." if options["publish"] else f"To publish it: manage.py publish {run.pk}")


def read_policy(path: Path) -> Policy:
    try:
        return Policy.from_document(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, PolicyError, KeyError, TypeError) as why:
        raise CommandError(f"{path} is not a policy document: {why}") from why
