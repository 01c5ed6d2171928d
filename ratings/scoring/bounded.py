"""Channels whose observations lie in [0, 1]: Bühlmann–Straub credibility with drift (rating-model.md section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.channels import Channel
from ratings.scoring.drift import RandomWalk, months, per_month
from ratings.scoring.filter import Filtered, ou_filter
from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.intervals import beta_interval
from ratings.scoring.policy import Policy
from ratings.scoring.priors import PeerMeans, paule_mandel, peer_means, shrunk
from ratings.scoring.recent import mark_band, mixed, share
from ratings.scoring.sums import MarkDays, Parted, decay, per_influencer

DRIFT_GUARD = 0.002
TINY = 1e-12
LN2 = float(np.log(2))


@dataclass(frozen=True)
class BoundedParameters:
    """What one bounded channel shares between influencers.

    Attributes
    ----------
    peers : prior means
    sigma2 : variance of one observation around its influencer's mean
    tau2 : variance between influencers of a peer group
    drift : random-walk variance a day
    mean : platform mean, for the variance function
    within : variance of one observation around its day's mean
    day_effect : variance of a day's mean around its month's, beyond chance
    """

    peers: PeerMeans
    sigma2: float
    tau2: float
    drift: float
    mean: float
    within: float
    day_effect: float

    def speed(self, policy: Policy) -> float:
        """λ of the daily filter: as fast as drift demands, never slower than the policy's memory."""
        return max(self.drift / (2 * self.tau2), LN2 / policy.memory_half_life)


@dataclass(frozen=True)
class BoundedSums:
    """Decayed sums of one channel, (n,) each; `mean` is 0 where there is nothing."""

    known: Bools
    weight: Floats
    weight2: Floats
    age: Floats
    total: Floats
    total2: Floats
    mean: Floats
    size: Floats

    def aged(self, drift: float) -> Floats:
        """(n,) variance of what may have changed since the evidence: V = q·(A/W)·(½ + 1/(2n_s))."""
        age = np.where(self.known, self.age / np.maximum(self.weight, TINY), 0.0)
        return drift * age * (0.5 + 0.5 / np.maximum(self.size, 1))


def decayed(days: MarkDays, population: Population, half_life: float) -> BoundedSums:
    """W = Σdo, Q2 = Σd²o², A = Σdo·age, S1 = Σdox, S2 = Σdox²; size is n_s = W²/Q2."""
    d, age = decay(days.day, population.as_of_day, half_life)

    def total(values: Floats) -> Floats:
        return per_influencer(days.influencer, values, population.size)

    weight, weight2, sums = total(d * days.o), total(d * d * days.o2), total(d * days.ox)
    known = weight > 1e-9
    return BoundedSums(
        known=known,
        weight=weight,
        weight2=weight2,
        age=total(d * days.o * age),
        total=sums,
        total2=total(d * days.oxx),
        mean=np.where(known, sums / np.maximum(weight, TINY), 0.0),
        size=np.where(known, weight**2 / np.maximum(weight2, TINY * TINY), 0.0),
    )


def estimate(
    days: Parted[MarkDays], sums: BoundedSums, population: Population, tier: Ints, policy: Policy
) -> BoundedParameters:
    """Variances, drift and prior means of one channel, shrunk to the policy's defaults where evidence is thin."""
    units = float(np.sum(sums.size > 1))
    inner = float(np.sum(sums.weight * (1 - 1 / np.maximum(sums.size, 1))))
    spread = float(np.sum(sums.total2) - np.sum(sums.weight * sums.mean**2))
    sigma2 = shrunk(max(spread, 0.0) / inner if inner > TINY else 0.0, policy.default_sigma2, units, policy)
    within = _within(days, units, policy)
    walk, excess, room = RandomWalk(DRIFT_GUARD, policy), 0.0, 0.0
    for people, some in days():
        m = months(
            some.influencer, some.day, some.o, some.ox, some.o2,
            size=people.size, as_of_day=people.as_of_day, policy=policy,
        )  # fmt: skip
        safe = np.maximum(m.weight, TINY)
        walk.add(m.total / safe, sigma2 * m.squares / safe**2, m.weight)
        more = _day_excess(some, people, within, policy)
        excess, room = excess + more[0], room + more[1]
    drift = shrunk(walk.variance, 0.0, units, policy)
    day_effect = float(np.clip(excess / room, 0, policy.day_effect_top)) if room > TINY else 0.0
    ok = sums.known & (sums.size > 1.5)
    noise = sigma2 / np.maximum(sums.size, 1e-9) + sums.aged(drift)
    least = policy.default_sigma2 / policy.default_kappa
    peers = peer_means(
        sums.mean, noise, ok, population, tier,
        default=policy.default_mark, least=least, winsor=policy.winsor_bounded, policy=policy,
    )  # fmt: skip
    found = paule_mandel((sums.mean - peers.of(population, tier))[ok], noise[ok])[1]
    tau2 = shrunk(max(found, 1e-6), least, float(np.sum(ok)), policy)
    mean = float(np.clip(peers.platform, 0.02, 0.98))
    return BoundedParameters(peers, sigma2, tau2, drift, mean, within, shrunk(day_effect, 0.0, units, policy))


def _within(days: Parted[MarkDays], units: float, policy: Policy) -> float:
    """Variance within days."""
    spread = free = 0.0
    for _, some in days():
        w = np.maximum(some.o, TINY)
        spread += float(np.sum(np.maximum(some.oxx - some.ox**2 / w, 0.0)))
        free += float(np.sum(some.o - some.o2 / w))
    return shrunk(spread / free if free > TINY else policy.default_sigma2, policy.default_sigma2, units, policy)


def _day_excess(days: MarkDays, population: Population, within: float, policy: Policy) -> tuple[float, float]:
    """Squares between the days of a month beyond what `within` explains, and how much weight they rest on."""
    w = np.maximum(days.o, TINY)
    one = days.o2 / w
    table = (
        per_month(days.influencer, days.day, v, size=population.size, as_of_day=population.as_of_day, policy=policy)
        for v in (days.o, days.ox, days.o**2, one, days.ox**2 / w, days.o2)
    )
    weight, total, squares, ones, own, o2 = table
    safe = np.maximum(weight, TINY)
    excess = float(np.sum(own - total**2 / safe - within * (ones - o2 / safe)))
    return excess, float(np.sum(weight - squares / safe))


def score(
    days: MarkDays,
    sums: BoundedSums,
    prior: Floats,
    peer: Floats,
    between: Floats,
    parameters: BoundedParameters,
    population: Population,
    policy: Policy,
    hasty: tuple[Floats, Floats] | None = None,
) -> Channel:
    """Posterior of one bounded channel, by decayed sums or by the daily filter.

    Parameters
    ----------
    prior, between : (n,) prior mean and variance
    peer : (n,) the peers' part of the prior mean; the rest is borrowed from other channels
    hasty : prior mean and variance for the faster filter, where there is one
    """
    p = parameters
    if policy.daily_filter:
        f = filtered(days, prior, between, p, population, policy)
        found = _settled(f, prior)
        if hasty is not None:
            quick = filtered(days, *hasty, p, population, policy.hasty)
            found = _hastened(found, quick, *hasty, policy, days.influencer)
        mean, variance = found.mean, _spread(found, f, between, p)
        own, rest, left, c, unit = found.own, found.rest, found.left, 1 - f.variance / between, found.unit(days)
    else:
        day_weight, _ = decay(days.day, population.as_of_day, policy.half_life)
        own, trusted, variance, c, unit = _credible(days, day_weight, sums, prior, between, p)
        left, rest = (1 - trusted), (1 - trusted) * prior
        mean = own + rest
    variance = np.maximum(variance * policy.interval_marks, 1e-8)
    low, high = beta_interval(mean, variance, policy.interval)
    more = 1 + per_influencer(days.influencer, unit * (days.full - days.o), mean.size)
    held = per_influencer(days.influencer, unit * (days.fx - days.ox), mean.size) - mean * (more - 1)
    return Channel(
        mean=mean,
        variance=variance,
        low=low,
        high=high,
        credibility=c,
        known=sums.known,
        evidence=2 * sums.weight,
        prior=left * peer,
        borrowed=rest - left * peer,
        exposure=np.zeros_like(mean),
        own=own,
        held=held / more,
        weight=unit,
        held_weight=unit / more[days.influencer],
    )


def _credible(
    days: MarkDays, day_weight: Floats, sums: BoundedSums, prior: Floats, between: Floats, p: BoundedParameters
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """score = c·x̄ + (1 − c)·prior, var = c²(σ_h²/n_s + V) + (1 − c)²·between, c = 2W/(2W + σ²/between)."""
    n_star = 2 * sums.weight
    c = np.where(sums.known, n_star / (n_star + p.sigma2 / between), 0.0)
    m = np.clip(c * sums.mean + (1 - c) * prior, 0.03, 0.97)
    sigma2 = p.sigma2 * m * (1 - m) / (p.mean * (1 - p.mean))
    sampling = np.where(sums.known, sigma2 / np.maximum(sums.size, 1e-9), 0.0)
    variance = c**2 * (sampling + sums.aged(p.drift)) + (1 - c) ** 2 * between
    unit = (2 / (n_star + p.sigma2 / between))[days.influencer] * day_weight
    return c * sums.mean, c, variance, c, unit


def filtered(
    days: MarkDays, prior: Floats, between: Floats, p: BoundedParameters, population: Population, policy: Policy
) -> Filtered:
    """The daily filter of one channel: y = Σox/Σo of the day, noise = within/Σo + day effect."""
    w = np.maximum(days.o, TINY)
    noise = np.where(days.o > 0, p.within / w + p.day_effect, np.inf)
    return ou_filter(
        days.influencer, days.day, days.ox / w, noise, prior, between,
        speed=p.speed(policy), last_day=population.as_of_day - 1,
    )  # fmt: skip


@dataclass(frozen=True)
class _State:
    """Mean of a channel and its parts: what evidence adds, what the prior adds, and the weight left to the prior.

    Attributes
    ----------
    moved : (n,) distance between the mean and the slow filter's
    weight : (g,) what one unit of each day's y adds to the mean
    """

    mean: Floats
    own: Floats
    rest: Floats
    left: Floats
    moved: Floats
    weight: Floats

    def unit(self, days: MarkDays) -> Floats:
        return self.weight / np.maximum(days.o, TINY)


def _settled(f: Filtered, prior: Floats) -> _State:
    rest = (1 - f.total) * prior
    own = f.mean - rest
    return _State(own + rest, own, rest, 1 - f.total, np.zeros_like(prior), f.weight)


def _hastened(slow: _State, f: Filtered, prior: Floats, between: Floats, policy: Policy, influencer: Ints) -> _State:
    """The slow state, held within the band around the faster filter."""
    fast = _settled(f, prior)
    low, high = mark_band(fast.mean, prior, between, f.total, policy.recent_marks)
    mean = np.clip(slow.mean, low, high)
    w = share(slow.mean, fast.mean, mean)
    return _State(
        mean=mean,
        own=mixed(slow.own, fast.own, w),
        rest=mixed(slow.rest, fast.rest, w),
        left=mixed(slow.left, fast.left, w),
        moved=mean - slow.mean,
        weight=mixed(slow.weight, fast.weight, w[influencer]),
    )


def _spread(state: _State, f: Filtered, between: Floats, p: BoundedParameters) -> Floats:
    """The slow filter's variance, its sampling part by the variance function, and what the faster one moved."""
    m = np.clip(state.mean, 0.03, 0.97)
    shape = m * (1 - m) / (p.mean * (1 - p.mean))
    c = 1 - f.variance / between
    return f.variance * (1 + (shape - 1) * c * (f.variance / between)) + state.moved**2
