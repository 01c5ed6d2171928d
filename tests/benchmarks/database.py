"""A database of the benchmarks' own, on a server of their own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings
from django.db import connection

from config.embedded_postgres import cluster


@contextlib.contextmanager
def throwaway() -> Iterator[None]:
    """Migrated and empty; gone afterwards."""
    with contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(cluster().in_use())
            settings.DATABASES["default"].update(cluster().address())
            connection.settings_dict.update(cluster().address())
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.close()
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)


def execute(statement: str) -> None:
    """One statement of the benchmark's own."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
