"""Reviews when a ledger holds what closes have judged: that is taken over, and only the days since are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from ratings.engine.arrived import Arrived
from ratings.engine.ledger import BUCKETS, Closed, Ledger, place
from ratings.engine.reading import column
from ratings.engine.trusted import Trusted, replay_days
from ratings.scoring.inputs import Bools, BucketDays, Floats, Index, Population, SessionRows
from ratings.scoring.policy import BANDS, CLASSES, Policy
from ratings.scoring.replay import Receipts
from ratings.scoring.sums import KEY


def continued(
    db: Any, r: Arrived, population: Population, sessions: SessionRows, policy: Policy, ledger: Ledger
) -> tuple[Trusted, Closed]:
    """Take over what is closed, and close the days since."""
    first = np.zeros(r.accounts, dtype=np.int64)
    first[r.reviewer] = np.arange(r.size)
    mine = tuple(column(db, "SELECT reviewer_id FROM raw_review ORDER BY rowid")[first])
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
    some = Receipts(r.influencer[new], r.reviewer[new], r.receipt[new], r.composite(new), r.verified[new],
                    r.repeat[new])  # fmt: skip
    found = replay_days(
        some, population, sessions, policy, len(influencers), len(reviewers), ledger,
        counted=(t.receipt, r.influencer), **carried,
    )  # fmt: skip
    begin = population.as_of_day if ledger.state is None else ledger.state.day + 1
    t.receipt[new] = np.maximum(some.receipt, begin) if ledger.state is not None else some.receipt
    assert t.full is not None
    assert t.level is not None
    for name in ("trust", "full", "known", "band", "why"):
        getattr(t, name)[new] = getattr(found, name)
    t.buckets = _merged(ledger, found.buckets, population)
    admitted = _let_through(t.buckets, r.influencer, t)
    t.held = np.flatnonzero(admitted != 1)
    t.let = admitted[t.held]
    ids = db.sql("SELECT review_id, influencer_id, reviewer_id FROM raw_review "
                     "JOIN influencer USING (influencer) "
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


def _known(db: Any, r: Arrived, ledger: Ledger) -> tuple[Trusted, Bools]:
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
    return Trusted(receipt, whole["trust"], whole["full_trust"], whole["known"], whole["band"], whole["why"],
                   level, np.zeros(0, dtype=np.int64), np.zeros(0), none), judged  # fmt: skip


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


def _let_through(buckets: BucketDays, influencer: Index, t: Trusted) -> Floats:
    if not buckets.influencer.size:
        return np.ones(influencer.size)
    at = np.searchsorted(buckets.influencer * KEY + buckets.receipt, influencer.astype(np.int64) * KEY + t.receipt)
    return np.asarray(buckets.factor[np.minimum(at, buckets.influencer.size - 1), t.known * BANDS + t.band])


def with_levels(db: Any, closed: Closed, before: Floats, now: Floats) -> Closed:
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
