"""Trust of all reviews in the order of their receipt: every day closed once, from the first to the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Bools, BucketDays, Floats, Ints
from ratings.scoring.policy import BANDS, CLASSES, COMPOSITE_TOP, Policy
from ratings.scoring.sums import KEY, per_influencer
from ratings.scoring.trust import Arrivals, close_day
from ratings.scoring.trust_state import TrustState

LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Receipts:
    """All reviews, in any order, (r,) each.

    Attributes
    ----------
    influencer, reviewer : dense indices
    receipt : day of receipt
    composite : 0..76
    verified : whether a purchase is proven
    repeat : the account's earlier reviews of the same influencer
    """

    influencer: Ints
    reviewer: Ints
    receipt: Ints
    composite: Ints
    verified: Bools
    repeat: Ints


@dataclass(frozen=True)
class Replayed:
    """Trust of each review, in the order given, and the state at the last close.

    Attributes
    ----------
    trust, full, known, band, why : (r,) as in `trust.Judged`
    admitted : (r,) share the buckets let through
    sold : orders as they were used, day by day
    share : (n,) share of orders that activity supports, as of the last month's close; None before the first
    """

    trust: Ints
    full: Ints
    known: Ints
    band: Ints
    why: Ints
    admitted: Floats
    buckets: BucketDays
    state: TrustState
    sold: Sold
    share: Floats | None


@dataclass(frozen=True)
class Sold:
    """Orders as each close used them: what a later replay needs in place of evidence that has changed since, (x,)."""

    influencer: Ints
    day: Ints
    orders: Floats


def replay(
    reviews: Receipts,
    *,
    order_influencer: Ints,
    order_day: Ints,
    orders: Ints | Floats,
    influencers: int,
    reviewers: int,
    as_of_day: int,
    policy: Policy,
    support: Callable[[int], Floats] | None = None,
    state: TrustState | None = None,
    share: Floats | None = None,
    whole: bool = True,
) -> Replayed:
    """Close every day up to `as_of_day`, day by day, from the first one or from where a state left off.

    Parameters
    ----------
    order_influencer, order_day, orders : (x,) orders per influencer × day, in any order
    influencers, reviewers : how many there are
    support : share of each influencer's orders that activity supports, as known at the close of a day; asked at the
        close of each month and used in the next
    state, share : at the last close; the state is moved on. Reviews received before count as of the next day,
        orders of closed days are not looked at again
    whole : whether this is the whole platform, or a part that takes the platform's figures as they are

    Notes
    -----
    Ten years are replayed; what is older counts as of the first of those days.
    """
    if state is None:
        days = np.concatenate([reviews.receipt, order_day])
        first = max(int(days.min()) if days.size else as_of_day, as_of_day - LONGEST_DAYS)
        state = TrustState.begin(first - 1, influencers, reviewers, policy)
    else:
        first = state.day + 1
        new = order_day >= first
        order_influencer, order_day, orders = order_influencer[new], order_day[new], orders[new]
    receipt = np.maximum(reviews.receipt, first)
    order = _canonical(receipt - first, reviews, influencers)
    cuts = np.searchsorted(receipt[order], np.arange(first, as_of_day + 1))
    daily = np.argsort(order_day, kind="stable")
    order_cuts = np.searchsorted(np.maximum(order_day[daily], first), np.arange(first, as_of_day + 1))
    trust, full, known, band, why = (np.zeros(receipt.size, dtype=np.int64) for _ in range(5))
    admitted = np.ones(receipt.size)
    who, when, factors = [], [], []
    used: list[Sold] = []
    for k in range(as_of_day - first):
        part = daily[order_cuts[k] : order_cuts[k + 1]]
        sold = per_influencer(order_influencer[part], orders[part].astype(np.float64), influencers)
        if share is not None:
            sold = sold * share
        some = np.flatnonzero(sold)
        used.append(Sold(some, np.full(some.size, first + k), sold[some]))
        rows = order[cuts[k] : cuts[k + 1]]
        judged = close_day(
            state,
            sold,
            Arrivals(
                reviews.influencer[rows],
                reviews.reviewer[rows],
                reviews.composite[rows],
                reviews.verified[rows],
                reviews.repeat[rows],
            ),
            policy,
            whole=whole,
        )
        if support and (first + k) % policy.month_days == 0:
            share = support(first + k)
        if not rows.size:
            continue
        trust[rows], full[rows], why[rows] = judged.trust, judged.full, judged.why
        known[rows], band[rows] = judged.known, judged.band
        place = np.searchsorted(judged.influencers, reviews.influencer[rows])
        admitted[rows] = judged.factor[place, judged.known * BANDS + judged.band]
        who.append(judged.influencers)
        when.append(np.full(judged.influencers.size, first + k))
        factors.append(judged.factor)
    return Replayed(trust, full, known, band, why, admitted, _buckets(who, when, factors), state, _joined(used), share)


def _canonical(day: Ints, reviews: Receipts, influencers: int) -> Ints:
    """Rows by day, influencer, composite; rows alike in all three and by one account are alike in all that follows."""
    top = COMPOSITE_TOP + 1
    return np.argsort((day * influencers + reviews.influencer) * top + reviews.composite, kind="stable")


def _joined(days: list[Sold]) -> Sold:
    if not days:
        none = np.zeros(0, dtype=np.int64)
        return Sold(none, none, np.zeros(0))
    return Sold(
        np.concatenate([d.influencer for d in days]).astype(np.int64),
        np.concatenate([d.day for d in days]).astype(np.int64),
        np.concatenate([d.orders for d in days]),
    )


def _buckets(who: list[Ints], when: list[Ints], factors: list[Floats]) -> BucketDays:
    if not who:
        none = np.zeros(0, dtype=np.int64)
        return BucketDays(none, none, np.zeros((0, CLASSES)))
    influencer, receipt = np.concatenate(who), np.concatenate(when).astype(np.int64)
    order = np.argsort(influencer * KEY + receipt, kind="stable")
    return BucketDays(influencer[order], receipt[order], np.concatenate(factors)[order])
