"""Writes a synthetic world as canonical files, with its truth beside it. Needs no database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from pyarrow import csv

from ratings.worlds.canonical import write_canonical
from ratings.worlds.demo import demo_tables, truth_table
from ratings.worlds.stories import tell


class Command(BaseCommand):
    help = "Write a synthetic world as canonical files, plus truth.csv with the true value of each score."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--influencers", type=int, default=600, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--days", type=int, default=365, metavar="D", help="length of the world")
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="DATE", help="first day after the world (today)"
        )
        parser.add_argument("--stories", action="store_true", help="add the eleven stories and story.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        n, days = options["influencers"], options["days"]
        if n < 1 or days < 1:
            raise CommandError("A world needs at least one influencer and one day.")
        until = options["until"] or datetime.now(ZoneInfo("Asia/Shanghai")).date()
        told, calls = tell(until) if options["stories"] else ({}, [])
        tables, world = demo_tables(n=n, seed=options["seed"], until=until, days=days, stories=told)
        write_canonical(tables, options["folder"])
        if options["stories"]:
            lines = [json.dumps(call, ensure_ascii=False, sort_keys=True) + "\n" for call in calls]
            (options["folder"] / "story.jsonl").write_text("".join(lines), encoding="utf-8")
        csv.write_csv(truth_table(world), options["folder"] / "truth.csv")
        counts = ", ".join(f"{rows.num_rows:,} {kind}" for kind, rows in tables.items())
        self.stdout.write(f"{options['folder']}: {counts}, until {until}")
