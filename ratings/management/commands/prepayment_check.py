"""Many pre-payment checks at once, from a file to a file; nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from ratings.checks import batch


class Command(BaseCommand):
    help = "Check the terms of every row of a CSV or XLSX; answers as JSON, CSV or XLSX, by the ending of --out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="evidence before this day counts")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        try:
            batch.ending_of(options["out"].name)
            rows = batch.read(options["file"].read_bytes(), name=options["file"].name, most=batch.MOST_FILE)
            parts = batch.parts(rows, at=timezone.now(), as_of=options["as_of"])
            shown = track(parts, total=batch.many(rows), console=console, disable=not console.is_terminal)
            lines = [line for part in shown for line in part]
            options["out"].write_bytes(batch.write(lines, ending=options["out"].suffix))
        except (OSError, batch.BatchRefusedError) as error:
            raise CommandError(str(error)) from None
        bad = sum("errors" in line for line in lines)
        counts = json.dumps(batch.counts(lines), sort_keys=True)
        self.stdout.write(f"{len(lines):,} rows, {bad:,} of them refused; {counts}")
        if bad:
            raise SystemExit(1)
