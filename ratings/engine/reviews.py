"""Reviews → trust → integer day sums; days that a ledger holds as closed are taken as they were judged."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ratings.engine import aggregate, prepare
from ratings.engine.ledger import BUCKETS, Closed, Ledger, place
from ratings.engine.reading import column, fetch
from ratings.scoring.inputs import (
    Bools,
    BucketDays,
    Floats,
    Index,
    Ints,
    Population,
    ReviewDays,
    ReviewRows,
    SessionRows,
)
from ratings.scoring.links import find_links, link_factor
from ratings.scoring.orders import supported_share
from ratings.scoring.policy import BANDS, CLASSES, COMPOSITE, Policy
from ratings.scoring.replay import Receipts, Replayed, replay
from ratings.scoring.sums import KEY
from ratings.scoring.trust import HELD_BELOW, REASONS

AT_ONCE = 1_000_000
LINKED = 1 << REASONS.index("linked")


@dataclass(frozen=True)
class Weighed:
    """What the reviews add up to.

    Attributes
    ----------
    days, buckets : sums before buckets, and what buckets let through
    verified, held : (n,) verified reviews, and reviews that count less than half of what verification alone gives
    held_fast : (n,) of those held, the ones that came faster than orders explain
    rows : single reviews where asked for
    closed : what was judged on the way, where a ledger was given
    """

    days: ReviewDays
    buckets: BucketDays
    verified: Ints
    held: Ints
    held_fast: Ints
    rows: ReviewRows | None
    closed: Closed | None


@dataclass
class _Trust:
    """Trust of every row, (r,) each, and what let it through; rows a ledger knows are filled in first."""

    receipt: Index
    trust: Index
    full: Index
    known: Index
    band: Index
    why: Index
    level: Floats
    admitted: Floats
    buckets: BucketDays


def weigh(
    db: Any, population: Population, sessions: SessionRows, policy: Policy, *, ledger: Ledger | None, rows: bool
) -> Weighed:
    """Judge all reviews of `raw_review` and sum them by influencer, day, day of receipt and class."""
    db.execute(f"CREATE TABLE reviewer AS {prepare.REVIEWER}")
    db.execute(f"CREATE TABLE raw_review AS {prepare.REVIEW}")
    r = _columns(db)
    marks = np.stack([r.pop(f"x{k}") for k in range(3)])
    composite = np.asarray(sum(np.int16(w) * x for w, x in zip(COMPOSITE, marks, strict=True)))
    repeat = _repeats(db, composite.size)
    receipts = Receipts(r["influencer"], r["reviewer"], r["receipt"], composite, r["verified"], repeat)
    if ledger is None:
        reviewers = int(r["reviewer"].max(initial=-1)) + 1
        found = _replay(receipts, population, sessions, policy, population.size, reviewers)
        t = _Trust(r["receipt"], found.trust, found.full, found.known, found.band, found.why,
                   np.zeros(composite.size), found.admitted, found.buckets)  # fmt: skip
        closed = None
        del found
    else:
        t, closed = _continue(db, receipts, population, sessions, policy, ledger)
    if policy.links and (ledger is None or ledger.whole):
        _, level = find_links(r["influencer"], r["reviewer"], population.size, policy)
        if closed is not None:
            closed = _with_levels(db, closed, t.level, level)
        t.level = level
    verified = receipts.verified
    del receipts, r["reviewer"]
    t.why = t.why | np.where(t.level > 0, np.int16(LINKED), np.int16(0))
    linked = _linked(t, policy)
    days = _sums(db, {"influencer": r["influencer"], "day": r["day"]}, marks, composite, t, linked, population.size)
    single = None
    if rows:
        ids = column(db, "SELECT review_id FROM raw_review ORDER BY rowid")
        single = ReviewRows(ids, r["influencer"], r["day"], linked, t.full, t.admitted, marks, t.why)

    def count(which: Bools) -> Ints:
        return np.bincount(r["influencer"][which], minlength=population.size).astype(np.int64)

    fast = t.admitted < HELD_BELOW
    held = linked * t.admitted < HELD_BELOW * t.full
    return Weighed(days, t.buckets, count(verified), count(held), count(fast & held), single, closed)


def _columns(db: Any) -> dict[str, Any]:
    """The figures of all reviews, in the order of their rows and in as few bytes as they need."""
    of = {"influencer": "INTEGER", "reviewer": "INTEGER", "day": "INTEGER", "receipt": "INTEGER", "verified": "BOOLEAN"}
    of |= {f"x{k}": "TINYINT" for k in range(3)}
    picked = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in of.items())
    found = db.execute(f"SELECT {picked} FROM raw_review ORDER BY rowid").fetchnumpy()
    return {name: np.asarray(values) for name, values in found.items()}


def _repeats(db: Any, size: int) -> Index:
    repeat = np.zeros(size, dtype=np.int32)
    again = db.execute(prepare.REPEAT).fetchnumpy()
    repeat[np.asarray(again["row"])] = np.asarray(again["repeat"])
    return repeat


def _linked(t: _Trust, policy: Policy) -> Index:
    """Trust after links, floored again."""
    result = np.empty(t.trust.size, dtype=np.int32)
    for start in range(0, result.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        result[part] = np.floor(t.trust[part] * link_factor(t.level[part], policy))
    return result


def _replay(
    r: Receipts, population: Population, sessions: SessionRows, policy: Policy, influencers: int, reviewers: int,
    ledger: Ledger | None = None, counted: Index | None = None, **carried: Any,
) -> Replayed:  # fmt: skip
    received, who = (r.receipt, r.influencer) if counted is None else (counted[0], counted[1])

    def support(day: int) -> Floats:
        known = np.bincount(who[received <= day], minlength=population.size)
        share = supported_share(population, sessions, known, day, policy)
        return np.concatenate([share, np.ones(influencers - population.size)])

    whole = ledger is None or ledger.whole
    return replay(
        r,
        order_influencer=sessions.influencer,
        order_day=sessions.day,
        orders=sessions.orders,
        influencers=influencers,
        reviewers=reviewers,
        as_of_day=population.as_of_day,
        policy=policy,
        support=support if policy.supported_orders and whole else None,
        whole=whole,
        **carried,
    )


def _continue(
    db: Any, r: Receipts, population: Population, sessions: SessionRows, policy: Policy, ledger: Ledger
) -> tuple[_Trust, Closed]:
    """Take over what is closed, and close the days since."""
    mine = tuple(column(db, "SELECT reviewer_id FROM reviewer ORDER BY reviewer"))
    influencers = (*population.ids, *_beyond(ledger.influencers, population.ids))
    reviewers = (*mine, *_beyond(ledger.reviewers, mine))
    t, judged = _known(db, r, ledger)
    new = np.flatnonzero(~judged)
    carried: dict[str, Any] = {}
    if ledger.state is not None:
        at = place(influencers, ledger.influencers)
        carried["state"] = ledger.state.select(at, place(reviewers, ledger.reviewers), policy)
        if ledger.share is not None:
            carried["share"] = np.where(at >= 0, np.append(ledger.share, 1.0)[at], 1.0)
    some = Receipts(*(getattr(r, name)[new] for name in Receipts.__dataclass_fields__))
    counted = np.stack([t.receipt, r.influencer])
    found = _replay(
        some, population, sessions, policy, len(influencers), len(reviewers), ledger, counted=counted, **carried
    )
    first = population.as_of_day if ledger.state is None else ledger.state.day + 1
    t.receipt[new] = np.maximum(some.receipt, first) if ledger.state is not None else some.receipt
    for name in ("trust", "full", "known", "band", "why"):
        getattr(t, name)[new] = getattr(found, name)
    t.buckets = _merged(ledger, found.buckets, population)
    t.admitted = _let_through(t.buckets, r.influencer, t)
    ids = db.sql("SELECT review_id, influencer_id, reviewer_id FROM raw_review "
                     "JOIN influencer USING (influencer) JOIN reviewer USING (reviewer) "
                     "ORDER BY raw_review.rowid").to_arrow_table().take(pa.array(new))  # fmt: skip
    figures = {name: getattr(some, name) for name in ("composite", "verified", "repeat")}
    figures |= {name: getattr(t, name)[new] for name in ("receipt", "known", "band", "trust", "why", "level")}
    for name, values in {**figures, "full_trust": t.full[new]}.items():
        stored = values.astype(np.int64) if np.issubdtype(values.dtype, np.integer) else values
        ids = ids.append_column(name, pa.array(stored))
    buckets = pa.table(
        {
            "influencer_id": pa.array([influencers[k] for k in found.buckets.influencer], pa.string()),
            "receipt": found.buckets.receipt,
            "factor": pa.array(list(found.buckets.factor), BUCKETS.field("factor").type),
        }
    )
    none = pa.table({"review_id": pa.array([], pa.string()), "level": pa.array([], pa.float64())})
    return t, Closed(influencers, reviewers, found.state, found.share, ids, none, buckets, found.sold)


def _beyond(ids: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    there = set(known)
    return [name for name in ids if name not in there]


def _known(db: Any, r: Receipts, ledger: Ledger) -> tuple[_Trust, Bools]:
    """Every row as the ledger has it, and which rows it has."""
    db.register("judged_before", ledger.judged)
    names = ("receipt", "known", "band", "trust", "full_trust", "why")
    picked = ", ".join(f"COALESCE(j.{name}, 0) AS {name}" for name in names)
    j = db.execute(
        f"SELECT j.review_id IS NOT NULL AS judged, {picked}, COALESCE(j.level, 0.0) AS level "
        "FROM raw_review r LEFT JOIN judged_before j ON j.review_id = r.review_id ORDER BY r.rowid"
    ).fetchnumpy()
    db.unregister("judged_before")
    judged = np.asarray(j["judged"]).astype(bool)
    whole = {name: np.asarray(j[name]).astype(np.int64) for name in names}
    none = BucketDays(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, CLASSES)))
    receipt = np.where(judged, whole["receipt"], r.receipt)
    level = np.asarray(j["level"]).astype(np.float64)
    return _Trust(receipt, whole["trust"], whole["full_trust"], whole["known"], whole["band"], whole["why"],
                  level, np.ones(judged.size), none), judged  # fmt: skip


def _merged(ledger: Ledger, new: BucketDays, population: Population) -> BucketDays:
    """Bucket days of the population, the closed ones and the new ones."""
    at = {name: k for k, name in enumerate(population.ids)}
    old = np.array([at.get(name, -1) for name in ledger.buckets["influencer_id"].to_pylist()], dtype=np.int64)
    kept, ours = old >= 0, new.influencer < population.size
    factor = ledger.buckets["factor"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, CLASSES)
    influencer = np.concatenate([old[kept], new.influencer[ours]])
    receipt = np.concatenate([ledger.buckets["receipt"].to_numpy()[kept], new.receipt[ours]]).astype(np.int64)
    order = np.argsort(influencer * KEY + receipt, kind="stable")
    return BucketDays(influencer[order], receipt[order], np.concatenate([factor[kept], new.factor[ours]])[order])


def _let_through(buckets: BucketDays, influencer: Index, t: _Trust) -> Floats:
    if not buckets.influencer.size:
        return np.ones(influencer.size)
    at = np.searchsorted(buckets.influencer * KEY + buckets.receipt, influencer.astype(np.int64) * KEY + t.receipt)
    return np.asarray(buckets.factor[np.minimum(at, buckets.influencer.size - 1), t.known * BANDS + t.band])


def _with_levels(db: Any, closed: Closed, before: Floats, now: Floats) -> Closed:
    """The same with the links as they are now: of new rows in full, of older ones what has changed."""
    ids = column(db, "SELECT review_id FROM raw_review ORDER BY rowid")
    level_of = pa.table({"review_id": pa.array(ids, pa.string()), "level": now, "before": before})
    db.register("level_of", level_of)
    db.register("newly", closed.reviews)
    new = db.sql("SELECT n.* REPLACE (l.level AS level) FROM newly n JOIN level_of l USING (review_id)")
    reviews = new.to_arrow_table()
    changed = db.sql(
        "SELECT review_id, level FROM level_of WHERE level <> before AND review_id NOT IN (SELECT review_id FROM newly)"
    ).to_arrow_table()
    db.unregister("level_of")
    db.unregister("newly")
    return Closed(closed.influencers, closed.reviewers, closed.state, closed.share, reviews, changed,
                  closed.buckets, closed.sold)  # fmt: skip


def _sums(
    db: Any, keys: dict[str, Index], marks: Index, composite: Index, t: _Trust, trust: Index, influencers: int
) -> ReviewDays:
    """Day sums, some influencers at a time: neither the engine's groups nor its answer stand in memory whole."""
    classes = {"receipt": t.receipt, "known": t.known, "band": t.band, "trust": trust, "full_trust": t.full}
    table = pa.table({**keys, **classes, **{f"x{k}": marks[k] for k in range(3)}, "x3": composite})
    db.register("narrow_review", table)
    wide = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in table.column_names)
    found: list[dict[str, Ints]] = []
    edges = np.linspace(0, influencers, max(-(-table.num_rows // AT_ONCE), 1) + 1).astype(np.int64)
    for low, high in itertools.pairwise(edges):
        some = f"influencer >= {low} AND influencer < {high}"
        db.execute(f"CREATE OR REPLACE TEMP VIEW review AS SELECT {wide} FROM narrow_review WHERE {some}")
        found.append(fetch(db, aggregate.REVIEW_SUMS, aggregate.REVIEW_KEYS))
    db.execute("DROP VIEW review")
    db.unregister("narrow_review")
    g = {name: np.concatenate([part.pop(name) for part in found]) for name in list(found[0])}
    return ReviewDays(
        *(g.pop(k) for k in (*aggregate.REVIEW_KEYS, "n", "o", "o2", "full_o")),
        *(np.stack([g.pop(f"{name}{k}") for k in range(4)]) for name in ("ox", "oxx", "fx")),
    )
