"""What following the verdicts would have saved on last year's deals."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ratings.checks.backtest import NEEDED, backtest, summary


class Command(BaseCommand):
    help = (
        "Check deals of the past as if before they were agreed: a CSV with the columns of a check and "
        f"{' and '.join(NEEDED)} (what the deal made, fee paid)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--out", type=Path, metavar="FILE.json", help="every deal with its verdict")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(str(error)) from None
        if not rows or any(name not in rows[0] for name in NEEDED):
            raise CommandError(f"The file needs rows, and the columns {' and '.join(NEEDED)}.")
        lines = backtest(rows, at=timezone.now())
        found = summary(lines)
        if options["out"]:
            body = {"summary": found, "deals": [asdict(line) for line in lines]}
            options["out"].write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        self.stdout.write(json.dumps(found, indent=1, sort_keys=True))
        if found["refused"]:
            raise SystemExit(1)
