"""Migrations, and then what the application may do with the tables.

Nobody who reads or writes meanwhile waits long behind a migration that waits itself: it gives up its place in the queue
for a lock after LOCK_TIMEOUT, and is tried again. Each migration is one transaction: what failed left nothing behind.
"""

import os
import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

from config import roles

LOCK_TIMEOUT = "500ms"  # less than deadlock_timeout, so that of two who wait for each other the migration gives way
LONGER, EVERY = "2s", 5  # and each so many attempts more than it, after which an autovacuum gives way
ATTEMPTS = int(os.environ.get("MIGRATE_ATTEMPTS", "30"))
PAUSE = 1.0  # seconds that the others get between two attempts


class Command(migrate.Command):
    """Django's own, followed by the grants of the application's role."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._patiently(*args, **options)
        finally:
            with connections[options["database"]].cursor() as cursor:
                cursor.execute("RESET lock_timeout")
        if not (options["plan"] or options["check_unapplied"]):
            said = roles.grant(connections[options["database"]])
            if options["verbosity"] > 0:
                self.stdout.write(f"Roles: {said}.")

    def _patiently(self, *args: Any, **options: Any) -> None:
        """What is applied stays; an attempt goes on where the one before gave way."""
        for attempt in range(1, ATTEMPTS + 1):
            with connections[options["database"]].cursor() as cursor:
                patience = LONGER if attempt % EVERY == 0 else LOCK_TIMEOUT
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
            try:
                super().handle(*args, **options)
                return
            except OperationalError as why:
                if not isinstance(why.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
                if attempt == ATTEMPTS:
                    raise CommandError(
                        f"a table was in use through {ATTEMPTS} attempts ({why}). Nothing of this migration is "
                        "applied, what came before it is, and the service goes on as it was. See who holds it "
                        "(pg_stat_activity), then run manage.py migrate again."
                    ) from why
                time.sleep(PAUSE)
