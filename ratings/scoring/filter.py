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
    """Run the filter over the days of all influencers at once, each day's k-th of every influencer together.

    Parameters
    ----------
    influencer, day : (g,) ascending by influencer, then day
    y, noise : (g,) evidence of each day and its noise variance, infinite where it says nothing
    prior, between : (n,) mean and stationary variance the process returns to
    speed : λ per day
    last_day : day at whose end the state is wanted
    """
    n = prior.size
    mean, variance, seen = prior.copy(), between.copy(), np.full(n, np.iinfo(np.int64).min)
    order, cuts = _ranks(influencer, n)
    gain, keep = np.zeros(day.size), np.ones(day.size)
    for k in range(cuts.size - 1):
        rows = order[cuts[k] : cuts[k + 1]]
        who = influencer[rows]
        if k:
            rho = np.exp(-speed * (day[rows] - seen[who]))
            keep[rows] = rho
            mean[who] = prior[who] + rho * (mean[who] - prior[who])
            variance[who] = rho * rho * variance[who] + between[who] * (1 - rho * rho)
        g = variance[who] / (variance[who] + noise[rows])
        mean[who] += g * (y[rows] - mean[who])
        variance[who] *= 1 - g
        gain[rows], seen[who] = g, day[rows]
    known = np.unique(influencer)
    rho = np.ones(n)
    rho[known] = np.exp(-speed * (last_day - seen[known]))
    mean = prior + rho * (mean - prior)
    variance = rho * rho * variance + between * (1 - rho * rho)
    weight = _weights(influencer, gain, keep, rho, order, cuts)
    return Filtered(mean, variance, weight, per_influencer(influencer, weight, n))


def _ranks(influencer: Ints, n: int) -> tuple[Ints, Ints]:
    """Rows ordered by their place within their influencer, and where each place begins."""
    counts = np.bincount(influencer, minlength=n)
    first = np.cumsum(counts) - counts
    rank = np.arange(influencer.size) - first[influencer]
    order = np.argsort(rank, kind="stable")
    return order, np.searchsorted(rank[order], np.arange(int(counts.max(initial=0)) + 1))


def _weights(influencer: Ints, gain: Floats, keep: Floats, end: Floats, order: Ints, cuts: Ints) -> Floats:
    """Backwards: what is left at the end of what each day put in."""
    carry, weight = end.copy(), np.zeros(gain.size)
    for k in range(cuts.size - 2, -1, -1):
        rows = order[cuts[k] : cuts[k + 1]]
        who = influencer[rows]
        weight[rows] = gain[rows] * carry[who]
        carry[who] *= (1 - gain[rows]) * keep[rows]
    return weight
