"""Channels whose observations lie in [0, 1]: Bühlmann–Straub credibility with drift (rating-model.md section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.channels import Channel
from ratings.scoring.drift import months, random_walk
from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.intervals import beta_interval
from ratings.scoring.policy import Policy
from ratings.scoring.priors import PeerMeans, paule_mandel, peer_means, shrunk
from ratings.scoring.sums import MarkDays, decay, per_influencer

DRIFT_GUARD = 0.002
TINY = 1e-12


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
    """

    peers: PeerMeans
    sigma2: float
    tau2: float
    drift: float
    mean: float


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
    held: Floats
    held_total: Floats
    day_influencer: Ints
    day_weight: Floats

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
        held=total(d * (days.full - days.o)),
        held_total=total(d * (days.fx - days.ox)),
        day_influencer=days.influencer,
        day_weight=d,
    )


def estimate(
    days: MarkDays, sums: BoundedSums, population: Population, tier: Ints, policy: Policy
) -> BoundedParameters:
    """Variances, drift and prior means of one channel, shrunk to the policy's defaults where evidence is thin."""
    units = float(np.sum(sums.size > 1))
    inner = float(np.sum(sums.weight * (1 - 1 / np.maximum(sums.size, 1))))
    spread = float(np.sum(sums.total2) - np.sum(sums.weight * sums.mean**2))
    sigma2 = shrunk(max(spread, 0.0) / inner if inner > TINY else 0.0, policy.default_sigma2, units, policy)
    m = months(
        days.influencer, days.day, days.o, days.ox, days.o2,
        size=population.size, as_of_day=population.as_of_day, policy=policy,
    )  # fmt: skip
    safe = np.maximum(m.weight, TINY)
    walk = random_walk(m.total / safe, sigma2 * m.squares / safe**2, m.weight, guard=DRIFT_GUARD, policy=policy)
    drift = shrunk(walk, 0.0, units, policy)
    ok = sums.known & (sums.size > 1.5)
    noise = sigma2 / np.maximum(sums.size, 1e-9) + sums.aged(drift)
    least = policy.default_sigma2 / policy.default_kappa
    peers = peer_means(
        sums.mean, noise, ok, population, tier,
        default=policy.default_mark, least=least, winsor=policy.winsor_bounded, policy=policy,
    )  # fmt: skip
    found = paule_mandel((sums.mean - peers.of(population, tier))[ok], noise[ok])[1]
    tau2 = shrunk(max(found, 1e-6), least, float(np.sum(ok)), policy)
    return BoundedParameters(peers, sigma2, tau2, drift, float(np.clip(peers.platform, 0.02, 0.98)))


def score(
    sums: BoundedSums, prior: Floats, peer: Floats, between: Floats, parameters: BoundedParameters, policy: Policy
) -> Channel:
    """Posterior of one bounded channel.

    score = c·x̄ + (1 − c)·prior, var = c²(σ_h²/n_s + V) + (1 − c)²·between, c = 2W/(2W + σ²/between).

    Parameters
    ----------
    prior, between : (n,) prior mean and variance
    peer : (n,) the peers' part of the prior mean; the rest is borrowed from other channels
    """
    p = parameters
    kappa = p.sigma2 / between
    n_star = 2 * sums.weight
    c = np.where(sums.known, n_star / (n_star + kappa), 0.0)
    mean = c * sums.mean + (1 - c) * prior
    m = np.clip(mean, 0.03, 0.97)
    sigma2 = p.sigma2 * m * (1 - m) / (p.mean * (1 - p.mean))
    sampling = np.where(sums.known, sigma2 / np.maximum(sums.size, 1e-9), 0.0)
    variance = np.maximum(c**2 * (sampling + sums.aged(p.drift)) + (1 - c) ** 2 * between, 1e-8)
    low, high = beta_interval(mean, variance, policy.interval)
    held_unit = 1 / (sums.weight + sums.held + kappa / 2)
    per_unit = np.where(sums.known, c / np.maximum(sums.weight, TINY), 0.0)
    return Channel(
        mean=mean,
        variance=variance,
        low=low,
        high=high,
        credibility=c,
        known=sums.known,
        evidence=n_star,
        prior=(1 - c) * peer,
        borrowed=(1 - c) * (prior - peer),
        exposure=np.zeros_like(mean),
        own=c * sums.mean,
        held=(sums.held_total - sums.held * mean) * held_unit,
        weight=per_unit[sums.day_influencer] * sums.day_weight,
        held_weight=held_unit[sums.day_influencer] * sums.day_weight,
    )
