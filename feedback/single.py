"""One new row at once: stored, its influencer told to be counted again, and who waits woken, in one question.

Only what is plainly new is taken; whatever else a row may be is for `intake.record` to find out.
"""

from __future__ import annotations

from collections.abc import Mapping
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


@transaction.atomic
def stored_as_new(*, kind: Kind, values: Mapping[str, Any]) -> tuple[bool, bool]:
    """Store one row of typed values if its id and influencer leave no question; whether it was, and is covered.

    Times are microseconds since 1970; covered means that somebody has said, or assumed, since when this kind is whole.
    """
    given = dict(values)
    for name in PSEUDONYMS:
        if given.get(name) is not None:
            given[name] = pseudonyms.in_use()(str(given[name]))
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
        connection.connection.pipeline(),
    ):
        cursor.execute(LOCK, [kind.name])
        found = cursor.execute(_statement(kind.name), given, prepare=True).fetchone()
        assert found is not None
        if found[0]:
            cursor.execute(f"NOTIFY {CHANNEL}")
    return bool(found[0]), bool(found[1])


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
        f"SELECT (SELECT count(*) FROM new), EXISTS (SELECT FROM feedback_coverage WHERE source_id = '{name}')"
    )
