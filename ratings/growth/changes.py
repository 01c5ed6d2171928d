"""Changes of evidence, each as it could really have come: a decision revised, a mark given, a show held.

Pure: tables of clean evidence in, tables out. Whoever applies the same change to the stored evidence and rates again
gets the same score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ratings.growth.own import Tables
from ratings.scoring.policy import ZONE_SECONDS

DAY = 86_400_000_000  # microseconds
ANSWERABLE = ("influencer", "merchant")
BEST = 5
USUAL = 20  # the latest shows that say what a usual one is


@dataclass(frozen=True)
class Changed:
    """What a change left, and which pieces it touched, newest first."""

    tables: Tables
    ids: tuple[str, ...]


def complaints(tables: Tables, most: int) -> Changed:
    """The latest upheld complaints had been settled before a decision."""
    table = tables["complaints"]
    counts = pc.and_(pc.equal(table["status"], "upheld"), pc.is_in(_fault(table), pa.array(ANSWERABLE)))
    ids = latest(table, "complaint_id", "created_at", counts, most)
    return _with(tables, "complaints", {"status": _set(table, "complaint_id", ids, "status", "withdrawn")}, ids)


def refunds(tables: Tables, most: int) -> Changed:
    """The latest refunds through fault of influencer or merchant had been the buyer's choice."""
    table = tables["refunds"]
    real = pc.not_equal(pc.fill_null(table["stage"], ""), "before_dispatch")
    kept = pc.and_(real, pc.not_equal(pc.fill_null(table["kind"], ""), "exchange"))
    ids = latest(table, "refund_id", "created_at", pc.and_(kept, pc.is_in(table["fault"], pa.array(ANSWERABLE))), most)
    changed = {
        "fault": _set(table, "refund_id", ids, "fault", "buyer"),
        "reason": _set(table, "refund_id", ids, "reason", "no_reason"),
    }
    return _with(tables, "refunds", changed, ids)


def violations(tables: Tables, most: int) -> Changed:
    """The latest confirmed violations of its own had not happened."""
    table = tables["violations"]
    own = pc.equal(pc.fill_null(table["subject"], "influencer"), "influencer")
    ids = latest(table, "violation_id", "occurred_at", pc.and_(pc.equal(table["status"], "confirmed"), own), most)
    return _with(tables, "violations", {"status": _set(table, "violation_id", ids, "status", "overturned")}, ids)


def marks(name: str) -> Callable[[Tables, int], Changed]:
    """The latest reviews that gave less than full marks for something had given them."""

    def change(tables: Tables, most: int) -> Changed:
        table = tables["reviews"]
        ids = latest(table, "review_id", "created_at", pc.less(table[name], BEST), most)
        return _with(tables, "reviews", {name: _set(table, "review_id", ids, name, BEST)}, ids)

    return change


def viewers(tables: Tables, real: dict[str, int], most: int) -> Changed:
    """The latest shows had shown only the viewers that their activity supports; `real` says how many, by show."""
    table = tables["sessions"]
    shown = table["viewers"].to_pylist()
    above = [
        real.get(_first(name), shown[k]) is not None and (shown[k] or 0) > real.get(_first(name), shown[k] or 0)
        for k, name in enumerate(table["session_id"].to_pylist())
    ]
    ids = latest(table, "session_id", "started_at", pa.array(above, pa.bool_()), most)
    chosen = set(ids)
    values = [
        real[_first(name)] if name in chosen else shown[k] for k, name in enumerate(table["session_id"].to_pylist())
    ]
    return _with(tables, "sessions", {"viewers": pa.array(values, table["viewers"].type)}, ids)


def shows(tables: Tables, as_of: date, most: int) -> Changed:
    """So many more usual shows without a complaint or refund: one a day, back from yesterday."""
    table = tables["sessions"]
    if table.num_rows == 0 or most <= 0:
        return Changed(tables, ())
    recent = table.sort_by([("started_at", "descending"), ("session_id", "ascending")]).slice(0, USUAL)
    typical = recent.sort_by([("orders", "ascending"), ("session_id", "ascending")]).slice(recent.num_rows // 2, 1)
    row = typical.to_pylist()[0]
    start = ((as_of - date(1970, 1, 1)).days * 86_400 - ZONE_SECONDS) * 1_000_000
    length = (row["ended_at"] - row["started_at"]) if row.get("ended_at") else None
    ids = tuple(f"what-if-{k + 1}" for k in range(most))
    new = []
    for k, name in enumerate(ids):
        begins = start - (k + 1) * DAY + DAY // 2
        times = {"started_at": begins, "ended_at": begins + length if length is not None else None}
        nothing = {"cancelled_orders": None, "refund_orders": None}
        new.append({**row, **nothing, **times, "session_id": name, "received_at": begins})
    added = pa.Table.from_pylist(
        [{key: value for key, value in row.items() if key in table.schema.names} for row in new], schema=table.schema
    )
    return Changed({**tables, "sessions": pa.concat_tables([table, added])}, ids)


def latest(table: pa.Table, key: str, time: str, mask: pa.Array, most: int) -> tuple[str, ...]:
    """Ids of the latest rows that a mask picks."""
    chosen = table.filter(mask).sort_by([(time, "descending"), (key, "ascending")]).slice(0, max(most, 0))
    return tuple(chosen[key].to_pylist())


def _first(name: str) -> str:
    """The show a copy was made of."""
    return name.partition("~")[0]


def _fault(table: pa.Table) -> pa.Array:
    return pc.fill_null(table["fault"], "influencer")


def _set(table: pa.Table, key: str, ids: tuple[str, ...], column: str, value: str | int) -> pa.Array:
    chosen = pc.is_in(table[key], pa.array(ids, pa.string()))
    return pc.if_else(chosen, pa.scalar(value, table[column].type), table[column])


def _with(tables: Tables, kind: str, columns: dict[str, pa.Array], ids: tuple[str, ...]) -> Changed:
    table = tables[kind]
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return Changed({**tables, kind: table}, ids)


__all__ = ["Changed", "complaints", "latest", "marks", "refunds", "shows", "viewers", "violations"]
