"""A new row at once: stored, its influencer told to be counted again, and who waits woken, in one question.

Only what is plainly new is taken; whatever else a row may be is for `intake.record` to find out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection, transaction

from feedback import pseudonyms
from feedback.columns import Kind
from feedback.identity import quoted
from feedback.intake import CHANNEL
from feedback.kinds import KINDS, PSEUDONYMS
from feedback.staging import staged_type
from feedback.stored import LOCAL_DAY, stored

# together with other single rows, never while a batch of this kind decides what is new
LOCK = "SELECT pg_advisory_xact_lock_shared(hashtext('feedback.intake'), hashtext(%s))"


def takes(kind: Kind) -> bool:
    """Whether rows of this kind can come this way."""
    return kind.refers_to_influencer and kind.event_time is not None and kind.rated


@transaction.atomic(savepoint=False)
def stored_as_new(*, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> tuple[int, bool]:
    """Store rows of typed values whose ids and influencers leave no question; how many, and whether they are covered.

    Times are microseconds since 1970; covered means that somebody has said, or assumed, since when this kind is whole.
    """
    # in one order, so that nobody waits in a circle
    ready = sorted(_pseudonymous(kind, rows), key=lambda row: str(row[kind.key]))
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as lock,
        connection.connection.pipeline(),
    ):
        lock.execute(LOCK, [kind.name])
        asked = [
            psycopg.Cursor(connection.connection).execute(_statement(kind.name), row, prepare=True) for row in ready
        ]
        found = [cursor.fetchone() or (0, False, None) for cursor in asked]
        new = sum(one[0] for one in found)
    return new, all(one[1] for one in found)


def _pseudonymous(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    name = next((name for name in PSEUDONYMS if name in kind.by_name), None)
    hashed = pseudonyms.in_use() if name else str
    for row in rows:
        known = name and row.get(name) is not None
        yield {**row, name: hashed(str(row[name]))} if name and known else row


@lru_cache
def _statement(name: str) -> str:
    kind = KINDS[name]
    to = stored(kind)
    columns = ", ".join(f"%({c.name})s::{staged_type(c)} AS {quoted(c.name)}" for c in kind.columns)
    expressions = ", ".join(expression for _, expression in to.pairs)
    day = LOCAL_DAY.format(f"s.{quoted(kind.event_time)}") if kind.event_time else "NULL::date"
    return (
        f"WITH s AS MATERIALIZED (SELECT {columns}), "
        f"new AS (INSERT INTO {to.table} ({to.columns}) SELECT {expressions} FROM {to.joined('s')} "
        f"WHERE {to.where()} ON CONFLICT (source_id) DO NOTHING RETURNING influencer_id), "
        f"told AS (INSERT INTO feedback_outbox (influencer_id, day) SELECT new.influencer_id, {day} FROM new, s) "
        f"SELECT n, EXISTS (SELECT FROM feedback_coverage WHERE source_id = '{name}'), "
        f"CASE WHEN n > 0 THEN pg_notify('{CHANNEL}', '')::text END FROM (SELECT count(*) AS n FROM new) counted"
    )
