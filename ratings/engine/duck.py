"""DuckDB in process, with as much memory as it may take and a folder of its own for the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

MEMORY_LIMIT = "300MB"


@contextmanager
def connection() -> Iterator[Any]:
    """A database in memory, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": folder,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": 2,
        }
        db = duckdb.connect(":memory:", config=config)
        try:
            yield db
        finally:
            db.close()
