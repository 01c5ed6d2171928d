"""The time ahead, at today's volume: what the last weeks brought comes again, better where a plan says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from ratings.growth.changes import DAY
from ratings.growth.own import Own, Tables
from ratings.scoring.policy import ZONE_SECONDS

WINDOW = 90  # days that say what today's volume is
LEAST = 14
TIMES = {
    "sessions": ("session_id", "started_at"),
    "reviews": ("review_id", "created_at"),
    "refunds": ("refund_id", "created_at"),
    "complaints": ("complaint_id", "created_at"),
    "violations": ("violation_id", "occurred_at"),
}
MOMENTS = ("started_at", "ended_at", "created_at", "occurred_at", "received_at")


@dataclass(frozen=True)
class Volume:
    """What a stretch of time brings: days, shows, orders, reviews."""

    days: int
    shows: int
    orders: int
    reviews: int


def start_of(day: date) -> int:
    """The start of a day in the policy's zone, in microseconds."""
    return ((day - date(1970, 1, 1)).days * 86_400 - ZONE_SECONDS) * 1_000_000


def window_of(own: Own) -> int:
    """How many days back today's volume is taken from; fewer for whoever has only begun."""
    first = pc.min(own.tables["sessions"]["started_at"]).as_py()
    if first is None:
        return LEAST
    known: int = -(-(start_of(own.as_of) - int(first)) // DAY)
    return max(LEAST, min(WINDOW, known))


def lately(own: Own, days: int) -> Tables:
    """The evidence of the last days alone."""
    start, end = start_of(own.as_of) - days * DAY, start_of(own.as_of)
    found = dict(own.tables)
    for kind, (_key, time) in TIMES.items():
        table = own.tables[kind]
        found[kind] = table.filter(pc.and_(pc.greater_equal(table[time], start), pc.less(table[time], end)))
    return found


def volume(own: Own, days: int) -> Volume:
    recent = lately(own, days)
    orders = pc.sum(recent["sessions"]["orders"]).as_py() or 0
    return Volume(days, recent["sessions"].num_rows, int(orders), recent["reviews"].num_rows)


def to_come(own: Own, days: int) -> Tables:
    """What the next days bring if all goes on as it does: the last weeks once more, by new buyers."""
    window = window_of(own)
    recent, end = lately(own, window), start_of(own.as_of + timedelta(days=days))
    coming: Tables = {}
    for kind, (key, time) in TIMES.items():
        copies = []
        for k in range(1, -(-days // window) + 1):
            table = _copied(recent[kind], key, k, k * window * DAY)
            copies.append(table.filter(pc.less(table[time], end)))
        coming[kind] = pa.concat_tables(copies)
    return coming


def with_future(own: Own, coming: Tables) -> Tables:
    """What was, and what comes; what has been complete until now stays so."""
    found = dict(own.tables)
    for kind, table in coming.items():
        found[kind] = pa.concat_tables([own.tables[kind], table])
    coverage, recent = own.tables["coverage"], start_of(own.as_of) - LEAST * DAY
    at = coverage.schema.get_field_index("until_us")
    until = coverage["until_us"]
    open_ended = pc.if_else(pc.greater_equal(until, recent), pa.scalar(None, until.type), until)
    found["coverage"] = coverage.set_column(at, coverage.schema.field("until_us"), open_ended)
    return found


def _copied(table: pa.Table, key: str, number: int, shift: int) -> pa.Table:
    suffix = pa.scalar(f"~{number}")
    for name in table.schema.names:
        column, at = table[name], table.schema.get_field_index(name)
        if name in (key, "session_id", "reviewer_id"):
            copied = pc.binary_join_element_wise(column, suffix, "")
        elif name in MOMENTS:
            copied = pc.add(column, pa.scalar(shift, column.type))
        else:
            continue
        table = table.set_column(at, table.schema.field(name), copied.cast(column.type))
    return table
