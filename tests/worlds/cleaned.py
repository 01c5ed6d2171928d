"""Canonical tables of the demo as clean evidence: latest revision, defaults applied."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from feedback.taxonomy import CODES
from ratings.worlds.tables import EVENT_TIME, table

FAULT = {
    "not_as_described": "influencer",
    "quality": "merchant",
    "no_reason": "buyer",
    "late": "courier",
    "other": "unknown",
}


def start_of(day: date) -> int:
    """Microseconds of the day's first moment in China."""
    return (int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 8 * 3600) * 1_000_000


def cleaned(tables: dict[str, pa.Table], until: date) -> dict[str, pa.Table]:
    """What the rating reads, as of a day."""
    return {kind: _clean(kind, rows, start_of(until)) for kind, rows in tables.items() if kind != "accounts"}


def _clean(kind: str, rows: pa.Table, end: int) -> pa.Table:
    columns = {name: rows[name] for name in rows.column_names}
    columns["received_at"] = rows[EVENT_TIME[kind]]
    same = pa.array(["influencer"] * rows.num_rows, pa.string())
    if kind == "refunds":
        columns["fault"] = pa.array([FAULT[r] for r in rows["reason"].to_pylist()], pa.string())
    if kind == "complaints":
        columns["fault"] = same
    if kind == "violations":
        columns["class"] = pa.array([CODES[c].violation_class for c in rows["code"].to_pylist()], pa.string())
        columns["subject"] = same
    filled = table(kind, columns)
    if kind == "influencers":
        return filled
    return _latest(filled.filter(pc.less(filled["received_at"], end)), end)


def _latest(rows: pa.Table, end: int) -> pa.Table:
    stamps = np.asarray(pc.fill_null(rows["updated_at"], 0), dtype=np.int64)
    rows = rows.filter(pa.array(stamps < end))
    stamps = stamps[stamps < end]
    last: dict[str, int] = {}
    for k, name in enumerate(rows[rows.column_names[0]].to_pylist()):
        if name not in last or stamps[k] > stamps[last[name]]:
            last[name] = k
    return rows.take(sorted(last.values()))
