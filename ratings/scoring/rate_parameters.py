"""What a rate channel's parameters are learned from, and how: decayed sums, peers, noise, drift and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from ratings.scoring.drift import RandomWalk, Variogram, months
from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.policy import Policy
from ratings.scoring.priors import PeerMeans, paule_mandel, peer_means, shrunk
from ratings.scoring.sums import Parted, RateDays, decay, per_influencer

DRIFT_GUARD = 0.3
NARROWEST, WIDEST, BISECTIONS = 1e-3, 36.0, 60
NUGGET_GUARD = 0.05
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
    dispersion : relative variance between sessions beyond chance, ω²
    """

    peers: PeerMeans
    cv2: float
    phi: float
    severity: float
    drift: float
    dispersion: float

    def speed(self, policy: Policy) -> float:
        """λ of the daily filter: as fast as drift demands, never slower than the policy's memory."""
        return max(self.drift / (2 * self.cv2), LN2 / policy.memory_half_life)


@dataclass(frozen=True)
class RateShape:
    """What differs between the three rate channels by policy."""

    name: str
    counted: bool
    scale: float
    default_rate: float
    default_phi: float
    default_severity: float
    widen: float
    widest: float

    @classmethod
    def of(cls, name: str, policy: Policy) -> RateShape:
        """The shape of `violation`, `refund` or `complaint`."""
        p = policy
        if name == "refund":
            return cls(name, False, p.scale_refund, p.default_refund, p.default_refund_phi, 1.0,
                p.interval_refund, p.relative_variance_top)  # fmt: skip
        if name == "complaint":
            severity = p.default_complaint_severity
            return cls(name, True, p.scale_complaint, p.default_complaint / severity, 1.0, severity,
                p.interval_complaint, p.relative_variance_top)  # fmt: skip
        severity = p.default_violation_severity
        return cls(name, True, p.scale_violation, p.default_violation / severity, 1.0, severity,
            p.interval_violation, p.violation_variance_top)  # fmt: skip


@dataclass(frozen=True)
class RateSums:
    """Decayed sums of one channel, (n,) each.

    Attributes
    ----------
    known : whether there is exposure
    doubt : relative variance of the exposure itself
    exposure : Σd·exposure
    concentration : Σd²·squared session exposure over (Σd·exposure)²
    scale : Σd·exposure / Σd²·exposure, what makes decayed counts Poisson-like
    n, points : Σd·events (points for refunds) and Σd·points
    """

    known: Bools
    doubt: Floats
    exposure: Floats
    concentration: Floats
    scale: Floats
    n: Floats
    points: Floats


def decayed(days: RateDays, shape: RateShape, doubt: Floats, population: Population, half_life: float) -> RateSums:
    """Decayed sums of one rate channel; `doubt` is the relative variance of its exposure."""
    d, _ = decay(days.day, population.as_of_day, half_life)

    def total(values: Floats) -> Floats:
        return per_influencer(days.influencer, values, population.size)

    exposure, squared = total(d * days.exposure), total(d * d * days.exposure)
    known = exposure > 0
    points = total(d * days.points)
    return RateSums(
        known=known,
        doubt=doubt,
        exposure=exposure,
        concentration=total(d * d * days.exposure2) / np.maximum(exposure, TINY) ** 2,
        scale=np.where(known, exposure / np.maximum(squared, TINY), 1.0),
        n=total(d * days.n) if shape.counted else points,
        points=points,
    )


def estimate(
    days: Parted[RateDays], sums: RateSums, shape: RateShape, population: Population, tier: Ints, policy: Policy
) -> RateParameters:
    """Prior rates, their spread, noise factor and drift, shrunk to the policy's defaults where evidence is thin."""
    ok, units = sums.known, float(np.sum(sums.known))
    n = points = points2 = 0.0
    for _, some in days():
        n += float(np.sum(some.n))
        points += float(np.sum(some.points))
        points2 += float(np.sum(some.points2))
    if shape.counted:
        phi, severity = 1.0, shrunk(points / n if n > 0 else shape.default_severity, shape.default_severity, n, policy)
    else:
        found = points2 / points if points > 0 else shape.default_phi
        phi, severity = shrunk(found, shape.default_phi, units, policy), 1.0
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
    dispersion, walk = _changes(days, np.maximum(smooth, TINY), phi, shape, policy)
    drift = 0.0 if shape.name == "violation" else walk * units / (units + k)
    dispersion *= units / (units + k)
    noise = phi / (prior * effective) + dispersion * sums.concentration + drift * policy.half_life / (2 * LN2)
    noise = noise + sums.doubt
    if policy.spread_likelihood:
        known = (sums.scale / (prior * effective * np.maximum(noise, TINY)))[ok]
        found = spread(sums.n[ok] * known, (prior * sums.exposure)[ok] * known)
    else:
        found = paule_mandel((rate / np.maximum(prior, TINY))[ok], noise[ok])[1]
    cv2 = min(max(shrunk(found, policy.default_cv2, units, policy), policy.cv2_floor), policy.cv2_top)
    return RateParameters(peers, cv2, phi, severity, drift, dispersion)


def _changes(
    days: Parted[RateDays], smooth: Floats, phi: float, shape: RateShape, policy: Policy
) -> tuple[float, float]:
    """Overdispersion between sessions, and the variance a random walk adds a day, both relative."""
    variogram, walk, low = Variogram(NUGGET_GUARD, policy), RandomWalk(DRIFT_GUARD, policy), 0
    for people, some in days():
        m = months(
            some.influencer, some.day, some.exposure, some.n if shape.counted else some.points, some.exposure2,
            size=people.size, as_of_day=people.as_of_day, policy=policy,
        )  # fmt: skip
        safe, own = np.maximum(m.weight, TINY), smooth[low : low + people.size, None]
        low += people.size
        x, v = m.total / safe / own, phi / (own * safe)
        if policy.overdispersion:
            variogram.add(x, v, m.squares / safe**2, m.weight)
        else:
            walk.add(x, v, m.weight)
    return variogram.fit() if policy.overdispersion else (0.0, walk.variance)


def spread(n: Floats, expected: Floats) -> float:
    """CV² between units whose events are Poisson around gamma rates of mean 1, most likely; 60 fixed bisections.

    Parameters
    ----------
    n, expected : (m,) events of each unit and how many its prior expects; neither need be whole

    Notes
    -----
    By likelihood and not by moments: where a few are very bad, squares speak of them alone, and the rates of all
    others would be taken for far more different than they are.
    """
    low, high = np.log(1 / WIDEST), np.log(1 / NARROWEST)
    for _ in range(BISECTIONS if n.size else 0):
        middle = 0.5 * (low + high)
        a = np.exp(middle)
        slope = digamma(n + a) - digamma(a) + np.log(a / (a + expected)) + (expected - n) / (a + expected)
        low, high = (middle, high) if np.sum(slope) > 0 else (low, middle)
    return float(np.exp(-0.5 * (low + high))) if n.size else 0.0


def _floored(peers: PeerMeans, floor: float) -> PeerMeans:
    return PeerMeans(max(peers.platform, floor), {g: max(v, floor) for g, v in peers.groups.items()})
