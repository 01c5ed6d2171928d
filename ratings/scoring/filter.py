"""An exact daily filter: state of an influencer's channel, day by day, under an Ornstein–Uhlenbeck process.

Between days m ← μ + ρ(m − μ), P ← ρ²P + v(1 − ρ²), ρ = e^(−λ·days); a day's evidence y with noise r moves them by the
gain P/(P + r). The result is linear in the evidence, with weights that depend on counts only and are never negative:
every score decomposes exactly, and an added best mark never lowers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.sums import per_influencer

FEW = 12  # rows per day of the longest: with fewer, plain numbers are faster than arrays


@dataclass(frozen=True)
class Filtered:
    """State at the end of the last day.

    Attributes
    ----------
    mean, variance : (n,) m and P
    weight : (g,) what one unit of each day's y adds to the mean
    total : (n,) sum of those weights; the prior mean weighs the rest
    """

    mean: Floats
    variance: Floats
    weight: Floats
    total: Floats


def ou_filter(
    influencer: Ints,
    day: Ints,
    y: Floats,
    noise: Floats,
    prior: Floats,
    between: Floats,
    *,
    speed: float,
    last_day: int,
) -> Filtered:
    """Run the filter over the days of all influencers.

    Parameters
    ----------
    influencer, day : (g,) ascending by influencer, then day
    y, noise : (g,) evidence of each day and its noise variance, infinite where it says nothing
    prior, between : (n,) mean and stationary variance the process returns to
    speed : λ per day
    last_day : day at whose end the state is wanted
    """
    n = prior.size
    counts = np.bincount(influencer, minlength=n)
    ends = np.cumsum(counts)
    gap = np.zeros(day.size)
    gap[1:] = np.diff(day)
    gap[(ends - counts)[counts > 0]] = 0.0
    keep = np.exp(-speed * gap)
    rho = np.ones(n)
    rho[counts > 0] = np.exp(-speed * (last_day - day[ends[counts > 0] - 1]))
    run = _one_by_one if day.size < FEW * int(counts.max(initial=0)) else _together
    mean, variance, weight = run(influencer, counts, y, noise, keep, rho, prior, between)
    mean = prior + rho * (mean - prior)
    variance = rho * rho * variance + between * (1 - rho * rho)
    return Filtered(mean, variance, weight, per_influencer(influencer, weight, n))


def _one_by_one(
    influencer: Ints, counts: Ints, y: Floats, noise: Floats, keep: Floats, end: Floats, prior: Floats, between: Floats
) -> tuple[Floats, Floats, Floats]:
    """The filter in plain numbers, influencer by influencer: for few of them, arrays of a few cost more than they save.

    Every operation is one of `_together`'s, in the same order, and so gives the same digits.
    """
    mean, variance, weight = prior.copy(), between.copy(), np.zeros(y.size)
    begin = 0
    for who in np.flatnonzero(counts).tolist():
        rows = slice(begin, begin + int(counts[who]))
        begin = rows.stop
        p, b = float(prior[who]), float(between[who])
        m, v = p, b
        left: list[tuple[float, float]] = []
        for rho, x, r in zip(keep[rows].tolist(), y[rows].tolist(), noise[rows].tolist(), strict=True):
            if left:
                m = p + rho * (m - p)
                v = rho * rho * v + b * (1 - rho * rho)
            g = v / (v + r)
            m += g * (x - m)
            rest = 1 - g
            v *= rest
            left.append((g, rest * rho))
        mean[who], variance[who] = m, v
        carry, weights = float(end[who]), []
        for g, after in reversed(left):
            weights.append(g * carry)
            carry *= after
        weight[rows] = weights[::-1]
    return mean, variance, weight


def _together(
    influencer: Ints, counts: Ints, y: Floats, noise: Floats, keep: Floats, end: Floats, prior: Floats, between: Floats
) -> tuple[Floats, Floats, Floats]:
    """The filter over arrays, each day's k-th of every influencer together."""
    mean, variance, gain = prior.copy(), between.copy(), np.zeros(y.size)
    order, cuts = _ranks(influencer, counts)
    for k in range(cuts.size - 1):
        rows = order[cuts[k] : cuts[k + 1]]
        who = influencer[rows]
        if k:
            rho = keep[rows]
            mean[who] = prior[who] + rho * (mean[who] - prior[who])
            variance[who] = rho * rho * variance[who] + between[who] * (1 - rho * rho)
        g = variance[who] / (variance[who] + noise[rows])
        mean[who] += g * (y[rows] - mean[who])
        variance[who] *= 1 - g
        gain[rows] = g
    carry, weight = end.copy(), np.zeros(gain.size)
    for k in range(cuts.size - 2, -1, -1):
        rows = order[cuts[k] : cuts[k + 1]]
        who = influencer[rows]
        weight[rows] = gain[rows] * carry[who]
        carry[who] *= (1 - gain[rows]) * keep[rows]
    return mean, variance, weight


def _ranks(influencer: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Rows ordered by their place within their influencer, and where each place begins."""
    first = np.cumsum(counts) - counts
    rank = np.arange(influencer.size) - first[influencer]
    order = np.argsort(rank, kind="stable")
    return order, np.searchsorted(rank[order], np.arange(int(counts.max(initial=0)) + 1))
