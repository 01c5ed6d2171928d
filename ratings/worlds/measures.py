"""How good a rating is, when the truth is known. Scores and truths share one scale; higher is better."""

from __future__ import annotations

import numpy as np
from scipy.stats import kendalltau, rankdata

from ratings.worlds.world import Bools, Floats, Ints


def kendall(score: Floats, truth: Floats) -> float:
    """Kendall's τ-b: share of pairs in the right order minus share in the wrong one, ties accounted for."""
    return float(kendalltau(score, truth, variant="b").statistic)


def percentiles(values: Floats) -> Floats:
    """0 for the lowest to 100 for the highest, ties at their middle."""
    if values.size < 2:
        return np.full(values.size, 50.0)
    return np.asarray((rankdata(values) - 1) * 100 / (values.size - 1))


def ndcg(score: Floats, truth: Floats, k: int = 100) -> float:
    """NDCG@k: how much of the true top the list's first k hold, early places weighing more.

    The gain of an influencer is how far its true percentile lies above the 90th, in tenths (0 below): a "best of" list
    is judged by whether it finds the true top tenth, the very best first.
    """
    gain = np.maximum(0.0, percentiles(truth) - 90) / 10
    k = min(k, truth.size)
    discount = 1 / np.log2(np.arange(k) + 2)
    best = float(np.sum(np.sort(gain)[::-1][:k] * discount))
    got = float(np.sum(gain[np.argsort(-score, kind="stable")[:k]] * discount))
    return got / best if best else 1.0


def coverage(low: Floats, high: Floats, truth: Floats) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean((low <= truth) & (truth <= high)))


def deciles(size: Ints | Floats) -> Ints:
    """0 to 9 by size, ties in order of position, parts as equal as can be."""
    order = np.argsort(size, kind="stable")
    part = np.empty(order.size, dtype=np.int64)
    part[order] = np.arange(order.size) * 10 // max(order.size, 1)
    return part


def by_decile(values: Floats, size: Ints | Floats) -> Floats:
    """Mean of the values in each decile of size, smallest first (NaN where a decile is empty)."""
    part = deciles(size)
    count = np.bincount(part, minlength=10)
    total = np.bincount(part, weights=values, minlength=10)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def size_bias(score: Floats, truth: Floats, size: Ints | Floats) -> Floats:
    """Percentile points by which each decile of size stands too high (positive) or too low."""
    return by_decile(percentiles(score) - percentiles(truth), size)


def worst(values: Floats, target: float = 0.0) -> float:
    """The value farthest from the target."""
    known = values[np.isfinite(values)]
    return float(known[np.argmax(np.abs(known - target))]) if known.size else float("nan")


def moved(clean: Floats, attacked: Floats, who: Bools) -> float:
    """95th percentile of the distance by which an attack moved its targets."""
    return float(np.quantile(np.abs(attacked - clean)[who], 0.95)) if who.any() else 0.0


def gained(clean: Floats, attacked: Floats, who: Bools) -> float:
    """Mean percentile points gained by the targets."""
    return float(np.mean((percentiles(attacked) - percentiles(clean))[who])) if who.any() else 0.0


def gap_closed(before: Floats, after: Floats, truth_before: Floats, truth_after: Floats, who: Bools) -> float:
    """Share of a true change that the score shows, over the influencers that changed."""
    change = float(np.sum((truth_after - truth_before)[who]))
    return float(np.sum((after - before)[who])) / change if change else float("nan")


def auc(value: Floats, positive: Bools) -> float:
    """Probability that a positive stands above a negative, ties counting half."""
    n1, n0 = int(positive.sum()), int((~positive).sum())
    if not n1 or not n0:
        return float("nan")
    return float((rankdata(value)[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def calibration(low_of: dict[float, tuple[Floats, Floats]], truth: Floats) -> dict[float, float]:
    """Coverage of central intervals by their nominal level."""
    return {level: coverage(low, high, truth) for level, (low, high) in low_of.items()}
