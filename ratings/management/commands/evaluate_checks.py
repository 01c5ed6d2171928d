"""Measures the pre-payment check on synthetic worlds: learn from nine months, predict every show of the last three."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ratings.worlds import prepayment, verdicts

SEEDS = {"dev": 1001, "report": 2001}


class Command(BaseCommand):
    help = "Calibration of the pre-payment check and the loss it avoids, on synthetic worlds of two unlike generators."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worlds", type=int, default=2, metavar="N", help="worlds (seeds) per generator")
        parser.add_argument("--size", type=int, default=500, metavar="N", help="influencers per world")
        parser.add_argument("--seeds", choices=sorted(SEEDS), default="dev", help="which set of seeds")
        parser.add_argument("--family", choices=("A", "B"), help="only this generator")
        parser.add_argument("--draws", type=int, default=1024, metavar="N")
        parser.add_argument("--write", type=Path, metavar="METHOD.md", help="write the tables between its markers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["worlds"] < 1 or options["size"] < 40:
            raise CommandError("At least one world of at least 40 influencers is needed.")
        families = [options["family"]] if options["family"] else ["A", "B"]
        jobs = [(family, SEEDS[options["seeds"]] + k) for k in range(options["worlds"]) for family in families]
        console = Console(stderr=True)
        found = [
            (family, prepayment.evaluate(family, seed, n=options["size"], size=options["draws"]))
            for family, seed in track(jobs, console=console, disable=not console.is_terminal)
        ]
        offers = sum(len(rows) for _family, rows in found)
        note = (
            f"{options['worlds']} worlds of {options['size']:,} influencers per generator, {offers:,} held-out shows, "
            f"{'reporting' if options['seeds'] == 'report' else 'development'} seeds; mean ± sd over worlds, "
            "gaps ± standard error; yuan per 100 offers."
        )
        tables = verdicts.tables(found)
        for table in tables.values():
            head, *body = table
            shown = Table(*head, caption=note)
            for row in body:
                shown.add_row(*row)
            Console(width=180).print(shown)
        if options["write"]:
            write(options["write"], note, tables)


def write(path: Path, note: str, tables: dict[str, list[list[str]]]) -> None:
    """Replaces what stands between `<!-- checks:NAME -->` and `<!-- /checks:NAME -->`; the markers have to be there."""
    text = path.read_text(encoding="utf-8")
    for name, (head, *body) in tables.items():
        begin, end = f"<!-- checks:{name} -->", f"<!-- /checks:{name} -->"
        if begin not in text or end not in text:
            raise CommandError(f"{path} has no {begin} … {end}.")
        lines = [head, ["---"] * len(head), *body]
        block = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        before, rest = text.split(begin, 1)
        text = f"{before}{begin}\n{note}\n\n{block}\n{end}{rest.split(end, 1)[1]}"
    path.write_text(text, encoding="utf-8")
