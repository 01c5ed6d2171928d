"""A copy of a test database that whatever is tried may change for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def copy_of(source: str, suffix: str) -> Iterator[str]:
    """Connect to a copy for a while; nothing is rolled back in it, as in life."""
    before, name = str(connection.settings_dict["NAME"]), f"{source}_{suffix}"
    connection.close()
    with connection._nodb_cursor() as cursor:  # what is connected would keep it from being copied
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
