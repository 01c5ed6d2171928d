"""Writes clean tables as canonical CSV files: ISO-8601 times with offset, empty where not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ratings.worlds.tables import ZONE_OFFSET

TIMES = frozenset(
    {
        "joined_at",
        "started_at",
        "ended_at",
        "refunds_as_of",
        "created_at",
        "responded_at",
        "resolved_at",
        "remedied_at",
        "occurred_at",
        "agreed_at",
        "paid_at",
        "shipped_at",
        "settled_at",
        "refunded_at",
        "updated_at",
        "received_at",
    }
)
DATES = frozenset({"qualification_expires"})


def write_canonical(tables: dict[str, pa.Table], folder: Path) -> None:
    """One `KIND.csv` per table; columns without a single value are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in tables.items():
        columns = {
            name: _text(name, rows[name])
            for name in rows.column_names
            if rows[name].null_count < rows.num_rows or rows.num_rows == 0
        }
        csv.write_csv(pa.table(columns), folder / f"{kind}.csv")


def _text(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if name in TIMES:
        return _iso(column)
    if name in DATES:
        return column.cast(pa.int32()).cast(pa.date32()).cast(pa.string())
    return column


def _iso(column: pa.ChunkedArray) -> pa.Array:
    known = np.asarray(pc.is_valid(column))
    local = np.asarray(pc.fill_null(column, 0), dtype=np.int64) // 1_000_000 + ZONE_OFFSET
    text = np.datetime_as_string(local.astype("datetime64[s]"), unit="s")
    stamped = pc.binary_join_element_wise(pa.array(text.astype(object), pa.string()), "+08:00", "")
    return pc.if_else(pa.array(known), stamped, pa.scalar(None, pa.string()))
