"""Prints every constant of the policy as a table, and what moves when one is halved or doubled."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from ratings.rating import CURRENT
from ratings.worlds.report import markdown
from ratings.worlds.sensitivity import Move, moves
from ratings.worlds.smooth import Smooth, smooth_world
from ratings.worlds.tables import clean_tables

UNTIL, SEED = date(2026, 1, 1), 101
LEAST = 0.005  # points; what moves nobody by so much moves nobody


class Command(BaseCommand):
    help = "Print the policy's constants as Markdown, or write them between the markers of METHOD.md."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", type=Path, metavar="METHOD.md", help="write the table between its markers")
        parser.add_argument(
            "--sensitivity", type=int, metavar="N", help="halve and double each on a world of N influencers instead"
        )
        parser.add_argument("--json", action="store_true", help="the policy document: what rate --policy reads")
        parser.add_argument("--days", type=int, default=200, metavar="D", help="length of that world")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(CURRENT.document(), ensure_ascii=False, indent=1))
            return
        if options["sensitivity"]:
            name, body = "sensitivity", self._sensitivity(options["sensitivity"], options["days"])
        else:
            name, body = "constants", constants()
        if options["write"] is None:
            self.stdout.write(body)
        else:
            write_between(options["write"], name, body)

    def _sensitivity(self, size: int, days: int) -> str:
        world = smooth_world(n=size, seed=SEED, until=UNTIL, p=Smooth(days=days))
        with Console(stderr=True).status("halving and doubling") as status:
            found = moves(clean_tables(world), as_of=UNTIL, tell=status.update)
        seen = {k: pair for k, pair in found.items() if any(m and _moves(m) for m in pair)}
        rows = [[f"`{name}`", *_cells(halved), *_cells(doubled)] for name, (halved, doubled) in seen.items()]
        head = ["constant", *(f"{what}: {of}" for what in ("halved", "doubled") for of in ("score", "±", "grades"))]
        idle = ", ".join(f"`{name}`" for name in found if name not in seen)
        return (
            f"One world of {size} influencers and {days} days. Score: points the overall moves, median host / 95th "
            "percentile; ±: change of the interval's half-width, median; grades: share of hosts with another "
            f"grade.\n\n{markdown([head, *rows])}\n\nNothing moved in this world with: {idle}."
        )


def constants() -> str:
    """The table of all constants."""
    rows = [
        [f"`{row['name']}`", _value(row["value"]), row["unit"], f"{row['low']:g} to {row['high']:g}", row["reason"]]
        for row in CURRENT.document()["constants"]
    ]
    return f"Policy {CURRENT.version}.\n\n{markdown([['constant', 'value', 'unit', 'bounds', 'reason'], *rows])}"


def write_between(path: Path, name: str, body: str) -> None:
    """Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = path.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise CommandError(f"{path} has no {begin} … {end}.")
    before, rest = text.split(begin, 1)
    path.write_text(f"{before}{begin}\n{body}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def _value(value: float | bool) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else f"{value:g}"


def _moves(move: Move) -> bool:
    return max(move.most, abs(move.width)) >= LEAST or move.grades > 0


def _cells(move: Move | None) -> list[str]:
    if move is None:
        return ["–", "–", "–"]
    return [f"{move.median:.2f} / {move.most:.2f}", f"{move.width:+.2f}", f"{move.grades:.0%}"]
