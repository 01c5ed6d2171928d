"""A few influencers' evidence, summed where it is stored: the engine's SQL text, run by PostgreSQL in one question.

What closes have judged is taken as it was judged; what came since is judged here, on top of the last close's state.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from feedback import evidence
from ratings import ledger
from ratings.days import day_number
from ratings.engine import aggregate, prepare
from ratings.engine.gathered import Gathered
from ratings.engine.reading import in_order
from ratings.engine.schema import COLUMNS
from ratings.scoring.inputs import (
    BucketDays,
    DaySums,
    EventDays,
    ExposureDays,
    Floats,
    Ints,
    Population,
    ReviewDays,
    SessionRows,
)
from ratings.scoring.policy import BANDS, CLASSES, COMPOSITE, Policy
from ratings.scoring.replay import Receipts, Replayed, replay
from ratings.scoring.sums import KEY
from ratings.scoring.trust import HELD_BELOW

OURS = "influencer_id = ANY(ARRAY(SELECT influencer_id FROM influencers))"  # by the index, however many there are
KINDS = ("sessions", "reviews", "refunds", "complaints", "violations")
REVIEW_SUMS = ("n", "o", "o2", "full_o", *(f"{name}{k}" for name in ("ox", "oxx", "fx") for k in range(4)))
EXPOSURES = tuple(f"{name}{k}" for name in ("exposure", "exposure2") for k in range(3))
ROW = (*aggregate.REVIEW_KEYS, "trust", "full_trust", *(f"x{k}" for k in range(4)))
X3 = " + ".join(f"{weight} * x{k}" for k, weight in enumerate(COMPOSITE))
FRESH = ("influencer", "reviewer_id", "day", "receipt", "x0", "x1", "x2", "verified", "repeat")
SESSION = (
    *("session_id", "influencer", "day", "started_at", "orders", "covered0", "covered1", "covered2", "no_reason"),
    *("viewers", "paid_viewers", "commenters", "views", "avg_watch_seconds", "avg_online", "duration"),
)
NUMBERS = 7  # the last of these are figures that may be unknown
# what the answer holds: name, where its columns come from, and the order of its rows
PARTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("influencer", "influencer", ("influencer_id", "category"), "influencer"),
    ("goes_on", "goes_on", ("influencer",), "account"),
    ("session", "session", SESSION, "influencer, started_at, session_id"),
    ("exposure", "exposed", (*aggregate.EXPOSURE_KEYS, *EXPOSURES, "orders"), "1"),
    ("event", "happened", (*aggregate.EVENT_KEYS, "n", "points", "points2"), "1"),
    ("red", "red_line", ("influencer", "day"), "1"),
    ("counts", "counted", ("influencer", *KINDS, "verified", "held", "held_fast"), "1"),
    ("review", "summed", (*aggregate.REVIEW_KEYS, *REVIEW_SUMS), "1"),
    ("fresh", "fresh", FRESH, "rowid"),
    ("bucket", "let_through", ("influencer", "receipt", *(f"f{k}" for k in range(CLASSES))), "influencer, receipt"),
)


def _statement(policy: Policy) -> str:
    """Everything about some influencers in one row of arrays, from the clean tables that `evidence.asked` names."""
    known = " ".join(f"LEFT JOIN (SELECT influencer_id, COUNT(*) AS {kind} FROM {kind} GROUP BY 1) c_{kind} "
                     "USING (influencer_id)" for kind in KINDS)  # fmt: skip
    counts = ", ".join(f"COALESCE({kind}, 0) AS {kind}" for kind in KINDS)
    let = ", ".join(f"b.factor[{k + 1}] AS f{k}" for k in range(CLASSES))
    tables = {
        "influencer": prepare.INFLUENCER,
        "goes_on": prepare.GOES_ON,
        "refund_of_session": prepare.REFUND_OF_SESSION,
        "session_joined": prepare.SESSION_JOINED,
        "session": prepare.SESSION,
        "event": prepare.event(policy),
        "red_line": prepare.RED_LINE,
        "reviewer": prepare.REVIEWER,
        "raw_review": f"SELECT ROW_NUMBER() OVER () AS rowid, x.* FROM ({prepare.REVIEW}) x",
        "again": prepare.REPEAT,
        "exposed": aggregate.EXPOSURE_SUMS,
        "happened": aggregate.EVENT_SUMS,
        "let_through": f"SELECT i.influencer, b.receipt, {let}, b.factor FROM ratings_bucketday b "
        f"JOIN influencer i USING (influencer_id) WHERE {OURS}",
        "own": f"SELECT j.* FROM ratings_reviewtrust j WHERE {OURS}",
        "closed": "SELECT r.rowid, j.* FROM raw_review r JOIN own j USING (review_id)",
        # what a source has since given to somebody else was judged under its former influencer
        "lost": "SELECT * FROM raw_review WHERE rowid NOT IN (SELECT rowid FROM closed)",
        "moved": "SELECT r.rowid, j.* FROM ratings_reviewtrust j JOIN lost r USING (review_id) "
        "WHERE j.review_id = ANY(ARRAY(SELECT review_id FROM lost))",
        "known": "SELECT * FROM closed UNION ALL SELECT * FROM moved",
        "judged": "SELECT r.influencer, r.day, j.receipt, j.known, j.band, r.x0, r.x1, r.x2, r.verified, "
        f"floor(j.trust * (1 / (1 + {policy.link_weight!r}::float8 * j.level))) AS trust, j.full_trust, "
        f"COALESCE(l.factor[j.known * {BANDS} + j.band + 1], 1) AS factor FROM raw_review r JOIN known j USING (rowid) "
        "LEFT JOIN let_through l ON l.influencer = r.influencer AND l.receipt = j.receipt",
        "review": f"SELECT {_wide('influencer', 'day', 'receipt', 'known', 'band', 'trust', 'full_trust')}, "
        f"{_wide('x0', 'x1', 'x2')}, CAST({X3} AS BIGINT) AS x3 FROM judged",
        "summed": aggregate.REVIEW_SUMS,
        "weighed": "SELECT influencer, COUNT(*) FILTER (WHERE verified) AS verified, "
        f"COUNT(*) FILTER (WHERE trust * factor < {HELD_BELOW} * full_trust) AS held, "
        f"COUNT(*) FILTER (WHERE trust * factor < {HELD_BELOW} * full_trust AND factor < {HELD_BELOW}) AS held_fast "
        "FROM judged GROUP BY influencer",
        "counted": f"SELECT i.influencer, {counts}, COALESCE(verified, 0) AS verified, COALESCE(held, 0) AS held, "
        f"COALESCE(held_fast, 0) AS held_fast FROM influencer i {known} LEFT JOIN weighed USING (influencer)",
        "fresh": "SELECT r.*, u.reviewer_id, COALESCE(a.repeat, 0) AS repeat FROM raw_review r "
        "JOIN reviewer u USING (reviewer) LEFT JOIN again a ON a.row = r.rowid "
        "WHERE rowid NOT IN (SELECT rowid FROM known)",
    }
    named = ", ".join(f"{name} AS MATERIALIZED ({text})" for name, text in tables.items())
    parts = ", ".join(
        f"(SELECT {', '.join(f'array_agg({c})' for c in columns)} FROM (SELECT {', '.join(_plain(columns))} "
        f"FROM {source} ORDER BY {order}) t) p_{name}"
        for name, source, columns, order in PARTS
    )
    return f"{named} SELECT * FROM {parts}"


def _wide(*names: str) -> str:
    return ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in names)


def _plain(columns: tuple[str, ...]) -> Iterator[str]:
    numbers = columns[-NUMBERS:] if columns is SESSION else ()
    yield from (f"CAST({name} AS DOUBLE PRECISION) AS {name}" if name in numbers else name for name in columns)


@lru_cache(maxsize=4)
def _question(policy: Policy) -> bytes:
    return evidence.question(_statement(policy), COLUMNS)


def gather(*, influencers: Collection[int], as_of: date, policy: Policy, closed: ledger.LastClose) -> Gathered:
    """What `engine.embedded.gather` gives of these influencers, as part of all; `closed` is the last close."""
    answer = iter(evidence.answer(_question(policy), until=as_of, influencers=influencers))
    given = {name: {column: next(answer) or [] for column in columns} for name, _, columns, _ in PARTS}
    names, category = np.unique(np.array([c or "" for c in given["influencer"]["category"]], str), return_inverse=True)
    ids = tuple(given["influencer"]["influencer_id"])
    population = Population(ids, category.astype(np.int64), tuple(str(x) for x in names), day_number(as_of))
    sessions = _sessions(given["session"])
    fresh = {name: _ints(given["fresh"][name]) for name in FRESH if name != "reviewer_id"}
    found = _judged(fresh, given["fresh"]["reviewer_id"], population, sessions, policy, closed)
    counts = {name: _ints(values) for name, values in given["counts"].items()}
    place = np.argsort(counts.pop("influencer"), kind="stable")
    counts = {name: values[place] for name, values in counts.items()}
    held = found.trust * found.admitted < HELD_BELOW * found.full
    fast = held & (found.admitted < HELD_BELOW)
    for name, which in (("verified", fresh["verified"] > 0), ("held", held), ("held_fast", fast)):
        counts[name] = counts[name] + np.bincount(fresh["influencer"][which], minlength=population.size)
    red = np.full(population.size, -1, dtype=np.int64)
    red[_ints(given["red"]["influencer"])] = _ints(given["red"]["day"])
    sums = DaySums(
        _review_days(given["review"], fresh, found),
        _buckets(given["bucket"], found.buckets),
        _events(given["event"]),
        _exposures(given["exposure"]),
        sessions,
        red,
    )
    goes_on = _ints(given["goes_on"]["influencer"])
    verified, held_down, held_fast = (counts.pop(name) for name in ("verified", "held", "held_fast"))
    return Gathered(population, sums, counts, verified, held_down, held_fast, None, None, None, goes_on)


def _ints(values: Any) -> Ints:
    return np.array(values, dtype=np.int64)


def _sessions(given: dict[str, Any]) -> SessionRows:
    whole = [_ints(given[name]) for name in SESSION[1:-NUMBERS]]
    influencer, day, started, orders, *covered, no_reason = whole
    numbers = (np.array(given[name], dtype=np.float64) for name in SESSION[-NUMBERS:])
    ids = np.array(given["session_id"], dtype=object)
    return SessionRows(ids, influencer, day, started, orders, np.stack(covered).astype(bool), no_reason, *numbers)


def _events(given: dict[str, Any]) -> EventDays:
    e = in_order({name: _ints(values) for name, values in given.items()}, aggregate.EVENT_KEYS)
    return EventDays(*e.values())


def _exposures(given: dict[str, Any]) -> ExposureDays:
    x = in_order({name: _ints(values) for name, values in given.items()}, aggregate.EXPOSURE_KEYS)
    first, second = (np.stack([x[f"{name}{k}"] for k in range(3)]) for name in ("exposure", "exposure2"))
    return ExposureDays(x["influencer"], x["day"], first, second, x["orders"])


def _judged(
    fresh: dict[str, Ints],
    reviewers: list[str],
    population: Population,
    sessions: SessionRows,
    policy: Policy,
    closed: ledger.LastClose,
) -> Replayed:
    """Trust of what no close has judged, and what the buckets let through of it, from the last close on."""
    accounts = sorted(set(reviewers))
    place = {name: k for k, name in enumerate(accounts)}
    state, share = ledger.state_of(last=closed, influencers=population.ids, reviewers=accounts, policy=policy)
    composite = sum(weight * fresh[f"x{k}"] for k, weight in enumerate(COMPOSITE))
    first = state.day + 1
    receipts = Receipts(
        fresh["influencer"],
        _ints([place[name] for name in reviewers]),
        fresh["receipt"],
        np.asarray(composite),
        fresh["verified"].astype(bool),
        fresh["repeat"],
    )
    fresh["receipt"] = np.maximum(fresh["receipt"], first)
    return replay(
        receipts,
        order_influencer=sessions.influencer,
        order_day=sessions.day,
        orders=sessions.orders,
        influencers=population.size,
        reviewers=len(accounts),
        as_of_day=population.as_of_day,
        policy=policy,
        state=state,
        share=share,
        whole=False,
    )


def _review_days(judged: dict[str, Any], fresh: dict[str, Ints], found: Replayed) -> ReviewDays:
    """Day sums of what was judged before, and of what is new by the same text in a database of its own."""
    columns = {name: _ints(values) for name, values in judged.items()}
    if found.trust.size:
        rows = [fresh["influencer"], fresh["day"], fresh["receipt"], found.known, found.band, found.trust, found.full]
        x = [fresh[f"x{k}"] for k in range(3)]
        rows += [*x, np.asarray(sum(weight * mark for weight, mark in zip(COMPOSITE, x, strict=True)))]
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute(f"CREATE TABLE review ({', '.join(f'{name} BIGINT' for name in ROW)})")
            marks = ", ".join("?" * len(ROW))
            db.executemany(f"INSERT INTO review VALUES ({marks})", zip(*(r.tolist() for r in rows), strict=True))
            new = dict(zip(columns, zip(*db.execute(aggregate.REVIEW_SUMS), strict=True), strict=True))
        columns = {name: np.concatenate([values, _ints(new[name])]) for name, values in columns.items()}
    g = in_order(columns, aggregate.REVIEW_KEYS)
    return ReviewDays(
        *(g[name] for name in (*aggregate.REVIEW_KEYS, *REVIEW_SUMS[:4])),
        *(np.stack([g[f"{name}{k}"] for k in range(4)]) for name in ("ox", "oxx", "fx")),
    )


def _buckets(judged: dict[str, Any], new: BucketDays) -> BucketDays:
    influencer = np.concatenate([_ints(judged["influencer"]), new.influencer])
    receipt = np.concatenate([_ints(judged["receipt"]), new.receipt])
    before: Floats = np.array([judged[f"f{k}"] for k in range(CLASSES)], dtype=np.float64).T
    order = np.argsort(influencer * KEY + receipt, kind="stable")
    factor = np.concatenate([before.reshape(-1, CLASSES), new.factor])
    return BucketDays(influencer[order], receipt[order], factor[order])
