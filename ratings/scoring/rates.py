"""Channels that count what went wrong per exposure: quasi Gamma–Poisson with drift (rating-model.md section 4).

Refund points are summed as they are, with φ = Σp²/Σp. Complaints and violations are counted (φ = 1) and their rate
is multiplied by a severity shrunk to the platform's, with the same weights as the counts and never fewer pseudo-events
than the prior of the counts: one more event, however light, can then never raise a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.channels import Channel
from ratings.scoring.filter import ou_filter
from ratings.scoring.inputs import Bools, Floats, Population
from ratings.scoring.intervals import gamma_interval
from ratings.scoring.policy import Policy
from ratings.scoring.rate_parameters import LN2, TINY, RateParameters, RateShape, RateSums
from ratings.scoring.recent import mixed, rate_band, share
from ratings.scoring.sums import RateDays, decay, per_influencer


@dataclass(frozen=True)
class RateEvidence:
    """One influencer's channel as a single observation of a Gamma–Poisson model, (n,) each.

    Attributes
    ----------
    known : whether there is exposure
    n, points, exposure : equivalent events over φ, their points, and exposure over φ
    effective : exposure as shown
    sampling, extra : relative variance by chance at the prior rate, and by drift and overdispersion
    weight : (g,) equivalent events that one event of each day is worth
    """

    known: Bools
    n: Floats
    points: Floats
    exposure: Floats
    effective: Floats
    sampling: Floats
    extra: Floats
    weight: Floats


def gathered(
    days: RateDays,
    sums: RateSums,
    peer: Floats,
    p: RateParameters,
    shape: RateShape,
    population: Population,
    policy: Policy,
) -> RateEvidence:
    """Evidence of the channel under its peers' prior, by decayed sums or by the daily filter."""
    if policy.daily_filter:
        return _filtered(days, sums, peer, p, shape, population, policy)
    effective = sums.exposure * sums.scale
    poisson = p.phi / np.maximum(peer * effective, TINY)
    extra = p.drift * policy.half_life / (2 * LN2) + p.dispersion * sums.concentration + sums.doubt
    factor = np.where(sums.known, poisson / (poisson + extra), 0.0)
    day_weight, _ = decay(days.day, population.as_of_day, policy.half_life)
    worth = (sums.scale * factor / p.phi)[days.influencer] * day_weight
    return RateEvidence(
        known=sums.known,
        n=sums.n * sums.scale * factor / p.phi,
        points=sums.points * sums.scale * factor,
        exposure=effective * factor / p.phi,
        effective=effective,
        sampling=poisson,
        extra=np.where(sums.known, extra, 0.0),
        weight=worth,
    )


def _filtered(
    days: RateDays,
    sums: RateSums,
    peer: Floats,
    p: RateParameters,
    shape: RateShape,
    population: Population,
    policy: Policy,
) -> RateEvidence:
    """Relative to the prior: y = events/(prior·e), noise = φ/(prior·e) + ω²·Σe_s²/e², prior mean 1, variance CV².

    The filter's weights are turned into an equivalent observation whose posterior mean is the filter's.
    """
    counts = days.n if shape.counted else days.points
    expected = peer[days.influencer] * days.exposure
    noise = p.phi / expected + p.dispersion * days.exposure2 / days.exposure**2
    ones, cv2 = np.ones_like(peer), np.full_like(peer, p.cv2)
    f = ou_filter(
        days.influencer, days.day, counts / expected, noise, ones, cv2,
        speed=p.speed(policy), last_day=population.as_of_day - 1,
    )  # fmt: skip
    b = 1 / p.cv2 / peer
    # the filter's weight as a noise; doubt about the exposure adds to it
    noise_of_all = p.cv2 * (1 - f.total) / np.maximum(f.total, 1e-12)
    keep = noise_of_all / (noise_of_all + sums.doubt)
    whole = b * f.total / np.maximum(1 - f.total, 1e-9)
    exposure = whole * keep
    worth = ((b + whole) * keep)[days.influencer] * f.weight / days.exposure
    own = 1 - f.variance / p.cv2
    precision = per_influencer(days.influencer, expected / p.phi, population.size)
    chance = 1 / np.maximum(precision, TINY)
    extra = np.maximum(f.variance / np.maximum(own, 1e-9) - chance, 0.0) + sums.doubt
    return RateEvidence(
        known=sums.known,
        n=per_influencer(days.influencer, worth * counts, population.size),
        points=per_influencer(days.influencer, worth * days.points, population.size),
        exposure=exposure,
        effective=sums.exposure * sums.scale,
        sampling=chance,
        extra=np.where(sums.known, extra, 0.0),
        weight=worth,
    )


@dataclass(frozen=True)
class _Posterior:
    """Gamma posterior of a channel and the parts of its score, (n,) each but `weight`.

    Attributes
    ----------
    lost : −log of the score
    rate, credibility, unit : posterior rate, weight of its own exposure, and −log score per unit of rate
    from_prior, clean : score without evidence, and with the exposure but no event
    pseudo : pseudo-events behind the severity
    weight : (g,) what one point of each day takes from the score
    """

    lost: Floats
    rate: Floats
    credibility: Floats
    unit: Floats
    from_prior: Floats
    clean: Floats
    pseudo: Floats
    weight: Floats


def _posterior(
    days: RateDays, seen: RateEvidence, prior: Floats, cv2: Floats, p: RateParameters, shape: RateShape, policy: Policy
) -> _Posterior:
    """score = E[exp(−λ/L0)] = (β/(β + 1/L0))^α."""
    a, b = 1 / cv2, 1 / cv2 / prior
    alpha, beta = a + seen.n, b + seen.exposure
    severity, pseudo = np.full_like(prior, p.severity), np.zeros_like(prior)
    if shape.counted:
        # never fewer pseudo-events than the prior of the counts: a light event must not raise the score
        pseudo = np.maximum(policy.severity_weight, np.maximum(a, 1 / p.cv2))
        severity = (pseudo * p.severity + seen.points) / (pseudo + seen.n)
    lost = alpha * np.log1p(severity / shape.scale / beta)
    clean = np.exp(-a * np.log1p(p.severity / shape.scale / beta))
    debit = np.where(seen.points > 0, (np.exp(-lost) - clean) / np.maximum(seen.points, TINY), 0.0)
    return _Posterior(
        lost=lost,
        rate=alpha / beta,
        credibility=seen.exposure / beta,
        unit=severity / shape.scale,
        from_prior=np.exp(-a * np.log1p(p.severity / shape.scale / b)),
        clean=clean,
        pseudo=pseudo,
        weight=debit[days.influencer] * seen.weight,
    )


Hasty = tuple[RateEvidence, Floats, Floats]
"""What the faster filter gathered, and the prior rate and CV² it starts from."""


def score(
    days: RateDays,
    seen: RateEvidence,
    prior: Floats,
    cv2: Floats,
    peer: Floats,
    parameters: RateParameters,
    shape: RateShape,
    policy: Policy,
    hasty: Hasty | None = None,
) -> Channel:
    """Posterior of one rate channel.

    Parameters
    ----------
    prior, cv2 : (n,) prior rate and its squared coefficient of variation
    peer : (n,) prior rate from the peers alone; what the prior adds to it is borrowed from other channels
    hasty : the same for the faster filter, where there is one
    """
    p = parameters
    found = _posterior(days, seen, prior, cv2, p, shape, policy)
    lost, mean, moved = found.lost, np.exp(-found.lost), np.ones_like(prior)
    from_peers = np.exp(-np.log1p(p.severity / shape.scale * p.cv2 * peer) / p.cv2)
    from_prior, clean, weight = found.from_prior, found.clean, found.weight
    if hasty is not None:
        fast = _posterior(days, *hasty, p, shape, policy)
        lost = np.clip(lost, *rate_band(fast.lost, hasty[2], fast.credibility, policy.recent_rates))
        moved, mean = lost / found.lost, np.exp(-lost)
        w = share(np.exp(-found.lost), np.exp(-fast.lost), mean)
        from_prior, clean = mixed(from_prior, fast.from_prior, w), mixed(clean, fast.clean, w)
        weight = mixed(weight, fast.weight, w[days.influencer])
    rate, c, unit = found.rate, found.credibility, found.unit
    chance = seen.sampling * prior / rate
    believed = policy.interval_prior * (1 - c) ** 2 * cv2 * prior**2 / rate**2
    relative = c**2 * np.where(seen.known, chance + seen.extra, 0.0) + believed
    if shape.name == "complaint":
        relative = relative + policy.severity_noise * found.pseudo / (found.pseudo + seen.n)
    relative, rate = np.minimum((relative + np.log(moved) ** 2) * shape.widen, shape.widest), rate * moved
    low_rate, high_rate = gamma_interval(rate * unit, relative, policy.interval)
    gamma = 1 / np.maximum(relative, 1e-9)
    first = np.exp(-gamma * np.log1p(rate * unit / gamma))
    second = np.exp(-gamma * np.log1p(2 * rate * unit / gamma))
    return Channel(
        mean=mean,
        variance=np.maximum(second - first**2, 1e-9),
        low=np.minimum(np.exp(-high_rate), mean),
        high=np.maximum(np.exp(-low_rate), mean),
        credibility=c,
        known=seen.known,
        evidence=seen.effective,
        prior=from_peers,
        borrowed=from_prior - from_peers,
        exposure=clean - from_prior,
        own=mean - clean,
        held=np.zeros_like(mean),
        weight=weight,
        held_weight=np.zeros_like(seen.weight),
    )
