"""Rate everyone by the stored evidence; with --publish, make the result public."""

from __future__ import annotations

import json
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone as clock
from rich.console import Console

from ratings import publication, runs
from ratings.rating import ENGINES
from ratings.scoring.policy import CURRENT, Policy, PolicyError

POLICY_ZONE = timezone(timedelta(hours=8))  # the policy's day, wherever the service runs
STEPS = {
    "evidence": "reading the evidence",
    "sums": "adding it up by day",
    "parameters": "learning what is usual among peers",
    "scores": "scoring",
    "rows": "storing the run",
    "publishing": "publishing",
}


class Command(BaseCommand):
    help = "Rate every influencer by the stored evidence and keep the result as a run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="leave out what happened on this day or later"
        )
        parser.add_argument("--publish", action="store_true", help="make the run the public one")
        parser.add_argument("--policy", type=Path, metavar="FILE", help="policy document (JSON) instead of the current")
        parser.add_argument("--engine", choices=ENGINES, default="embedded")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        as_of = options["as_of"] or at.astimezone(POLICY_ZONE).date()
        policy = CURRENT if options["policy"] is None else read_policy(options["policy"])
        console = Console(stderr=True)
        with console.status(STEPS["evidence"]) as status:  # draws on a terminal only

            def tell(step: str) -> None:
                status.update(STEPS.get(step, step))

            try:
                run = runs.rate(as_of=as_of, at=at, policy=policy, engine=options["engine"], progress=tell)
                if options["publish"]:
                    tell("publishing")
                    publication.publish(run=run, at=clock.now())
            except (runs.CannotRate, publication.CannotPublish) as why:
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
