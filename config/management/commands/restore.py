"""Everything back from one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config.backup import BackupError
from config.restore import restore

FAILED = 2


class Command(BaseCommand):
    """Restore a backup into an empty database, or with --replace in place of what is there."""

    help = (
        "Restore FILE in one transaction, which commits only when every table has the rows and the digest that were "
        "backed up; until then, and when it fails, everything stays as it was. Refuses a database that is not empty "
        "unless --replace. Stop web server and worker first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="put it in place of all that the database holds")

    def handle(self, *, file: Path, replace: bool, **options: Any) -> None:
        try:
            found, notes = restore(path=file, replace=replace)
        except (BackupError, DatabaseError) as why:
            raise CommandError(str(why), returncode=FAILED) from why
        self.stdout.write(
            f"{found.rows:,} rows in {len(found.tables)} tables and {len(found.attachments)} attachments are back "
            f"as of {found.made_at}, each table with the digest that was backed up. Now: manage.py verify"
        )
        for note in notes:
            self.stdout.write(f"note: {note}")
