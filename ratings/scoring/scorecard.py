"""Channels → dimensions → overall score with interval, status, grade and caps (rating-model.md section 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from ratings.scoring import bounded, rate_parameters, rates, traffic
from ratings.scoring.borrowing import Borrowed, borrow
from ratings.scoring.channels import Channel
from ratings.scoring.inputs import Bools, DaySums, Floats, Ints, Population
from ratings.scoring.intervals import beta_interval
from ratings.scoring.observed import Observed, Seen, View, observe, view
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CHANNELS, DIMENSIONS, PUBLIC_NAMES, RATES, Policy

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Dimension:
    """One dimension for all influencers, in 0..1, (n,) each; `known` says whether it has evidence of its own."""

    weight: float
    mean: Floats
    low: Floats
    high: Floats
    evidence: Floats
    known: Bools


@dataclass(frozen=True)
class Cards:
    """Scorecards of a population before ranks, (n,) arrays in 0..1.

    Attributes
    ----------
    tier : index into `policy.TIERS`
    channels, dimensions : by name
    mean, sd, low, high : the overall score
    rated : whether evidence suffices for grade and rank
    newcomer : first session less than `newcomer_days` ago
    caps : why a grade is capped, None where it is not: code, grade and what the reason speaks of
    sessions : judgement of every session
    """

    population: Population
    tier: Ints
    channels: dict[str, Channel]
    dimensions: dict[str, Dimension]
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    rated: Bools
    newcomer: Bools
    caps: list[dict[str, Any] | None]
    sessions: traffic.SessionShares


def score(
    population: Population, sums: DaySums, parameters: Parameters, policy: Policy, seen: Seen | None = None
) -> Cards:
    """Scorecards from everyone's own sums and given parameters; works the same for one influencer alone.

    Raises
    ------
    SumsError
        When the sums are not such as evidence gives.
    """
    sums.check(population)
    if seen is None:
        seen = Seen.whole(population, observe(population, sums, parameters.orders, policy))
    channels, shared = _all_channels(seen, parameters, policy)
    judged = traffic.judge(sums.sessions, parameters.traffic, population, policy)
    channels["traffic"] = traffic.score(sums.sessions, judged, parameters.traffic, population, policy)
    dimensions = {name: _dimension(name, channels, shared, policy) for name in DIMENSIONS}
    weights = policy.weights
    mean = np.zeros(population.size)
    for name, weight in weights.items():
        mean = mean + weight * channels[name].mean
    variance = np.maximum(_overall_variance(channels, shared, policy) * policy.interval_overall, 1e-7)
    low, high = beta_interval(mean, variance, policy.interval)
    rated = (channels["review"].evidence >= policy.provisional_evidence) & (
        (high - low) * 100 <= policy.provisional_width
    )
    return Cards(
        population=population,
        tier=seen.tier,
        channels=channels,
        dimensions=dimensions,
        mean=mean,
        sd=np.sqrt(variance),
        low=low,
        high=high,
        rated=rated,
        newcomer=_newcomers(population, sums, policy),
        caps=_caps(population, sums, judged, channels, dimensions, policy),
        sessions=judged,
    )


@dataclass(frozen=True)
class _Shared:
    """How the errors of two channels go together: loadings, and the factor's variance that is left, (n,)."""

    loadings: dict[str, float]
    variance: Floats
    lag: float

    def covariance(self, one: str, other: str, channels: dict[str, Channel]) -> Floats:
        """ρ·√((1−c_k)v_k·(1−c_l)v_l): what two channels' priors err together; traffic stands alone."""
        if one not in self.loadings or other not in self.loadings:
            return np.zeros_like(channels[one].mean)
        a, b, f = self.loadings[one], self.loadings[other], self.variance
        left, right = channels[one], channels[other]
        prior = (1 - (1 - self.lag) * left.credibility) * (1 - (1 - self.lag) * right.credibility)
        rho = a * b * f / np.sqrt((1 - a * a + a * a * f) * (1 - b * b + b * b * f))
        return rho * np.sqrt(np.maximum(prior * left.variance * right.variance, 0.0))


def _all_channels(seen: Seen, parameters: Parameters, policy: Policy) -> tuple[dict[str, Channel], _Shared]:
    """Channels part by part: each influencer's come from its own rows alone."""
    whole: dict[str, list[Channel]] = {}
    variance = []
    for people, one in seen.each():
        found, shared = _channels(people, one, parameters, policy)
        variance.append(shared.variance)
        for name, channel in found.items():
            # days are many times what stands once an influencer: nobody looks at those of several parts
            whole.setdefault(name, []).append(channel if len(seen.parts) == 1 else channel.without_days())
    channels = {name: Channel.joined(whole.pop(name)) for name in list(whole)}
    return channels, replace(shared, variance=np.concatenate(variance))


def _channels(
    population: Population, seen: Observed, parameters: Parameters, policy: Policy
) -> tuple[dict[str, Channel], _Shared]:
    """Marks and rates, each with the prior of its peers or what its other channels make of it."""
    slow = _Beliefs.of(population, seen, parameters, policy)
    fast = _Beliefs.of(population, seen, parameters, policy.hasty) if policy.recent and policy.daily_filter else None
    channels: dict[str, Channel] = {}
    for name, own in seen.marks.items():
        p, days = parameters.bounded[name], seen.mark_days[name]
        peer = p.peers.of(population, seen.tier)
        prior, between = slow.mark(name, peer, p)
        quick = fast.mark(name, peer, p) if fast else None
        channels[name] = bounded.score(days, own, prior, peer, between, p, population, policy, quick)
    for name, day_rates in seen.rate_days.items():
        q, shape = parameters.rates[name], rate_parameters.RateShape.of(name, policy)
        peer = q.peers.of(population, seen.tier)
        hasty = (fast.view.evidence[name], *fast.rate(name, peer, q)) if fast else None
        evidence, (prior, cv2) = slow.view.evidence[name], slow.rate(name, peer, q)
        channels[name] = rates.score(day_rates, evidence, prior, cv2, peer, q, shape, policy, hasty)
    whole = slow.others.whole if slow.others else np.ones(population.size)
    return channels, _Shared(parameters.loadings, whole, policy.lag_share if policy.daily_filter else 0.0)


@dataclass(frozen=True)
class _Beliefs:
    """What is believed of every channel before its own evidence, with the memory of one policy."""

    view: View
    others: Borrowed | None
    loadings: dict[str, float]

    @classmethod
    def of(cls, population: Population, seen: Observed, parameters: Parameters, policy: Policy) -> _Beliefs:
        found = view(population, seen, parameters.bounded, parameters.rates, policy)
        load = parameters.loadings
        return cls(found, borrow(found.signals, load) if policy.borrowing else None, load)

    def mark(self, name: str, peer: Floats, p: bounded.BoundedParameters) -> tuple[Floats, Floats]:
        if self.others is None:
            return peer, np.full_like(peer, p.tau2)
        return self.others.bounded(name, self.loadings[name], peer, p.tau2)

    def rate(self, name: str, peer: Floats, p: rate_parameters.RateParameters) -> tuple[Floats, Floats]:
        if self.others is None:
            return peer, np.full_like(peer, p.cv2)
        return self.others.rate(name, self.loadings[name], peer, p.cv2)


def _overall_variance(channels: dict[str, Channel], shared: _Shared, policy: Policy) -> Floats:
    """The review composite counts as one channel, since the noise of one review is in all three marks."""
    w = policy.weights
    parts = {
        "review": policy.weight_professionalism + policy.weight_service + policy.weight_as_described,
        **{name: w[name] for name in RATES},
        "traffic": w["traffic"],
    }
    names = list(parts)
    total = np.zeros_like(channels["review"].mean)
    for i, one in enumerate(names):
        total = total + parts[one] ** 2 * channels[one].variance
        for other in names[:i]:
            total = total + 2 * parts[one] * parts[other] * shared.covariance(one, other, channels)
    return total


def _dimension(name: str, channels: dict[str, Channel], shared: _Shared, policy: Policy) -> Dimension:
    names, w = CHANNELS[name], policy.weights
    whole = sum(w[channel] for channel in names)
    if len(names) == 1:
        c = channels[names[0]]
        return Dimension(whole, c.mean, c.low, c.high, c.evidence, c.known)
    one, other = (channels[channel] for channel in names)
    a, b = (w[channel] / whole for channel in names) if whole > 0 else (0.5, 0.5)
    mean = a * one.mean + b * other.mean
    variance = (
        a * a * one.variance + b * b * other.variance + 2 * a * b * shared.covariance(names[0], names[1], channels)
    )
    low, high = beta_interval(mean, np.maximum(variance, 1e-8), policy.interval)
    evidence = np.maximum(one.evidence, other.evidence) if name == "after_sales" else one.evidence + other.evidence
    return Dimension(whole, mean, low, high, evidence, one.known | other.known)


def _newcomers(population: Population, sums: DaySums, policy: Policy) -> Bools:
    first = np.full(population.size, population.as_of_day, dtype=np.int64)
    np.minimum.at(first, sums.sessions.influencer, sums.sessions.day)
    return (first < population.as_of_day) & (population.as_of_day - first < policy.newcomer_days)


def _caps(
    population: Population,
    sums: DaySums,
    judged: traffic.SessionShares,
    channels: dict[str, Channel],
    dimensions: dict[str, Dimension],
    policy: Policy,
) -> list[dict[str, Any] | None]:
    """The strictest reason that caps each grade: a red line, a danger an average would hide, a doubtful audience."""
    caps: list[dict[str, Any] | None] = [None] * population.size
    s = sums.sessions
    for i in np.flatnonzero(_flagged_recently(s.influencer, judged.flagged, population.size, policy)):
        caps[int(i)] = {
            "code": "flagged_sessions",
            "grade": "C",
            "sessions": policy.cap_flagged,
            "of": policy.cap_flagged_of,
        }
    for name in (name for parts in CHANNELS.values() if len(parts) > 1 for name in parts):
        one = channels[name]
        for i in np.flatnonzero(one.known & (one.high * 100 < policy.cap_weak_below)):
            caps[int(i)] = {"code": "weak_channel", "grade": "C", "channel": PUBLIC_NAMES.get(name, name)}
    for name in reversed(DIMENSIONS):
        part = dimensions[name]
        for i in np.flatnonzero(part.known & (part.high * 100 < policy.cap_weak_below)):
            caps[int(i)] = {"code": "weak_dimension", "grade": "C", "dimension": name}
    recent = (sums.red_line >= 0) & (population.as_of_day - sums.red_line < policy.cap_class_a_days)
    for i in np.flatnonzero(recent):
        until = EPOCH + timedelta(days=int(sums.red_line[i]) + policy.cap_class_a_days)
        caps[int(i)] = {"code": "red_line", "grade": "D", "until": until.isoformat()}
    return caps


def _flagged_recently(influencer: Ints, flagged: Bools, size: int, policy: Policy) -> Bools:
    """Whether enough of the last sessions are flagged; rows ascend by influencer and start."""
    counts = np.bincount(influencer, minlength=size)
    ends = np.cumsum(counts)
    total = np.r_[0, np.cumsum(flagged)]
    start = np.maximum(ends - policy.cap_flagged_of, ends - counts)
    return np.asarray(total[ends] - total[start] >= policy.cap_flagged)


def grade(points: float, policy: Policy) -> str:
    """Grade of a score in points."""
    return next(name for bound, name in policy.grades if points >= bound)


def capped(name: str, cap: dict[str, Any] | None) -> str:
    """The worse of a grade and its cap."""
    order = ("A+", "A", "B", "C", "D", "E")
    return name if cap is None else max(name, str(cap["grade"]), key=order.index)
