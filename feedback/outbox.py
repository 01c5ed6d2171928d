"""Whose evidence has changed since someone last looked; whoever takes a row up deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import psycopg
from django.db import connection

from feedback.clean import start_of
from feedback.kinds import RATED
from feedback.stored import table_of


def take(*, most: int) -> set[int]:
    """Take influencers out, at most as many; within the caller's transaction, so that a failure puts them back.

    Never `id > last`: a row that commits late would be missed. All rows of whoever is taken go at once.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            "WITH picked AS (SELECT id, influencer_id FROM feedback_outbox ORDER BY id LIMIT 10000"
            " FOR UPDATE SKIP LOCKED), who AS (SELECT influencer_id FROM picked GROUP BY 1 ORDER BY min(id) LIMIT %s)"
            " DELETE FROM feedback_outbox o USING picked JOIN who USING (influencer_id) WHERE o.id = picked.id"
            " RETURNING o.influencer_id",
            [most],
            prepare=True,
        )
        return {influencer for (influencer,) in cursor.fetchall()}


def answered_by(*, until: date) -> list[int]:
    """Rows that a look at the evidence before `until`, from now on, answers whole.

    Whoever has evidence that such a look leaves out, because it happened, came or was revised later, still waits.
    """
    later = " UNION ".join(
        f"SELECT influencer_id FROM {table_of(kind)} "  # noqa: S608 (names of our own)
        f"WHERE {kind.event_time} >= %(start)s OR received_at >= %(start)s OR updated_at >= %(start)s"
        for kind in RATED
        if kind.event_time
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id FROM feedback_outbox o WHERE o.influencer_id NOT IN ({later})",  # noqa: S608
            {"start": start_of(until)},
        )
        return [row for (row,) in cursor.fetchall()]


def drop(*, rows: Collection[int]) -> None:
    """What these announced has been taken up."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM feedback_outbox WHERE id = ANY(%s)", [list(rows)])


def put(*, influencers: Iterable[int]) -> None:
    """Ask for these to be counted again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO feedback_outbox (influencer_id) SELECT unnest(%s::bigint[])", [sorted(set(influencers))]
        )


def waiting() -> int:
    """How many rows wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feedback_outbox")
        return int(cursor.fetchone()[0])


def who() -> set[int]:
    """Everyone whose evidence waits to be taken up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT influencer_id FROM feedback_outbox")
        return {influencer for (influencer,) in cursor.fetchall()}
