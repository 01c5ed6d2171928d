"""Trust of all reviews in the order of their receipt: every day closed once, from the first to the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ratings.scoring.inputs import Bools, BucketDays, Floats, Index, Ints
from ratings.scoring.policy import BANDS, CLASSES, COMPOSITE_TOP, Policy
from ratings.scoring.sums import KEY, per_influencer
from ratings.scoring.trust import (
    Arrivals,
    Outlook,
    Tally,
    Weighed,
    full_trust,
    open_day,
    settle,
    tally_of,
    weigh,
    why_of_buckets,
)
from ratings.scoring.trust_state import TrustState

LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Receipts:
    """All reviews, in any order, (r,) each; integers as narrow as who gathers them likes.

    Attributes
    ----------
    influencer, reviewer : dense indices
    receipt : day of receipt
    composite : 0..76
    verified : whether a purchase is proven
    repeat : the account's earlier reviews of the same influencer
    """

    influencer: Index
    reviewer: Index
    receipt: Index
    composite: Index
    verified: Bools
    repeat: Index


@dataclass(frozen=True)
class Replayed:
    """Trust of each review, in the order given and in few bytes each, and the state at the last close.

    Attributes
    ----------
    trust, known, band, why : (r,) as in `trust.Judged`
    held, let : (h,) reviews that buckets did not let through whole, and the share of each that they did
    verified, unverified : (r,) whether a purchase is proven, and trust where none is
    sold : orders as they were used, day by day
    share : (n,) share of orders that activity supports, as of the last month's close; None before the first
    """

    trust: Index
    known: Index
    band: Index
    why: Index
    held: Index
    let: Floats
    verified: Bools
    unverified: float
    buckets: BucketDays
    state: TrustState
    sold: Sold
    share: Floats | None

    @property
    def full(self) -> Ints:
        """(r,) trust in ppm that verification alone would give."""
        return full_trust(self.verified, self.unverified)

    @property
    def admitted(self) -> Floats:
        """(r,) share of each review that the buckets let through."""
        result = np.ones(self.trust.size)
        result[self.held] = self.let
        return result


@dataclass(frozen=True)
class Sold:
    """Orders as each close used them: what a later replay needs in place of evidence that has changed since, (x,)."""

    influencer: Ints
    day: Ints
    orders: Floats


class Accounts(Protocol):
    """The accounts' side of the days: whoever holds the reviews, in one place or in many."""

    def judge(self, day: int, outlook: Outlook) -> Tally:
        """Judge the reviews received on `day` and say what they add up to."""

    def settled(self, day: int, tally: Tally, factor: Floats) -> None:
        """Hear what the buckets let through of them."""


@dataclass(frozen=True)
class Closing:
    """What closing the days gives beside the trust of each review, as in `Replayed`."""

    buckets: BucketDays
    sold: Sold
    share: Floats | None


def close_days(
    accounts: Accounts,
    *,
    state: TrustState,
    order_influencer: Ints,
    order_day: Ints,
    orders: Ints | Floats,
    as_of_day: int,
    policy: Policy,
    support: Callable[[int], Floats] | None = None,
    share: Floats | None = None,
    whole: bool = True,
    kept: bool = True,
) -> Closing:
    """Close every day from the one after `state.day` on; parameters as in `replay`."""
    first, influencers = state.day + 1, state.weight.size
    daily = np.argsort(order_day, kind="stable")
    cuts = np.searchsorted(np.maximum(order_day[daily], first), np.arange(first, as_of_day + 1))
    who, when, factors = [], [], []
    used: list[Sold] = []
    for k, day in enumerate(range(first, as_of_day)):
        part = daily[cuts[k] : cuts[k + 1]]
        sold = per_influencer(order_influencer[part], orders[part].astype(np.float64), influencers)
        if share is not None:
            sold = sold * share
        if kept:
            some = np.flatnonzero(sold)
            used.append(Sold(some, np.full(some.size, day), sold[some]))
        outlook = open_day(state, sold, policy)
        tally = accounts.judge(day, outlook)
        factor = settle(state, tally, policy, whole=whole)
        if support and day % policy.month_days == 0:
            share = support(day)
        if tally.influencers.size:
            accounts.settled(day, tally, factor)
            if kept:
                who.append(tally.influencers)
                when.append(np.full(tally.influencers.size, day))
                factors.append(factor)
    return Closing(_buckets(who, when, factors), _joined(used), share)


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
    kept: bool = True,
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
    kept : whether to tell what was used, too: orders and bucket days; they are left out otherwise

    Notes
    -----
    Ten years are replayed; what is older counts as of the first of those days.
    """
    if state is None:
        days = [int(of.min()) for of in (reviews.receipt, order_day) if of.size]
        first = max(min(days, default=as_of_day), as_of_day - LONGEST_DAYS)
        state = TrustState.begin(first - 1, influencers, reviewers, policy)
    else:
        first = state.day + 1
        new = order_day >= first
        order_influencer, order_day, orders = order_influencer[new], order_day[new], orders[new]
    accounts = _AtHand(reviews, first, as_of_day, state, policy)
    closing = close_days(
        accounts,
        state=state,
        order_influencer=order_influencer,
        order_day=order_day,
        orders=orders,
        as_of_day=as_of_day,
        policy=policy,
        support=support,
        share=share,
        whole=whole,
        kept=kept,
    )
    a = accounts
    judged = (a.trust, a.known, a.band, a.why, np.concatenate(a.held), np.concatenate(a.let))
    by_receipt = (reviews.verified, policy.trust_unverified)
    return Replayed(*judged, *by_receipt, closing.buckets, state, closing.sold, closing.share)


class _AtHand:
    """All reviews in memory, judged a day at a time."""

    def __init__(self, reviews: Receipts, first: int, as_of_day: int, state: TrustState, policy: Policy) -> None:
        days = max(as_of_day - first, 0)
        # first by day alone: a day's own rows are put in order when it is its turn; sixteen bits are sorted by counting
        received = np.clip(reviews.receipt - first, 0, days).astype(np.uint16 if days < 1 << 16 else np.int64)
        self._order = np.argsort(received, kind="stable").astype(np.int32)
        self._cuts = np.r_[0, np.cumsum(np.bincount(received, minlength=days))]
        self._reviews, self._first, self._state, self._policy = reviews, first, state, policy
        size = received.size
        self.trust, self.why = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int16)
        self.known, self.band = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.int8)
        self.held: list[Index] = [np.zeros(0, dtype=np.int32)]
        self.let: list[Floats] = [np.zeros(0)]

    def judge(self, day: int, outlook: Outlook) -> Tally:
        k = day - self._first
        rows, new = arrivals(self._order[self._cuts[k] : self._cuts[k + 1]], self._reviews)
        found = weigh(self._state.reviews, self._state.residual, outlook, new, self._policy)
        self._today: tuple[Index, Arrivals, Weighed] = rows, new, found
        return tally_of(new, found)

    def settled(self, day: int, tally: Tally, factor: Floats) -> None:
        rows, new, found = self._today
        self.trust[rows], self.known[rows], self.band[rows] = found.trust, found.known, found.band
        self.why[rows] = found.why | why_of_buckets(new, found, tally.influencers, factor)
        place = np.searchsorted(tally.influencers, new.influencer)
        admitted = factor[place, found.known * BANDS + found.band]
        partly = np.flatnonzero(admitted != 1)
        self.held.append(rows[partly])
        self.let.append(admitted[partly])


def arrivals(rows: Index, reviews: Receipts) -> tuple[Index, Arrivals]:
    """Rows of a day by influencer and composite; those alike in both and by one account stay alike in what follows."""
    influencer, composite = reviews.influencer[rows].astype(np.int64), reviews.composite[rows].astype(np.int64)
    order = np.argsort(influencer * (COMPOSITE_TOP + 1) + composite, kind="stable")
    rows = rows[order]
    return rows, Arrivals(
        influencer[order],
        reviews.reviewer[rows].astype(np.int64),
        composite[order],
        reviews.verified[rows],
        reviews.repeat[rows].astype(np.int64),
    )


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
