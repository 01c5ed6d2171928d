"""Token buckets: the share of a day's reviews that orders explain (METHOD.md section 4)."""

from __future__ import annotations

import numpy as np

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.policy import BANDS, HIGH, LOW, Policy
from ratings.scoring.trust_state import TrustState


def refill(s: TrustState, orders: Floats, p: Policy) -> None:
    """A day's orders, (n,): they let reviews through, and what was seen before fades."""
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


def spend(s: TrustState, who: Ints, counts: Ints, p: Policy) -> Floats:
    """Take the day's reviews out of the buckets; what each class and band gets, (k, 6)."""
    by = counts.astype(np.float64)
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
