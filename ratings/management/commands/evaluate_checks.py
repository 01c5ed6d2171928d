"""Measures the pre-payment check: on synthetic worlds (shows, or slots of them), or on a folder's sales by month."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ratings.worlds import months, prepayment, slots, verdicts

Found = tuple[str, dict[str, list[list[str]]]]
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

        parser.add_argument("--slots", action="store_true", help="forecast one slot of each show")
        parser.add_argument(
            "--months", type=Path, metavar="DIR", help="forecast each influencer's months of this folder's evidence"
        )
        parser.add_argument("--split", type=date.fromisoformat, metavar="DATE", help="first month that is forecast")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="first month that is not")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["worlds"] < 1 or options["size"] < 40:
            raise CommandError("At least one world of at least 40 influencers is needed.")
        note, tables = by_month(options) if options["months"] else self.synthetic(options)
        for table in tables.values():
            head, *body = table
            shown = Table(*head, caption=note)
            for row in body:
                shown.add_row(*row)
            Console(width=180).print(shown)
        if options["write"]:
            write(options["write"], note, tables)

    def synthetic(self, options: dict[str, Any]) -> Found:
        families = [options["family"]] if options["family"] else ["A", "B"]
        jobs = [(family, SEEDS[options["seeds"]] + k) for k in range(options["worlds"]) for family in families]
        console = Console(stderr=True)
        told = track(jobs, console=console, disable=not console.is_terminal)
        n, size = options["size"], options["draws"]
        note = (
            f"{options['worlds']} worlds of {n:,} influencers per generator, "
            f"{'reporting' if options['seeds'] == 'report' else 'development'} seeds"
        )
        if options["slots"]:
            both = [(family, slots.evaluate(family, seed, n=n, size=size)) for family, seed in told]
            named = [
                (f"{family}: {name}", verdicts.apart([found[k] for f, found in both if f == family]))
                for family in families
                for k, name in enumerate(("slots known", "shows only"))
            ]
            return f"{note}; gaps in points ± standard error.", {"slots": verdicts.calibration(named)}
        found = [(family, prepayment.evaluate(family, seed, n=n, size=size)) for family, seed in told]
        offers = sum(len(rows) for _family, rows in found)
        note += f", {offers:,} held-out shows; mean ± sd over worlds, gaps ± standard error; yuan per 100 offers."
        return note, verdicts.tables(found)


def by_month(options: dict[str, Any]) -> Found:
    """Of a folder of canonical files, without a database."""
    split, until = options["split"], options["until"]
    if not split or not until:
        raise CommandError("--months needs --split and --until.")
    with tempfile.TemporaryDirectory() as room:
        clean = Path(room) / "clean"
        months.evidence_of(options["months"], until=until, into=clean)
        each, whole = months.sales_of(clean), months.sales_of(clean, by_category=True)
    rows = months.evaluate(each, split=split, until=until, size=options["draws"])
    few, busy = months.by_count(rows)
    named = [
        ("influencers with under two orders a month", few),
        ("with two or more", busy),
        ("categories", months.evaluate(whole, split=split, until=until, size=options["draws"])),
    ]
    before, after = (100 * share for share in months.totals(each, split=split, until=until))
    note = (
        f"Months from {split} to {until}, each forecast at its start; gaps in points ± standard error. "
        f"Cancelled before {split}: {before:.2f}% of orders, after: {after:.2f}%."
    )
    table = verdicts.calibration(named, second="orders kept", third="a drawn fee earned back")
    return note, {"months": table}


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
