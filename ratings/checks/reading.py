"""Evidence files → shows, slots, deals: counted by DuckDB, one row per show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq

from ratings.checks.history import Floats, Ints, Shows, nothing
from ratings.checks.lag import DAYS

DAY_US = 86_400_000_000
ZONE_US = 8 * 3_600_000_000
WHOLE_EXPORT = 0.8  # of a show's orders that must be there by row, for the rows to speak for the show

SHOWS = """
WITH rows AS (
  SELECT session_id, count(*) AS n,
    count(*) FILTER (cancelled_at IS NOT NULL OR status = 'cancelled'
      OR (status = 'refunded' AND shipped_at IS NULL)) AS cancelled,
    count(*) FILTER (status = 'refunded' AND shipped_at IS NOT NULL) AS returned
  FROM orders WHERE session_id IS NOT NULL GROUP BY 1
), back AS (
  SELECT session_id,
    count(DISTINCT coalesce(order_id, refund_id)) FILTER (stage = 'before_dispatch') AS cancelled,
    count(DISTINCT coalesce(order_id, refund_id)) FILTER (stage IS DISTINCT FROM 'before_dispatch') AS returned,
    count(stage) AS staged
  FROM refunds WHERE session_id IS NOT NULL AND kind IS DISTINCT FROM 'exchange' GROUP BY 1
), staged AS (SELECT influencer_id FROM refunds WHERE stage IS NOT NULL GROUP BY 1)
SELECT s.session_id, s.influencer_id, s.started_at, s.orders::DOUBLE AS orders,
  coalesce(s.gmv, (s.gmv_low + s.gmv_high) / 2) AS amount, s.viewers::DOUBLE AS viewers,
  CASE s.show_type WHEN 'dedicated' THEN 1.0 WHEN 'mixed' THEN 0.0 END AS dedicated,
  coalesce(r.n >= {whole} * s.orders AND r.n > 0, false) AS by_row,
  CASE WHEN by_row THEN r.cancelled
       WHEN s.cancelled_orders IS NULL AND g.influencer_id IS NULL THEN NULL
       ELSE greatest(coalesce(s.cancelled_orders, 0), coalesce(b.cancelled, 0)) END::DOUBLE AS cancelled,
  CASE WHEN by_row THEN r.returned
       WHEN b.returned > 0 THEN b.returned
       WHEN s.refund_orders IS NOT NULL THEN greatest(s.refund_orders - coalesce(s.cancelled_orders, 0), 0)
       WHEN {covered} THEN 0 END::DOUBLE AS returned,
  CASE WHEN NOT by_row AND coalesce(b.returned, 0) = 0 THEN s.refunds_as_of END AS until
FROM sessions s LEFT JOIN rows r USING (session_id) LEFT JOIN back b USING (session_id)
  LEFT JOIN staged g USING (influencer_id)
ORDER BY s.influencer_id, s.started_at, s.session_id
"""
COVERED = """(EXISTS (SELECT 1 FROM coverage c WHERE c.kind = 'refunds' AND c.complete
    AND coalesce(c.from_us <= s.started_at, true) AND coalesce(c.until_us > s.started_at, true))
  AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.kind = 'refunds' AND NOT c.complete
    AND coalesce(c.from_us <= s.started_at, true) AND coalesce(c.until_us > s.started_at, true)))"""
LAGS = """
SELECT session_id, moment FROM (
  SELECT session_id, created_at AS moment, false AS by_row FROM refunds
  WHERE session_id IS NOT NULL AND stage IS DISTINCT FROM 'before_dispatch' AND kind IS DISTINCT FROM 'exchange'
  UNION ALL
  SELECT session_id, refunded_at, true FROM orders
  WHERE session_id IS NOT NULL AND refunded_at IS NOT NULL AND shipped_at IS NOT NULL AND status = 'refunded'
) JOIN (SELECT session_id, by_row FROM shown) USING (session_id, by_row)
"""
SLOTS = """
SELECT p.*, s.influencer_id, s.started_at, s.show_type FROM slots p JOIN sessions s USING (session_id)
WHERE p.minutes > 0 AND p.orders IS NOT NULL ORDER BY s.influencer_id, s.started_at, p.slot_id
"""

WHO = """
SELECT influencer_id, category FROM influencers WHERE influencer_id NOT IN (SELECT influencer_id FROM merged)
ORDER BY influencer_id
"""


@dataclass(frozen=True)
class Gathered:
    """What evidence files hold for the check; rows of everyone, `hosts` in the order of `Shows.host`."""

    hosts: tuple[str, ...]
    categories: tuple[str, ...]
    shows: Shows
    slots: Shows
    sessions: tuple[str, ...]
    deals: tuple[dict[str, Any], ...]
    violations: tuple[dict[str, Any], ...]


def read(folder: Path, *, as_of: date, shares: Mapping[str, float]) -> Gathered:
    """Read a folder that `feedback.evidence.extract` wrote; `shares` says what part of shown viewers is supported."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "memory_limit": "512MB"}) as db:
        for path in sorted(folder.glob("*.parquet"), key=lambda path: path.stem != "merged"):
            db.execute(f"CREATE VIEW {path.stem} AS {_counting(path)}")
        who = db.execute(WHO).fetchall()
        hosts = tuple(row[0] for row in who)
        db.execute(f"CREATE TABLE shown AS {SHOWS.format(whole=WHOLE_EXPORT, covered=COVERED)}")
        now = _midnight(as_of)
        found = db.execute("SELECT * FROM shown").fetchnumpy()
        lags = db.execute(LAGS).fetchnumpy()
        slots = db.execute(SLOTS).fetchnumpy()
        deals = _dicts(db, "SELECT * FROM deals ORDER BY influencer_id, agreed_at, deal_id")
        violations = _dicts(db, "SELECT * FROM violations WHERE status = 'confirmed' AND subject = 'influencer'")
    at = {host: k for k, host in enumerate(hosts)}
    sessions = tuple(str(one) for one in found["session_id"])
    return Gathered(
        hosts=hosts,
        categories=tuple(row[1] for row in who),
        shows=_shows(found, lags, sessions, at, now, shares),
        slots=_slots(slots, at, now),
        sessions=sessions,
        deals=tuple(deals),
        violations=tuple(violations),
    )


def _counting(path: Path) -> str:
    """SQL of a file's rows, each under whom it counts for."""
    rows = f"read_parquet('{path!s}')"
    if path.stem in ("influencers", "merged") or "influencer_id" not in pq.read_schema(path).names:
        return f"SELECT * FROM {rows}"  # noqa: S608 (our own)
    goes_on = "COALESCE(m.into_id, r.influencer_id) AS influencer_id"
    joined = f"{rows} r LEFT JOIN merged m ON m.influencer_id = r.influencer_id"
    return f"SELECT r.* REPLACE ({goes_on}) FROM {joined}"  # noqa: S608 (our own)


def _dicts(db: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = db.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_US - ZONE_US


def _number(values: Any) -> Floats:
    return np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)


def _positions(ids: Any, at: Mapping[str, int]) -> Ints:
    return np.array([at[one] for one in ids], dtype=np.int64)


def _shows(
    found: Mapping[str, Any],
    lags: Mapping[str, Any],
    sessions: tuple[str, ...],
    at: Mapping[str, int],
    now: int,
    shares: Mapping[str, float],
) -> Shows:
    started = np.asarray(found["started_at"], dtype=np.int64)
    age = (now - started) / DAY_US
    until = _number(found["until"])
    watched = np.where(np.isfinite(until), (until - started) / DAY_US, age)
    place = {one: k for k, one in enumerate(sessions)}
    table = np.zeros((started.size, DAYS.size))
    rows = _positions(lags["session_id"], place)
    late = np.maximum((np.asarray(lags["moment"], dtype=np.int64) - started[rows]) / DAY_US, 0.0)
    np.add.at(table, (rows, np.minimum(np.searchsorted(DAYS, late), DAYS.size - 1)), 1.0)
    return Shows(
        host=_positions(found["influencer_id"], at),
        day=(started + ZONE_US) // DAY_US,
        age=age,
        orders=_number(found["orders"]),
        amount=_number(found["amount"]),
        cancelled=_number(found["cancelled"]),
        returned=_number(found["returned"]),
        watched=np.clip(watched, 0.0, age),
        lags=table,
        viewers=_number(found["viewers"]),
        share=np.array([shares.get(one, np.nan) for one in sessions]),
        exposure=np.ones(started.size),
        dedicated=_number(found["dedicated"]),
    )


def _slots(found: Mapping[str, Any], at: Mapping[str, int], now: int) -> Shows:
    started = np.asarray(found["started_at"], dtype=np.int64)
    if not started.size:
        return nothing()
    orders, amount = _number(found["orders"]), _number(found["amount"])
    amount = np.where(np.isfinite(amount), amount, orders * _number(found["price"]))
    back = _number(found["refund_orders"]) - np.nan_to_num(_number(found["cancelled_orders"]))
    age = (now - started) / DAY_US
    unknown = np.full(started.size, np.nan)
    return Shows(
        host=_positions(found["influencer_id"], at),
        day=(started + ZONE_US) // DAY_US,
        age=age,
        orders=orders,
        amount=amount,
        cancelled=_number(found["cancelled_orders"]),
        returned=np.maximum(back, 0.0),
        watched=age,
        lags=np.zeros((started.size, DAYS.size)),
        viewers=unknown,
        share=unknown,
        exposure=_number(found["minutes"]),
        dedicated=np.zeros(started.size),
    )
