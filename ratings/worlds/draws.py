"""Small random pieces that both generators use."""

from __future__ import annotations

import zlib

import numpy as np

from ratings.worlds.world import DAY, Floats, Ints


def stream(seed: int, *names: str) -> np.random.Generator:
    """An independent stream of random numbers per seed and name, so that parts can change without moving others."""
    words = [zlib.crc32(name.encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def choose(rng: np.random.Generator, weights: Floats | list[float] | tuple[float, ...], size: int) -> Ints:
    """Positions drawn with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.asarray(np.minimum(drawn, edges.size - 1), dtype=np.int64)


def expand(counts: Ints) -> Ints:
    """Row position repeated by its count: [2, 0, 1] gives [0, 0, 2]."""
    return np.repeat(np.arange(counts.size, dtype=np.int64), counts)


def rank_within(groups: Ints) -> Ints:
    """0, 1, 2… within each run of equal values of a sorted array."""
    if groups.size == 0:
        return np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    return np.arange(groups.size, dtype=np.int64) - np.repeat(first, np.diff(np.r_[first, groups.size]))


def evening(rng: np.random.Generator, size: int) -> Ints:
    """Second of the day at which a show starts: mostly evenings, some mornings."""
    late = rng.random(size) < 0.75
    hour = np.where(late, rng.normal(19.5, 1.3, size), rng.normal(11.0, 1.5, size))
    return (np.clip(hour, 6.0, 22.5) * 3600).astype(np.int64)


def at_knots(knots: Floats, host: Ints, day: Floats, step: float) -> Floats:
    """Linear interpolation of host × knot values at the given days."""
    at = np.clip(day / step, 0.0, knots.shape[1] - 1.000001)
    left = at.astype(np.int64)
    share = at - left
    return np.asarray(knots[host, left] * (1 - share) + knots[host, left + 1] * share)


def seconds(days: Floats | Ints) -> Ints:
    return (np.asarray(days, dtype=np.float64) * DAY).astype(np.int64)


def account_pool(rng: np.random.Generator, reviews: int, size: int) -> Ints:
    """Reviewer of each review: a pool of accounts of which few review often and most once or twice."""
    activity = rng.pareto(1.6, size) + 0.3
    return choose(rng, np.minimum(activity, 60.0), reviews)
