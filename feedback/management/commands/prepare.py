"""`manage.py prepare SOURCE IN OUT`: the one step before `manage.py ingest` for a source that needs a join."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from feedback.ingest.prepare import SOURCES, PrepareError


class Command(BaseCommand):
    """No database is needed."""

    help = (
        "Joins the files of a known source, as published, into one file per evidence kind, and puts the source's "
        "mapping files beside them, so that `manage.py ingest --dir OUT` loads the folder. Rows that can't be joined "
        "are written to OUT/refused.csv, each by name and with its reason; the exit code is then 1."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=sorted(SOURCES), help="whose files these are")
        parser.add_argument(
            "folder", metavar="IN", type=Path, help="folder with the files as published (.csv.gz or .csv)"
        )
        parser.add_argument("into", metavar="OUT", type=Path, help="folder to write to; made when it is missing")

    def handle(self, *args: Any, source: str, folder: Path, into: Path, **options: Any) -> None:
        rows: dict[str, int] = {}
        with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task(f"prepare {source}", total=None)
            try:
                for name, count in SOURCES[source](folder, into):
                    rows[name] = count
                    progress.advance(task)
            except PrepareError as error:
                raise CommandError(str(error), returncode=2) from error
        for mapping in sorted((Path(settings.BASE_DIR) / "examples" / source).glob("*.toml")):
            shutil.copyfile(mapping, into / mapping.name)
        for name, count in rows.items():
            self.stdout.write(f"{into / name}.csv: {count} rows")
        if rows["refused"]:
            raise CommandError(f"{rows['refused']} rows were refused; see {into / 'refused.csv'}", returncode=1)
