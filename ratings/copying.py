"""Rows in and out of PostgreSQL by COPY, as Arrow tables and tuples: many at once, every digit kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection


def copied_in(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Append rows to a table of our own."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def copied_out(sql: str, values: list[Any], schema: pa.Schema) -> pa.Table:
    """Rows of a query of our own, its columns in the order of the schema."""
    copy = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    # the cursor within: the debug wrapper's copy takes no values
    with connection.cursor() as cursor, cursor.cursor.copy(copy, values) as lines:
        text = b"".join(lines)
    if not text:
        return schema.empty_table()
    return pyarrow.csv.read_csv(
        pa.py_buffer(text),
        read_options=pyarrow.csv.ReadOptions(column_names=schema.names),
        convert_options=pyarrow.csv.ConvertOptions(column_types=schema),
    )
