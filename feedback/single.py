"""A new row at once: stored, its influencer told to be counted again, and who waits woken, in one question.

Only what is plainly new is taken, and what comes again is known; whatever else a row may be is for `intake.record`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction

from feedback import pseudonyms
from feedback.columns import Kind
from feedback.identity import quoted
from feedback.intake import CHANNEL
from feedback.kinds import KINDS, PSEUDONYMS
from feedback.staging import staged_type
from feedback.stored import LOCAL_DAY, moment, stored

# together with other single rows, never while a batch of this kind decides what is new
LOCK = "SELECT pg_advisory_xact_lock_shared(hashtext('feedback.intake'), hashtext(%s))"


class Stored(NamedTuple):
    """The ids of rows that are new and of rows that were stored just so before; whether the kind is covered."""

    new: frozenset[str]
    same: frozenset[str]
    covered: bool


def takes(kind: Kind) -> bool:
    """Whether rows of this kind can come this way."""
    return kind.refers_to_influencer and kind.event_time is not None and kind.rated


@transaction.atomic(savepoint=False)
def stored_as_new(*, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Stored:
    """Store rows of typed values, each with an id of its own, where id and influencer leave no question.

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
        found = [
            (row[kind.key], *(cursor.fetchone() or (0, False, False))) for row, cursor in zip(ready, asked, strict=True)
        ]
    return Stored(
        frozenset(key for key, new, *_ in found if new),
        frozenset(key for key, new, same, *_ in found if same and not new),
        all(covered for _key, _new, _same, covered, *_ in found),
    )


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
    at_once = f"f.updated_at IS NOT DISTINCT FROM {moment('s.updated_at')}"
    just_so = to.where(f"f.source_id = s.{quoted(kind.key)}", at_once, f"NOT ({to.differs('f')})")
    return (
        f"WITH s AS MATERIALIZED (SELECT {columns}), "
        f"new AS (INSERT INTO {to.table} ({to.columns}) SELECT {expressions} FROM {to.joined('s')} "
        f"WHERE {to.where()} ON CONFLICT (source_id) DO NOTHING RETURNING influencer_id), "
        f"told AS (INSERT INTO feedback_outbox (influencer_id, day) SELECT new.influencer_id, {day} FROM new, s) "
        f"SELECT n, CASE WHEN n = 0 THEN EXISTS (SELECT FROM {to.joined('s', f'{to.table} f')} WHERE {just_so}) END, "
        f"EXISTS (SELECT FROM feedback_coverage WHERE source_id = '{name}'), "
        f"CASE WHEN n > 0 THEN pg_notify('{CHANNEL}', '')::text END FROM (SELECT count(*) AS n FROM new) counted"
    )
