"""Channels that count what went wrong per exposure: quasi Gamma–Poisson with drift (rating-model.md section 4).

Refund points are summed as they are, with φ = Σp²/Σp. Complaints and violations are counted (φ = 1) and their rate
is multiplied by a severity shrunk to the platform's, with the same weights as the counts and never fewer pseudo-events
than the prior of the counts: one more event, however light, can then never raise a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.channels import Channel
from ratings.scoring.drift import months, random_walk
from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.intervals import gamma_interval
from ratings.scoring.policy import Policy
from ratings.scoring.priors import PeerMeans, paule_mandel, peer_means, shrunk
from ratings.scoring.sums import RateDays, decay, per_influencer

DRIFT_GUARD = 0.3
TINY = 1e-12
LN2 = float(np.log(2))


@dataclass(frozen=True)
class RateParameters:
    """What one rate channel shares between influencers.

    Attributes
    ----------
    peers : prior rates, points (refund) or events (others) per exposure
    cv2 : squared coefficient of variation between influencers of a peer group
    phi : Σpoints²/Σpoints for refunds, 1 where events are counted
    severity : platform's mean points of an event, 1 for refunds
    drift : relative random-walk variance a day
    """

    peers: PeerMeans
    cv2: float
    phi: float
    severity: float
    drift: float


@dataclass(frozen=True)
class RateShape:
    """What differs between the three rate channels by policy."""

    counted: bool
    scale: float
    default_rate: float
    default_phi: float
    default_severity: float

    @classmethod
    def of(cls, name: str, policy: Policy) -> RateShape:
        """The shape of `violation`, `refund` or `complaint`."""
        p = policy
        if name == "refund":
            return cls(False, p.scale_refund, p.default_refund, p.default_refund_phi, 1.0)
        if name == "complaint":
            severity = p.default_complaint_severity
            return cls(True, p.scale_complaint, p.default_complaint / severity, 1.0, severity)
        severity = p.default_violation_severity
        return cls(True, p.scale_violation, p.default_violation / severity, 1.0, severity)


@dataclass(frozen=True)
class RateSums:
    """Decayed sums of one channel, (n,) each.

    Attributes
    ----------
    known : whether there is exposure
    exposure : Σd·exposure
    scale : Σd·exposure / Σd²·exposure, what makes decayed counts Poisson-like
    n, points : Σd·events (points for refunds) and Σd·points
    """

    known: Bools
    exposure: Floats
    scale: Floats
    n: Floats
    points: Floats
    day_influencer: Ints
    day_weight: Floats


def decayed(days: RateDays, shape: RateShape, population: Population, half_life: float) -> RateSums:
    """Decayed sums of one rate channel."""
    d, _ = decay(days.day, population.as_of_day, half_life)

    def total(values: Floats) -> Floats:
        return per_influencer(days.influencer, values, population.size)

    exposure, squared = total(d * days.exposure), total(d * d * days.exposure)
    known = exposure > 0
    points = total(d * days.points)
    return RateSums(
        known=known,
        exposure=exposure,
        scale=np.where(known, exposure / np.maximum(squared, TINY), 1.0),
        n=total(d * days.n) if shape.counted else points,
        points=points,
        day_influencer=days.influencer,
        day_weight=d,
    )


def estimate(
    days: RateDays, sums: RateSums, shape: RateShape, population: Population, tier: Ints, policy: Policy
) -> RateParameters:
    """Prior rates, their spread, noise factor and drift, shrunk to the policy's defaults where evidence is thin."""
    ok, units = sums.known, float(np.sum(sums.known))
    n, points, points2 = (float(np.sum(v)) for v in (days.n, days.points, days.points2))
    if shape.counted:
        phi, severity = 1.0, shrunk(points / n if n > 0 else shape.default_severity, shape.default_severity, n, policy)
    else:
        found = points2 / points if points > 0 else shape.default_phi
        phi, severity = shrunk(found, shape.default_phi, units, policy), 1.0
    counts = days.n if shape.counted else days.points
    k = policy.pseudo_influencers
    typical = float(np.sum(sums.n) / max(np.sum(sums.exposure), TINY)) if ok.any() else shape.default_rate
    typical = max(shrunk(typical, shape.default_rate, units, policy), 1e-9)
    effective = np.maximum(sums.exposure * sums.scale, 1e-9)
    rate = np.where(ok, sums.n / np.maximum(sums.exposure, TINY), 0.0)
    peers = peer_means(
        rate, phi * typical / effective, ok, population, tier,
        default=shape.default_rate, least=policy.default_cv2 * typical**2, winsor=policy.winsor_rate, policy=policy,
    )  # fmt: skip
    peers = _floored(peers, 0.1 * typical)
    prior = peers.of(population, tier)
    smooth = (sums.n * sums.scale / phi + 2) / (sums.exposure * sums.scale / phi + 2 / np.maximum(prior, TINY))
    m = months(
        days.influencer, days.day, days.exposure, counts, days.exposure2,
        size=population.size, as_of_day=population.as_of_day, policy=policy,
    )  # fmt: skip
    safe = np.maximum(m.weight, TINY)
    own = np.maximum(smooth, TINY)[:, None]
    walk = random_walk(m.total / safe / own, phi / (own * safe), m.weight, guard=DRIFT_GUARD, policy=policy)
    drift = 0.0 if shape.scale == policy.scale_violation and shape.counted else walk * units / (units + k)
    noise = phi / (prior * effective) + drift * policy.half_life / (2 * LN2)
    found = paule_mandel((rate / np.maximum(prior, TINY))[ok], noise[ok])[1]
    cv2 = max(shrunk(found, policy.default_cv2, units, policy), policy.cv2_floor)
    return RateParameters(peers, cv2, phi, severity, drift)


def _floored(peers: PeerMeans, floor: float) -> PeerMeans:
    return PeerMeans(max(peers.platform, floor), {g: max(v, floor) for g, v in peers.groups.items()})


def score(
    sums: RateSums,
    prior: Floats,
    cv2: Floats,
    peer: Floats,
    peer_cv2: float,
    parameters: RateParameters,
    shape: RateShape,
    policy: Policy,
) -> Channel:
    """Posterior of one rate channel: score = E[exp(−λ/L0)] = (β/(β + 1/L0))^α.

    Parameters
    ----------
    prior, cv2 : (n,) prior rate and its squared coefficient of variation
    peer, peer_cv2 : the same from the peers alone; what the prior adds to it is borrowed from other channels
    """
    p = parameters
    effective = sums.exposure * sums.scale
    poisson = p.phi / np.maximum(prior * effective, TINY)
    aged = p.drift * policy.half_life / (2 * LN2)
    factor = np.where(sums.known, poisson / (poisson + aged), 0.0)
    n, exposure = sums.n * sums.scale * factor / p.phi, effective * factor / p.phi
    a, b = 1 / cv2, 1 / cv2 / prior
    alpha, beta = a + n, b + exposure
    weight = np.maximum(policy.severity_weight, a)
    severity = p.severity
    if shape.counted:
        points = sums.points * sums.scale * factor
        own_severity = (weight * p.severity + points) / (weight + n)
    else:
        own_severity = np.full_like(prior, severity)

    def expected(shape_: Floats, rate_: Floats, severity_: Floats | float) -> Floats:
        unit = np.asarray(severity_) / shape.scale
        return np.exp(-shape_ * np.log1p(unit / rate_))

    mean = expected(alpha, beta, own_severity)
    from_peers = expected(np.full_like(prior, 1 / peer_cv2), 1 / peer_cv2 / peer, severity)
    from_prior = expected(a, b, severity)
    clean = expected(a, beta, severity)
    rate, c = alpha / beta, exposure / beta
    sampling = np.where(sums.known, p.phi / np.maximum(rate * effective, TINY) + aged, 0.0)
    relative = c**2 * sampling + (1 - c) ** 2 * cv2 * prior**2 / rate**2
    unit = own_severity / shape.scale
    low_rate, high_rate = gamma_interval(rate * unit, relative, policy.interval)
    gamma = 1 / np.maximum(relative, 1e-9)
    first = np.exp(-gamma * np.log1p(rate * unit / gamma))
    second = np.exp(-gamma * np.log1p(2 * rate * unit / gamma))
    debit = np.where(sums.points > 0, (mean - clean) / np.maximum(sums.points, TINY), 0.0)
    return Channel(
        mean=mean,
        variance=np.maximum(second - first**2, 1e-9),
        low=np.minimum(np.exp(-high_rate), mean),
        high=np.maximum(np.exp(-low_rate), mean),
        credibility=c,
        known=sums.known,
        evidence=effective,
        prior=from_peers,
        borrowed=from_prior - from_peers,
        exposure=clean - from_prior,
        own=mean - clean,
        held=np.zeros_like(mean),
        weight=debit[sums.day_influencer] * sums.day_weight,
        held_weight=np.zeros_like(sums.day_weight),
    )
