"""How much one review counts: verified × reliability × repeat × buckets, day by day (rating-model.md section 2).

Everything used for a day is known at the close of the day before, plus that day's own counts. Trust before buckets is
floored once, here, to parts per million; what buckets let through is kept apart, per influencer × receipt day × class ×
band, and multiplied in `sums`. Within a day nothing depends on the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np

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


def close_day(state: TrustState, orders: Floats, new: Arrivals, policy: Policy, *, whole: bool = True) -> Judged:
    """Judge the reviews of the day after `state.day` and move the state to its close.

    Parameters
    ----------
    orders : (n,) orders of that day
    whole : whether the state holds the whole platform; a part of it never speaks for the platform's figures
    """
    state.day += 1
    _refill(state, orders, policy)
    judged = _judge(state, new, policy)
    _remember(state, new, judged, policy)
    if whole and state.day % policy.month_days == 0:
        _month(state, policy)
    return judged


def _refill(s: TrustState, orders: Floats, p: Policy) -> None:
    keep = np.exp(-1 / p.orders_memory)
    s.raw_orders += orders
    s.orders *= keep
    s.orders += orders
    s.orders_sum += s.orders
    # an order weighs 1/(1 − keep) in the sum of remembered orders
    base = s.rate * (1 - keep)
    rate = np.minimum((s.admitted + p.review_rate_weight * base) / (s.orders_sum + p.review_rate_weight),
                      p.review_rate_max * base)  # fmt: skip
    explained = rate * s.orders
    s.explained *= 1 - 1 / p.bucket_days
    s.explained += explained
    count, new, high, low = s.shares
    for row, refill, burst, share in (
        (0, p.bucket_refill, p.bucket_burst, 1.0),
        (1, p.bucket_refill, p.bucket_burst, new / count),
        (2, p.typed_high_refill, p.typed_high_burst, _share(s.typed[1], s.typed[0], high / count, p)),
        (3, p.typed_low_refill, p.typed_low_burst, _share(s.typed[2], s.typed[0], low / count, p)),
    ):
        if row < 2 or p.typed_buckets:
            s.tokens[row] = np.minimum(s.tokens[row] + refill * share * explained, burst + refill * share * s.explained)
    decay = 2 ** (-1 / p.half_life)
    for array in (s.weight, s.total, s.total2, s.typed):
        array *= decay


def _share(own: Floats, whole: Floats, platform: float, p: Policy) -> Floats:
    return (own + p.typed_weight * platform) / (whole + p.typed_weight)


def _judge(s: TrustState, a: Arrivals, p: Policy) -> Judged:
    n, residual = s.reviews[a.reviewer], s.residual[a.reviewer]
    reliability = np.minimum(1.0, (p.reliability_prior + n) / (p.reliability_prior * p.reliability_start + residual))
    base = np.where(a.verified, 1.0, p.trust_unverified)
    repeat = 1 / (1.0 + a.repeat) ** p.repeat_power
    trust = np.floor(base * reliability * repeat * PPM).astype(np.int64)
    known, band = (n >= p.new_account_reviews).astype(np.int64), bands(a.composite, p)
    who, place = np.unique(a.influencer, return_inverse=True)
    factor = _spend(s, who, np.bincount(place * CLASSES + known * BANDS + band, minlength=who.size * CLASSES), p)
    let = factor[place, known * BANDS + band]
    new_let = _new_factor(factor)[place]
    # what an account without any history starts with is no judgement on it
    start = 1 / p.reliability_start
    bits = (
        ~a.verified, a.repeat > 0, known == 0, reliability < start - 1e-9,
        factor[place, BANDS + MID] < LET_THROUGH, (known == 0) & (new_let < LET_THROUGH),
        (band != MID) & (let < LET_THROUGH * factor[place, known * BANDS + MID]), np.zeros(n.size, dtype=bool),
    )  # fmt: skip
    why = np.zeros(n.size, dtype=np.int64)
    for k, bit in enumerate(bits):
        why |= bit.astype(np.int64) << k
    return Judged(trust, np.floor(base * PPM).astype(np.int64), known, band, why, who, factor)


def _new_factor(factor: Floats) -> Floats:
    return factor[:, MID] / np.maximum(factor[:, BANDS + MID], 1e-12)


def _spend(s: TrustState, who: Ints, counts: Ints, p: Policy) -> Floats:
    """Take the day's reviews out of the buckets; what each class and band gets, (k, 6)."""
    by = counts.reshape(who.size, CLASSES).astype(np.float64)
    everyone = by.sum(axis=1)
    fresh = by[:, :BANDS].sum(axis=1)
    general = np.minimum(1.0, s.tokens[0, who] / np.maximum(everyone, 1))
    s.tokens[0, who] -= everyone * general
    s.admitted[who] += everyone * general
    new = np.minimum(1.0, s.tokens[1, who] / np.maximum(fresh, 1))
    s.tokens[1, who] -= fresh * new
    band = np.repeat(general[:, None], BANDS, axis=1)
    s.shares[0] += np.minimum(everyone, p.crowd_cap).sum()
    s.shares[1] += np.minimum(fresh, p.crowd_cap).sum()
    for k in (HIGH, LOW):
        typed = by[:, k] + by[:, BANDS + k]
        s.shares[1 + k] += np.minimum(typed, p.crowd_cap).sum()
        if p.typed_buckets:
            let = np.minimum(1.0, s.tokens[1 + k, who] / np.maximum(typed, 1))
            s.tokens[1 + k, who] -= typed * let
            s.typed[k, who] += typed * let
            band[:, k] = np.minimum(general, let)
    if p.typed_buckets:
        totals = by[:, :BANDS] + by[:, BANDS:]
        s.typed[0, who] += (totals * band).sum(axis=1)
    return np.concatenate([band * new[:, None], band], axis=1)


def _remember(s: TrustState, a: Arrivals, judged: Judged, p: Policy) -> None:
    """Residuals against the previous close, then the day's own evidence."""
    s.raw_reviews += np.bincount(a.influencer, minlength=s.weight.size)
    if not a.influencer.size:
        return
    x = a.composite / COMPOSITE_TOP
    n_star = 2 * s.weight
    c = n_star / (n_star + s.kappa)
    own = np.where(s.weight > 0, s.total / np.maximum(s.weight, 1e-12), s.mean)
    mean = c * own + (1 - c) * s.mean
    z2 = (x - mean[a.influencer]) ** 2 / (s.sigma2 * (1 + 1 / (n_star[a.influencer] + s.kappa)))
    np.add.at(s.residual, a.reviewer, z2)
    np.add.at(s.reviews, a.reviewer, 1.0)
    place = np.searchsorted(judged.influencers, a.influencer)
    key = place * CLASSES + judged.known * BANDS + judged.band
    who = judged.influencers
    for array, power in ((s.weight, 0), (s.total, 1), (s.total2, 2)):
        values = judged.trust * a.composite**power
        # whole numbers below 2^53: the sums do not depend on the order of the rows
        sums = np.bincount(key, values.astype(np.float64), minlength=who.size * CLASSES).reshape(-1, CLASSES)
        array[who] += (sums * judged.factor).sum(axis=1) / (PPM * COMPOSITE_TOP**power)


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
