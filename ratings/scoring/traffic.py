"""Shown against real viewers: what audience the activity of a session supports (rating-model.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ratings.scoring.channels import Channel
from ratings.scoring.inflation import posterior
from ratings.scoring.inputs import Bools, Floats, Population, SessionRows
from ratings.scoring.intervals import beta_interval
from ratings.scoring.policy import Policy
from ratings.scoring.priors import paule_mandel, shrunk
from ratings.scoring.robust import tukey
from ratings.scoring.sums import decay, per_influencer, runs

IF_INFLATED_NOISE = 0.02
ACTIVITY = ("influencer", "orders", "viewers", "paid_viewers", "commenters")


@dataclass(frozen=True)
class TrafficParameters:
    """What all sessions share.

    Attributes
    ----------
    coefficients : constant, log(commenters+1), log(orders+1); empty while too few sessions can be compared
    center, spread : median and robust sd of the residuals
    inflated : platform's share of inflated sessions after each iteration of the mixture, empty without it
    share, variance : platform's mean real share and its variance between influencers
    noise : variance of one session's share around its influencer's
    """

    coefficients: tuple[float, ...]
    center: float
    spread: float
    inflated: tuple[float, ...]
    share: float
    variance: float
    noise: float


@dataclass(frozen=True)
class SessionShares:
    """Judgement of each session, (s,) each.

    Attributes
    ----------
    judged : whether the session could be judged at all
    z : residual in robust standard deviations, 0 where not judged
    share, low, high : real share of the shown viewers and its range, the prior where not judged
    noise : variance of the share, by the mixture; 0 without it
    flagged : shown far above what activity supports, or contradicting its own figures
    """

    judged: Bools
    z: Floats
    share: Floats
    low: Floats
    high: Floats
    flagged: Bools
    noise: Floats

    @classmethod
    def joined(cls, parts: list[SessionShares]) -> SessionShares:
        """Some sessions' after the others'."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def _organic(sessions: SessionRows) -> Floats:
    """Viewers without those bought as advertising, which the platform vouches for."""
    return sessions.viewers - np.minimum(np.nan_to_num(sessions.paid_viewers), np.nan_to_num(sessions.viewers))


def _comparable(sessions: SessionRows) -> Bools:
    return np.isfinite(sessions.viewers) & np.isfinite(sessions.commenters) & (np.nan_to_num(_organic(sessions)) > 0)


def _design(sessions: SessionRows) -> list[Floats]:
    orders = np.log1p(sessions.orders.astype(np.float64))
    return [np.broadcast_to(1.0, sessions.size), np.log1p(np.nan_to_num(sessions.commenters)), orders]


def fit(sessions: SessionRows, population: Population, policy: Policy) -> TrafficParameters:
    """Regression of shown viewers on activity over all comparable sessions, and the spread of real shares."""
    ok = _comparable(sessions)
    default = policy.default_share, policy.default_share_sd**2
    if np.sum(ok) < policy.traffic_sessions:
        return TrafficParameters((), 0.0, 0.0, (), *default, default[1])
    compared = sessions.rows(slice(None) if ok.all() else ok, *ACTIVITY)
    coefficients, center, spread = tukey(np.log(_organic(compared)), _design(compared))
    del compared
    spread = max(spread, policy.traffic_sd_floor)
    raw = TrafficParameters(coefficients, center, spread, (), *default, default[1])
    inflated: tuple[float, ...] = ()
    if policy.traffic_mixture:
        residual = _residual(sessions, raw)
        inflated = posterior(residual, spread, ok, sessions.influencer, population.size).platform
        raw = replace(raw, inflated=inflated)
    judged = judge(sessions, raw, population, policy)
    weight, total, square = _sums(sessions, judged, population, policy)
    known = weight > 0
    units = float(np.sum(known))
    mean = np.where(known, total / np.maximum(weight, 1e-12), 0.0)
    inner = float(np.sum(square) - np.sum(weight * mean**2)) / max(float(np.sum(weight)) - units, 1.0)
    noise = shrunk(max(inner, 1e-4), default[1], units, policy)
    center_share, found = paule_mandel(mean[known], noise / weight[known])
    share = shrunk(center_share, default[0], units, policy)
    variance = shrunk(max(found, 1e-5), default[1], units, policy)
    return TrafficParameters(coefficients, center, spread, inflated, share, variance, noise)


def _residual(sessions: SessionRows, p: TrafficParameters) -> Floats:
    """(s,) log of shown viewers above what activity supports, 0 where that cannot be said."""
    result = np.zeros(sessions.size)
    for run in runs(sessions.influencer):
        result[run] = _residual_of(sessions.rows(run, *ACTIVITY), p)
    return result


def _residual_of(sessions: SessionRows, p: TrafficParameters) -> Floats:
    by_activity = _comparable(sessions) & bool(p.coefficients)
    expected = np.full(sessions.size, p.center)
    for coefficient, column in zip(p.coefficients, _design(sessions), strict=False):
        expected = expected + coefficient * column
    return np.where(by_activity, np.log(np.where(by_activity, _organic(sessions), 1.0)) - expected, 0.0)


def judge(
    sessions: SessionRows, parameters: TrafficParameters, population: Population, policy: Policy
) -> SessionShares:
    """Real share and flag of every session.

    A session without viewers or commenters is not judged by activity. Where views, watch time, duration and average
    online are all known, views × watch time ÷ duration must agree with the average online: a second, free test.
    """
    some = runs(sessions.influencer) if sessions.size else [slice(0)]
    return SessionShares.joined([_judged(sessions.rows(run), parameters, population, policy) for run in some])


def _judged(sessions: SessionRows, p: TrafficParameters, population: Population, policy: Policy) -> SessionShares:
    by_activity = _comparable(sessions) & bool(p.coefficients)
    residual = _residual_of(sessions, p)
    z = residual / p.spread if p.spread > 0 else residual
    noise = np.zeros(sessions.size)
    if p.inflated:
        found = posterior(residual, p.spread, by_activity, sessions.influencer, population.size, p.inflated)
        share = np.where(by_activity, found.share, p.share)
        noise = found.chance * (1 - found.chance) * (1 - found.if_inflated) ** 2 + IF_INFLATED_NOISE * found.chance
    else:
        share = np.where(by_activity, np.exp(-np.maximum(0.0, residual - policy.traffic_slack * p.spread)), p.share)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sessions.average_online * sessions.duration / (sessions.views * sessions.watch_seconds)
    ratio = np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)
    odd = np.maximum(ratio, 1 / ratio) > policy.traffic_agreement
    share = np.where(odd, np.minimum(share, np.minimum(ratio, 1 / ratio)), share)
    low = np.minimum(share, np.exp(-np.maximum(0.0, residual)))
    high = np.maximum(share, np.exp(-np.maximum(0.0, residual - policy.traffic_flag * p.spread)))
    flagged = odd | (by_activity & (z > policy.traffic_flag))
    return SessionShares(by_activity | odd, z, share, low, np.where(odd, share, high), flagged, noise)


def _weights(sessions: SessionRows, judged: SessionShares, population: Population, policy: Policy) -> Floats:
    """Decayed by the traffic half-life, or all alike where the mixture looks at an influencer's whole habit."""
    if policy.traffic_mixture:
        return judged.judged.astype(np.float64)
    d, _ = decay(sessions.day, population.as_of_day, policy.traffic_half_life)
    return d * judged.judged


def _sums(
    sessions: SessionRows, judged: SessionShares, population: Population, policy: Policy
) -> tuple[Floats, Floats, Floats]:
    d = _weights(sessions, judged, population, policy)
    return (
        per_influencer(sessions.influencer, d, population.size),
        per_influencer(sessions.influencer, d * judged.share, population.size),
        per_influencer(sessions.influencer, d * judged.share**2, population.size),
    )


def score(
    sessions: SessionRows,
    judged: SessionShares,
    parameters: TrafficParameters,
    population: Population,
    policy: Policy,
) -> Channel:
    """Mean real share of shown viewers per influencer, with `traffic_prior` pseudo-sessions of the platform's."""
    p = parameters
    weight, total, _ = _sums(sessions, judged, population, policy)
    known = weight > 1e-9
    safe = np.maximum(weight, 1e-12)
    c = np.where(known, weight / (weight + policy.traffic_prior), 0.0)
    own = np.where(known, total / safe, 0.0)
    mean = c * own + (1 - c) * p.share
    if p.inflated:
        # the sessions of one influencer are doubted together, so that many do not make sure
        sampling = 0.5 * per_influencer(sessions.influencer, judged.noise, population.size) / np.maximum(weight, 1.0)
    else:
        sampling = c**2 * np.where(known, p.noise / np.maximum(weight, 1e-9), 0.0)
    variance = np.maximum(sampling + (1 - c) ** 2 * p.variance, 1e-6)
    low, high = beta_interval(mean, variance, policy.interval)
    d = _weights(sessions, judged, population, policy)
    zero = np.zeros(population.size)
    return Channel(
        mean=mean,
        variance=variance,
        low=low,
        high=high,
        credibility=c,
        known=known,
        evidence=weight,
        prior=(1 - c) * p.share,
        borrowed=zero,
        exposure=zero,
        own=c * own,
        held=zero,
        weight=np.where(known, c / safe, 0.0)[sessions.influencer] * d,
        held_weight=np.zeros(sessions.size),
    )
