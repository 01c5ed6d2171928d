"""Channels that count what went wrong per exposure: quasi Gamma–Poisson with drift (rating-model.md section 4).

Refund points are summed as they are, with φ = Σp²/Σp. Complaints and violations are counted (φ = 1) and their rate
is multiplied by a severity shrunk to the platform's, with the same weights as the counts and never fewer pseudo-events
than the prior of the counts: one more event, however light, can then never raise a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from ratings.scoring.channels import Channel
from ratings.scoring.drift import months, random_walk, variogram
from ratings.scoring.filter import ou_filter
from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.intervals import gamma_interval
from ratings.scoring.policy import Policy
from ratings.scoring.priors import PeerMeans, paule_mandel, peer_means, shrunk
from ratings.scoring.recent import mixed, rate_band, share
from ratings.scoring.sums import RateDays, decay, per_influencer

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
    day_influencer: Ints
    day_weight: Floats


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
    x, v = m.total / safe / own, phi / (own * safe)
    dispersion = 0.0
    if policy.overdispersion:
        dispersion, walk = variogram(x, v, m.squares / safe**2, m.weight, guard=NUGGET_GUARD, policy=policy)
    else:
        walk = random_walk(x, v, m.weight, guard=DRIFT_GUARD, policy=policy)
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
    worth = (sums.scale * factor / p.phi)[sums.day_influencer] * sums.day_weight
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
