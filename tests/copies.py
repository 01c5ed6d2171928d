"""A copy of a test database that whatever is tried may change for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests import databases


@contextmanager
def copy_of(source: str, suffix: str) -> Iterator[str]:
    """Connect to a copy for a while; nothing is rolled back in it, as in life."""
    before, name = str(connection.settings_dict["NAME"]), f"{source}_{suffix}"
    connection.close()
    databases.make(name, template=source)
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        databases.drop(name)
