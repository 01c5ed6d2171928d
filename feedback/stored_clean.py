"""SQL of clean evidence as PostgreSQL stores it: which rows count before a moment, and what ratings read of each."""

from __future__ import annotations

from collections.abc import Callable, Collection

from feedback.clean import clean_select
from feedback.columns import Column, Kind, Type
from feedback.identity import quoted
from feedback.kinds import PSEUDONYMS
from feedback.stored import table_of


def stored_rows(kind: Kind, *, some: bool, only: Collection[str] | None = None) -> str:
    """SQL of the clean rows of a kind; %(start)s is the moment before which things count, `some` means few of all.

    `only` names the columns that are wanted, all of them otherwise.
    """
    known = "x.voided_at IS NULL"
    if kind.event_time:
        event = f"x.{quoted(kind.event_time)}"
        known += f" AND {event} < %(start)s AND coalesce(x.received_at, {event}) < %(start)s"
    source = f"({_as_of(kind)}) x"
    if some and kind.name != "coverage":
        owner = {"influencers": "x.id", "slots": "o.influencer_id"}.get(kind.name, "x.influencer_id")
        known += f" AND {owner} = ANY(%(influencers)s::bigint[])"
    if kind.name == "slots":  # a slot is its session's influencer's
        source += " JOIN feedback_session o ON o.source_id = x.session_id AND o.voided_at IS NULL"
    if kind.refers_to_influencer:
        source += " JOIN influencers_influencer i ON i.id = x.influencer_id AND i.voided_at IS NULL"
        if some and kind.name != "slots":  # said twice, or the database would look through everyone
            source += " AND i.id = ANY(%(influencers)s::bigint[])"
    if kind.name == "influencers":
        source += " JOIN influencers_category c ON c.id = x.category_id"
    if kind.name == "coverage":  # an assumption stands only where no source says anything
        said = "SELECT kind FROM feedback_coverage WHERE NOT assumed AND voided_at IS NULL"
        known += f" AND NOT (x.assumed AND x.kind IN ({said}))"
    return f"SELECT {clean_select(kind, _stored_value(kind), only)} FROM {source} WHERE {known}"


def _as_of(kind: Kind) -> str:
    """The stored rows, each in its latest revision before the start; who is judged is known even before its first."""
    table, judged = table_of(kind), kind.name in ("influencers", "accounts")
    before = "(y.updated_at IS NULL OR y.updated_at < %(start)s)"
    order = f"{before} DESC, CASE WHEN {before} THEN y.updated_at END DESC NULLS LAST, y.updated_at"
    revisions = (
        "SELECT (jsonb_populate_record(f, r.row)).* FROM feedback_revision r "
        f"WHERE r.kind = '{kind.name}' AND r.source_id = f.source_id UNION ALL SELECT f.*"
    )
    return (
        f"SELECT f.* FROM {table} f WHERE f.updated_at IS NULL OR f.updated_at < %(start)s UNION ALL "
        f"SELECT h.* FROM {table} f JOIN LATERAL (SELECT y.* FROM ({revisions}) y "
        f"WHERE {'true' if judged else before} ORDER BY {order} LIMIT 1) h ON true WHERE f.updated_at >= %(start)s"
    )


def _stored_value(kind: Kind) -> Callable[[Column], str]:
    def value(column: Column) -> str:
        if column.name == kind.key:
            return "x.source_id"
        if column.name == "influencer_id":
            return "i.source_id"
        if column.name in PSEUDONYMS:
            return f"encode(uuid_send(x.{column.name}), 'hex')"
        if column.name == "category" and kind.name == "influencers":
            return "c.code"
        stored = f"x.{quoted(column.name)}"
        # a double holds microseconds exactly until 2255, and is four times as fast as the exact numeric
        return f"round(date_part('epoch', {stored}) * 1e6)::bigint" if column.type is Type.TIME else stored

    return value
