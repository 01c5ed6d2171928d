"""How much one review counts: verified × reliability × repeat × buckets, day by day (rating-model.md section 2).

Everything used for a day is known at the close of the day before, plus that day's own counts. Trust before buckets is
floored once, here, to parts per million; what buckets let through is kept apart, per influencer × receipt day × class ×
band, and multiplied in `sums`. Within a day nothing depends on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

import numpy as np

from ratings.scoring.buckets import refill, spend
from ratings.scoring.inputs import Bools, Floats, Ints
from ratings.scoring.policy import BANDS, CLASSES, COMPOSITE_TOP, HIGH, LOW, MID, PPM, Policy
from ratings.scoring.priors import paule_mandel, shrunk
from ratings.scoring.trust_state import TrustState

REASONS = ("unverified", "repeat", "new_account", "unreliable", "burst", "new_burst", "one_sided", "linked")
HELD_BELOW = 0.5  # of what its receipt alone would give it: a review that counts less than that is held down
LET_THROUGH = 0.999


@dataclass(frozen=True)
class Arrivals:
    """Reviews received on one day, ascending by influencer and composite, (r,) each.

    Attributes
    ----------
    influencer, reviewer : dense indices
    composite : 0..76
    verified : whether a purchase is proven
    repeat : this account's earlier reviews of this influencer
    """

    influencer: Ints
    reviewer: Ints
    composite: Ints
    verified: Bools
    repeat: Ints


@dataclass(frozen=True)
class Outlook:
    """What is known of influencers when a day opens: all of them that an account's reviews are judged by.

    Attributes
    ----------
    mean, seen : (n,) posterior mean of the composite, and how many reviews it rests on
    sigma2, kappa : the platform's variance of a review and prior weight
    """

    mean: Floats
    seen: Floats
    sigma2: float
    kappa: float


@dataclass(frozen=True)
class Weighed:
    """What the accounts' side says of the reviews of one day, (r,) each.

    Attributes
    ----------
    trust, full : ppm before buckets, and ppm that verification alone would give
    known, band : class and band of each review
    why : bit set over the first four `REASONS`
    """

    trust: Ints
    full: Ints
    known: Ints
    band: Ints
    why: Ints


@dataclass(frozen=True)
class Tally:
    """What the reviews of one day add up to: whole numbers, so that it doesn't matter who adds them, or in what order.

    Attributes
    ----------
    influencers : (k,) who received reviews, ascending
    counts : (k, 6) reviews by class and band
    sums : (3, k, 6) Σ trust·composite^p for p = 0, 1, 2
    """

    influencers: Ints
    counts: Ints
    sums: Ints


@dataclass(frozen=True)
class Judged:
    """Trust of the reviews of one day.

    Attributes
    ----------
    trust, full : (r,) ppm before buckets, and ppm that verification alone would give
    known, band : (r,) class and band of each review
    why : (r,) bit set over `REASONS`
    influencers, factor : (k,) who received reviews that day, (k, 6) what their buckets let through
    """

    trust: Ints
    full: Ints
    known: Ints
    band: Ints
    why: Ints
    influencers: Ints
    factor: Floats


def bands(composite: Ints, policy: Policy) -> Ints:
    """Band of each composite: 0 mid, 1 all high, 2 all low."""
    x = composite / COMPOSITE_TOP
    return np.where(x >= policy.typed_high, HIGH, np.where(x <= policy.typed_low, LOW, MID)).astype(np.int64)


def full_trust(verified: Bools, unverified: float) -> Ints:
    """Trust in ppm that verification alone would give; without a receipt it is `unverified`."""
    return np.asarray(np.floor(np.where(verified, 1.0, unverified) * PPM), dtype=np.int64)


def close_day(state: TrustState, orders: Floats, new: Arrivals, policy: Policy, *, whole: bool = True) -> Judged:
    """Judge the reviews of the day after `state.day` and move the state to its close.

    Parameters
    ----------
    orders : (n,) orders of that day
    whole : whether the state holds the whole platform; a part of it never speaks for the platform's figures
    """
    outlook = open_day(state, orders, policy)
    found = weigh(state.reviews, state.residual, outlook, new, policy)
    tally = tally_of(new, found)
    factor = settle(state, tally, policy, whole=whole)
    why = found.why | why_of_buckets(new, found, tally.influencers, factor)
    return Judged(found.trust, found.full, found.known, found.band, why, tally.influencers, factor)


def open_day(state: TrustState, orders: Floats, policy: Policy) -> Outlook:
    """Begin the day after `state.day`: its orders fill the buckets, what was seen before fades."""
    state.day += 1
    refill(state, orders, policy)
    seen = 2 * state.weight
    c = seen / (seen + state.kappa)
    own = np.where(state.weight > 0, state.total / np.maximum(state.weight, 1e-12), state.mean)
    return Outlook(c * own + (1 - c) * state.mean, seen, state.sigma2, state.kappa)


def weigh(reviews: Floats, residual: Floats, outlook: Outlook, a: Arrivals, p: Policy) -> Weighed:
    """Judge a day's reviews by their accounts, and remember them there.

    Parameters
    ----------
    reviews, residual : (u,) of the accounts, as in `TrustState`; moved on. Any part of the accounts may be judged
        apart from the others: none of them looks at another.
    """
    n = reviews[a.reviewer]
    reliability = np.minimum(
        1.0, (p.reliability_prior + n) / (p.reliability_prior * p.reliability_start + residual[a.reviewer])
    )
    base = np.where(a.verified, 1.0, p.trust_unverified)
    repeat = 1 / (1.0 + a.repeat) ** p.repeat_power
    trust = np.floor(base * reliability * repeat * PPM).astype(np.int64)
    known = (n >= p.new_account_reviews).astype(np.int64)
    # what an account without any history starts with is no judgement on it
    start = 1 / p.reliability_start
    why = _bits(0, ~a.verified, a.repeat > 0, known == 0, reliability < start - 1e-9)
    x = a.composite / COMPOSITE_TOP
    surprise = (x - outlook.mean[a.influencer]) ** 2
    z2 = surprise / (outlook.sigma2 * (1 + 1 / (outlook.seen[a.influencer] + outlook.kappa)))
    np.add.at(residual, a.reviewer, z2)
    np.add.at(reviews, a.reviewer, 1.0)
    return Weighed(trust, np.floor(base * PPM).astype(np.int64), known, bands(a.composite, p), why)


def tally_of(a: Arrivals, found: Weighed) -> Tally:
    """Add up what was judged, by influencer, class and band."""
    who, place = np.unique(a.influencer, return_inverse=True)
    key, size = place * CLASSES + found.known * BANDS + found.band, who.size * CLASSES
    sums = np.zeros((3, size), dtype=np.int64)
    for power in range(3):
        # whole numbers below 2^53: as exact in floats
        values = (found.trust * a.composite**power).astype(np.float64)
        sums[power] = np.bincount(key, values, minlength=size).astype(np.int64)
    counts = np.bincount(key, minlength=size).reshape(-1, CLASSES)
    return Tally(who, counts, sums.reshape(3, -1, CLASSES))


def added(tallies: Iterable[Tally]) -> Tally:
    """One tally of several."""
    parts = list(tallies)
    who = np.unique(np.concatenate([part.influencers for part in parts]))
    counts, sums = np.zeros((who.size, CLASSES), dtype=np.int64), np.zeros((3, who.size, CLASSES), dtype=np.int64)
    for part in parts:
        at = np.searchsorted(who, part.influencers)
        counts[at] += part.counts
        sums[:, at] += part.sums
    return Tally(who, counts, sums)


def settle(s: TrustState, day: Tally, p: Policy, *, whole: bool = True) -> Floats:
    """Take the day's reviews out of the buckets, remember them and close the day; (k, 6) what buckets let through."""
    factor = spend(s, day.influencers, day.counts, p)
    s.raw_reviews[day.influencers] += day.counts.sum(axis=1)
    for array, power in ((s.weight, 0), (s.total, 1), (s.total2, 2)):
        array[day.influencers] += (day.sums[power] * factor).sum(axis=1) / (PPM * COMPOSITE_TOP**power)
    if whole and s.day % p.month_days == 0:
        _month(s, p)
    return factor


def _bits(first: int, *flags: Bools) -> Ints:
    why = np.zeros(flags[0].size, dtype=np.int64)
    for k, flag in enumerate(flags, start=first):
        why |= flag.astype(np.int64) << k
    return why


def why_of_buckets(a: Arrivals, found: Weighed, who: Ints, factor: Floats) -> Ints:
    """(r,) what the buckets have to do with it, as bits over `REASONS`."""
    place = np.searchsorted(who, a.influencer)
    let, new_let = factor[place, found.known * BANDS + found.band], _new_factor(factor)[place]
    return _bits(
        4,
        factor[place, BANDS + MID] < LET_THROUGH,
        (found.known == 0) & (new_let < LET_THROUGH),
        (found.band != MID) & (let < LET_THROUGH * factor[place, found.known * BANDS + MID]),
    )


def _new_factor(factor: Floats) -> Floats:
    return factor[:, MID] / np.maximum(factor[:, BANDS + MID], 1e-12)


def _month(s: TrustState, p: Policy) -> None:
    """The platform's review rate, mean and variances as the coming month will use them."""
    s.rate = _review_rate(s.raw_orders, s.raw_reviews, p)
    ok = s.weight > 1.0
    units = float(ok.sum())
    if not units:
        return
    mean = s.total[ok] / s.weight[ok]
    s.mean = shrunk(fsum(s.total[ok]) / fsum(s.weight[ok]), p.default_mark, units, p)
    # a decayed mean of trusted reviews spends between half and one degree of freedom
    inner = fsum(s.total2[ok] - s.weight[ok] * mean**2) / fsum(s.weight[ok] - 0.7)
    s.sigma2 = shrunk(max(inner, 1e-4), p.default_sigma2, units, p)
    between = paule_mandel(mean, s.sigma2 / (2 * s.weight[ok]))[1]
    s.kappa = s.sigma2 / shrunk(max(between, 1e-4), p.default_sigma2 / p.default_kappa, units, p)


def _review_rate(orders: Floats, reviews: Floats, p: Policy) -> float:
    """Reviews per order of the platform; 20 influencers of usual size, and never more than one of the largest, stand
    for the default: where most have few orders, these few soon say more than it does.
    """
    cap = p.rate_cap
    sellers = orders > 0
    # exactly rounded sums: who joined later, and when, changes no digit
    counted = fsum(np.minimum(orders[sellers], cap / p.default_review_rate))
    written = fsum(np.minimum(reviews[sellers], cap))
    pseudo = p.pseudo_influencers * min(cap, counted / max(float(sellers.sum()), 1.0)) or 1.0
    return (written + pseudo * p.default_review_rate) / (counted + pseudo)
