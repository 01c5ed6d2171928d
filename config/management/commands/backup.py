"""Everything into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from config.backup import BackupError, backup

FAILED = 2


class Command(BaseCommand):
    """Back up the database and the attachments while the service runs."""

    help = (
        "Write database and attachments to FILE, as of one moment, while others read and write. An existing file is "
        "never overwritten. SECRET_KEY and REVIEWER_KEY are not in it: keep them apart."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            made = backup(to=file, at=timezone.now())
        except (BackupError, DatabaseError) as why:
            raise CommandError(str(why), returncode=FAILED) from why
        self.stdout.write(
            f"{file}: {made.rows:,} rows in {len(made.tables)} tables, {len(made.attachments)} attachments, "
            f"{file.stat().st_size:,} bytes. "
            f"To try it: manage.py restore {file} with DATABASE_URL of an empty database."
        )
