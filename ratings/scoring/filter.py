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
    # those with most days first: whoever has a k-th day stands in front of whoever has none, and rows lie day by day
    people = np.argsort(-counts, kind="stable")
    order, cuts = _by_place(counts, people)
    y, noise, keep = y[order], noise[order], keep[order]
    p, v = prior[people], between[people]
    mean, variance, gain = p.copy(), v.copy(), np.zeros(y.size)
    for k in range(cuts.size - 1):
        rows = slice(cuts[k], cuts[k + 1])
        who = slice(0, cuts[k + 1] - cuts[k])
        m, w = mean[who], variance[who]
        if k:
            rho = keep[rows]
            m[:] = p[who] + rho * (m - p[who])
            w[:] = rho * rho * w + v[who] * (1 - rho * rho)
        g = np.divide(w, w + noise[rows], out=gain[rows])
        m += g * (y[rows] - m)
        w *= 1 - g
    carry, weight = end[people], np.zeros(gain.size)
    for k in range(cuts.size - 2, -1, -1):
        rows, left = slice(cuts[k], cuts[k + 1]), carry[: cuts[k + 1] - cuts[k]]
        np.multiply(gain[rows], left, out=weight[rows])
        left *= (1 - gain[rows]) * keep[rows]
    result = mean.copy(), variance.copy(), weight.copy()
    for into, of, at in zip(result, (mean, variance, weight), (people, people, order), strict=True):
        into[at] = of
    return result


def _by_place(counts: Ints, people: Ints) -> tuple[Ints, Ints]:
    """Rows by their place within their influencer, those of a place in the order of `people`; where places begin."""
    first, many = (np.cumsum(counts) - counts)[people], counts[people]
    size = int(counts.max(initial=0))
    # how many have a k-th row
    wide = np.searchsorted(-many, -np.arange(size), side="left")
    cuts = np.r_[0, np.cumsum(wide)]
    place = np.repeat(np.arange(size), wide)
    return first[np.arange(int(cuts[-1])) - cuts[place]] + place, cuts
