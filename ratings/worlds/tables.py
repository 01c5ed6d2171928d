"""A world as the clean-evidence Arrow tables that the engine reads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ratings.worlds.columns import COLUMNS, COMMON, EVENT_TIME
from ratings.worlds.world import (
    CATEGORIES,
    CLASSES,
    COMPLAINT_STATUSES,
    DAY,
    REASONS,
    SEVERITIES,
    VIOLATION_STATUSES,
    Floats,
    Ints,
    World,
)

ZONE_OFFSET = 8 * 3600  # Asia/Shanghai keeps +08:00 all year
FAULT_OF_REASON = ("influencer", "merchant", "buyer", "courier", "unknown")
CODE_OF_CLASS = ("PRM-02", "PRD-04", "PRM-01", "PRD-01")


def epoch_us(world: World, seconds: Ints) -> Ints:
    """World seconds as microseconds since 1970 UTC."""
    return (_first_midnight(world.until, world.days) + np.asarray(seconds, dtype=np.int64)) * 1_000_000


def _first_midnight(until: date, days: int) -> int:
    end = int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp())
    return end - ZONE_OFFSET - days * DAY


def labels(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Ids like `s000012`, made in one go."""
    text = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, padding="0")
    return pc.binary_join_element_wise(prefix, text, "")


def pick(words: tuple[str, ...], index: Ints) -> pa.Array:
    """The word at each position."""
    return pa.array(list(words), pa.string()).take(pa.array(index))


def whole(values: Floats) -> pa.Array:
    """Whole numbers, NaN becoming null."""
    known = np.isfinite(values)
    return pa.array(np.where(known, values, 0).astype(np.int64), pa.int64(), mask=~known)


def table(kind: str, columns: dict[str, pa.Array]) -> pa.Table:
    """A table with every column of the kind, the ones not given null."""
    first = next(iter(columns.values()))
    wanted = {**COLUMNS[kind], **COMMON}
    arrays = [
        columns[name].cast(dtype) if name in columns else pa.nulls(len(first), dtype) for name, dtype in wanted.items()
    ]
    extra = [name for name in columns if name not in wanted]
    return pa.table([*arrays, *(columns[name] for name in extra)], names=[*wanted, *extra])


def clean_tables(world: World) -> dict[str, pa.Table]:
    """The world's evidence as clean tables, one per kind, defaults applied (Contract of the engine's input)."""
    host_ids = labels("h", np.arange(world.n), 4)
    session_ids = labels("s", np.arange(world.sessions.host.size), 6)
    hosts = np.arange(world.n)
    tables = {
        "influencers": table(
            "influencers", {"influencer_id": host_ids, "name": host_ids, "category": pick(CATEGORIES, world.category)}
        ),
        "sessions": _sessions(world, host_ids, session_ids),
        "reviews": _reviews(world, host_ids, session_ids),
        "refunds": _refunds(world, host_ids, session_ids),
        "complaints": _complaints(world, host_ids, session_ids),
        "violations": _violations(world, host_ids, session_ids),
    }
    assert tables["influencers"].num_rows == hosts.size
    return {kind: _received(kind, rows) for kind, rows in tables.items()}


def _received(kind: str, rows: pa.Table) -> pa.Table:
    at = rows.schema.get_field_index("received_at")
    return rows.set_column(at, "received_at", rows[EVENT_TIME[kind]])


def _sessions(world: World, host_ids: pa.Array, session_ids: pa.Array) -> pa.Table:
    s = world.sessions
    return table(
        "sessions",
        {
            "session_id": session_ids,
            "influencer_id": host_ids.take(pa.array(s.host)),
            "started_at": pa.array(epoch_us(world, s.start)),
            "orders": pa.array(s.orders),
            "viewers": whole(s.viewers),
            "commenters": whole(s.commenters),
        },
    )


def _reviews(world: World, host_ids: pa.Array, session_ids: pa.Array) -> pa.Table:
    r = world.reviews
    session = pa.array(np.maximum(r.session, 0), mask=r.session < 0)
    return table(
        "reviews",
        {
            "review_id": labels("r", np.arange(r.host.size), 6),
            "influencer_id": host_ids.take(pa.array(r.host)),
            "reviewer_id": labels("u", r.user, 6),
            "created_at": pa.array(epoch_us(world, r.time)),
            "professionalism": pa.array(r.marks[:, 0]),
            "service": pa.array(r.marks[:, 1]),
            "as_described": pa.array(r.marks[:, 2]),
            "session_id": session_ids.take(session),
            "verified": pa.array(r.verified),
        },
    )


def _refunds(world: World, host_ids: pa.Array, session_ids: pa.Array) -> pa.Table:
    f = world.refunds
    return table(
        "refunds",
        {
            "refund_id": labels("f", np.arange(f.session.size), 7),
            "influencer_id": host_ids.take(pa.array(world.sessions.host[f.session])),
            "created_at": pa.array(epoch_us(world, f.time)),
            "reason": pick(REASONS, f.reason),
            "session_id": session_ids.take(pa.array(f.session)),
            "fault": pick(FAULT_OF_REASON, f.reason),
        },
    )


def _complaints(world: World, host_ids: pa.Array, session_ids: pa.Array) -> pa.Table:
    c = world.complaints
    return table(
        "complaints",
        {
            "complaint_id": labels("c", np.arange(c.session.size), 6),
            "influencer_id": host_ids.take(pa.array(world.sessions.host[c.session])),
            "created_at": pa.array(epoch_us(world, c.time)),
            "severity": pick(SEVERITIES, c.severity),
            "status": pick(COMPLAINT_STATUSES, c.status),
            "session_id": session_ids.take(pa.array(c.session)),
            "fault": pa.array(np.full(c.session.size, "influencer", dtype=object), pa.string()),
        },
    )


def _violations(world: World, host_ids: pa.Array, session_ids: pa.Array) -> pa.Table:
    v = world.violations
    return table(
        "violations",
        {
            "violation_id": labels("v", np.arange(v.session.size), 6),
            "influencer_id": host_ids.take(pa.array(world.sessions.host[v.session])),
            "occurred_at": pa.array(epoch_us(world, v.time)),
            "code": pick(CODE_OF_CLASS, v.rank),
            "status": pick(VIOLATION_STATUSES, v.status),
            "session_id": session_ids.take(pa.array(v.session)),
            "class": pick(CLASSES, v.rank),
            "subject": pa.array(np.full(v.session.size, "influencer", dtype=object), pa.string()),
        },
    )
