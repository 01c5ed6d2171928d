"""Ranks by posterior mean with their uncertainty, in closed form (rating-model.md section 7).

Every posterior is taken as normal. For a score θ let R(θ) = 1 + Σ_j P(θ_j > θ) be its expected rank among the others.
The rank interval joins two independent sources in quadrature: one's own uncertainty, R at either end of one's own
interval, and the others' at one's mean, Σ p(1−p). P(top) is the chance to lie above the score that the expected top
share of all posteriors exceeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from ratings.scoring.inputs import Floats, Ints

GRID = 1001
CHUNK = 256
FAR = 8.5  # standard deviations: a chance of 1e-17 and less is none


@dataclass(frozen=True)
class Ranks:
    """Among the ranked only, (m,) each: rank and its interval, percentile 0..100, chance to be in the top share."""

    rank: Ints
    low: Ints
    high: Ints
    percentile: Floats
    p_top: Floats


def rank(mean: Floats, sd: Floats, *, share: float, top: float) -> Ranks:
    """Rank m influencers, the best first; equal means share a rank.

    Parameters
    ----------
    mean, sd : (m,) posterior means as published and standard deviations
    share : what the rank interval covers
    top : share of the best that `p_top` speaks of
    """
    m = mean.size
    if m == 0:
        none = np.zeros(0, dtype=np.int64)
        return Ranks(none, none, none, np.zeros(0), np.zeros(0))
    ordered = np.sort(mean)
    place = (m - np.searchsorted(ordered, mean, side="right") + 1).astype(np.int64)
    reach = float(ndtri((1 + share) / 2))
    grid = np.linspace(float(np.min(mean - 4 * sd)), float(np.max(mean + 4 * sd)) + 1e-9, GRID)
    above, spread = _survivors(grid, mean, sd)
    tail = (1 - share) / 2

    def expected(theta: Floats, own: float) -> Floats:
        return 1 + np.interp(theta, grid, above) - own

    middle = expected(mean, 0.5)
    others = reach * np.sqrt(np.maximum(np.interp(mean, grid, spread) - 0.25, 0.0))
    up = np.hypot(np.maximum(middle - expected(mean + reach * sd, tail), 0.0), others)
    down = np.hypot(np.maximum(expected(mean - reach * sd, 1 - tail) - middle, 0.0), others)
    low = np.clip(np.rint(middle - up), 1, place).astype(np.int64)
    high = np.clip(np.rint(middle + down), place, m).astype(np.int64)
    # `above` falls along the grid; the threshold leaves the top share of the expected population above it
    threshold = float(np.interp(-top * m, -above, grid))
    return Ranks(place, low, high, 100 * (m - place + 0.5) / m, ndtr((mean - threshold) / sd))


def _survivors(grid: Floats, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Σ_j P(θ_j > θ) and Σ_j p(1−p) at each point of the grid."""
    above, spread = np.zeros(grid.size), np.zeros(grid.size)
    # those alike together: beyond `FAR` of all of them nothing is left to add but whole people
    order = np.lexsort((mean, np.floor(2 * np.log2(sd))))
    for start in range(0, mean.size, CHUNK):
        part = order[start : start + CHUNK]
        m, s = mean[part], sd[part]
        low, high = np.searchsorted(grid, [np.min(m - FAR * s), np.max(m + FAR * s)])
        p = ndtr((m[:, None] - grid[None, low:high]) / s[:, None])
        above[:low] += part.size
        above[low:high] += p.sum(axis=0)
        spread[low:high] += (p * (1 - p)).sum(axis=0)
    return above, spread
