"""Generator A: heavy-tailed sizes, smooth drift, ordinal marks.

Every influencer has one general factor and six qualities that load on it; all drift smoothly (an Ornstein–Uhlenbeck
process on monthly knots). Marks are ordinal: a latent impression cut at fixed thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtr

from ratings.worlds import draws
from ratings.worlds.world import (
    CATEGORIES,
    CLASS_POINTS,
    COMPLAINT_POINTS,
    DAY,
    LATE,
    NO_REASON,
    OTHER,
    Bools,
    Complaints,
    Floats,
    Ints,
    Refunds,
    Reviews,
    Sessions,
    Truth,
    Violations,
    World,
)

QUALITIES = ("professionalism", "service", "as_described", "refund", "complaint", "violation")
KNOT = 30.0


@dataclass(frozen=True, slots=True)
class Smooth:
    """Constants of generator A. Rates are per order or per session, drift is a standard deviation a year."""

    days: int = 365
    log_orders: float = 5.25
    log_orders_sd: float = 2.2
    most_orders: float = 120_000.0
    log_sessions: float = 3.2
    newcomers: float = 0.12
    reviews_per_order: float = 0.055
    general: float = 0.80
    marks_common: float = 0.35
    mark_sd: float = 0.33
    category_sd: float = 0.34
    size_effect: float = 0.08
    mood_sd: float = 0.20
    halo_sd: float = 0.35
    cuts: tuple[float, ...] = (-1.88, -1.34, -0.553, 0.553)
    drift_half_life: float = 2000.0
    refund_rate: float = 0.065
    refund_sd: float = 0.45
    complaint_rate: float = 0.0028
    complaint_sd: float = 0.60
    violation_rate: float = 0.045
    violation_sd: float = 0.60
    severity: tuple[float, ...] = (0.60, 0.28, 0.10, 0.02)
    complaint_severity: tuple[float, ...] = (0.55, 0.32, 0.13)
    inflators: float = 0.06
    conversion: float = 0.02
    conversion_sd: float = 0.22
    comment_sd: float = 0.22
    view_sd: float = 0.38
    refund_lag: float = 0.0
    verified: float = 0.80
    no_reason: tuple[float, ...] = (0.09, 0.10, 0.04, 0.07, 0.03, 0.06, 0.14, 0.03, 0.10, 0.08, 0.04, 0.34)
    """Share of orders sent back without a reason, per category."""
    no_reason_sd: float = 0.0
    """Spread of its logarithm between influencers of one category."""


@dataclass(frozen=True, slots=True)
class Lift:
    """Influencers whose every quality rises by `amount` standard deviations from `day` on."""

    hosts: Bools
    day: float
    amount: float


def smooth_world(*, n: int, seed: int, until: date, p: Smooth = Smooth(), lift: Lift | None = None) -> World:
    """A world of generator A; the same seed gives the same world."""
    rng = draws.stream(seed, "A", "hosts")
    category = draws.choose(rng, [7, 14, 4, 9, 14, 9, 5, 6, 5, 6, 5, 16], n)
    log_orders = np.clip(rng.normal(p.log_orders, p.log_orders_sd, n), np.log(12.0), np.log(p.most_orders))
    quality = _qualities(rng, p, n, log_orders)
    effect = rng.normal(0.0, p.category_sd, (len(CATEGORIES), len(QUALITIES)))
    inflator = _inflators(rng, p, n)
    sessions = _sessions(draws.stream(seed, "A", "sessions"), p, n, log_orders, inflator)
    habit = np.exp(draws.stream(seed, "A", "no reason").normal(0.0, p.no_reason_sd, n) - p.no_reason_sd**2 / 2)
    no_reason = np.minimum(np.asarray(p.no_reason)[category] * habit, 0.92)
    now = _Latents(quality, effect, category, no_reason, p, lift)
    reviews, users = _reviews(draws.stream(seed, "A", "reviews"), p, sessions, now)
    return World(
        name="A",
        seed=seed,
        n=n,
        days=p.days,
        until=until,
        category=category,
        users=users,
        sessions=sessions,
        reviews=reviews,
        refunds=_refunds(draws.stream(seed, "A", "refunds"), p, sessions, now),
        complaints=_complaints(draws.stream(seed, "A", "complaints"), p, sessions, now),
        violations=_violations(draws.stream(seed, "A", "violations"), p, sessions, now),
        truth=_truth(p, now, inflator),
    )


@dataclass(frozen=True, slots=True)
class _Latents:
    """The qualities over time, standardised, higher is better."""

    knots: dict[str, Floats]
    effect: Floats
    category: Ints
    no_reason: Floats
    p: Smooth
    lift: Lift | None

    def at(self, name: str, host: Ints, day: Floats) -> Floats:
        value = (
            draws.at_knots(self.knots[name], host, day, KNOT) + self.effect[self.category[host], QUALITIES.index(name)]
        )
        if self.lift is not None:
            value = value + self.lift.amount * (self.lift.hosts[host] & (day >= self.lift.day))
        return np.asarray(value)

    def rate(self, name: str, base: float, sd: float, host: Ints, day: Floats) -> Floats:
        """Log-normal rate around `base`, lower for better quality."""
        return np.asarray(base * np.exp(-sd * self.at(name, host, day) - sd * sd / 2))


def _qualities(rng: np.random.Generator, p: Smooth, n: int, log_orders: Floats) -> dict[str, Floats]:
    knots = int(np.ceil(p.days / KNOT)) + 1
    general, marks = _drifting(rng, p, n, knots), _drifting(rng, p, n, knots)
    size = p.size_effect * (log_orders - p.log_orders)[:, None] / p.log_orders_sd
    values = {}
    for name in QUALITIES:
        own = _drifting(rng, p, n, knots)
        common = p.marks_common if name in QUALITIES[:3] else 0.0
        rest = np.sqrt(1 - p.general**2 - common**2)
        values[name] = p.general * general + common * marks + rest * own + size
    return values


def _drifting(rng: np.random.Generator, p: Smooth, n: int, knots: int) -> Floats:
    keep = np.exp(-np.log(2.0) * KNOT / p.drift_half_life)
    x = np.empty((n, knots))
    x[:, 0] = rng.standard_normal(n)
    for k in range(1, knots):
        x[:, k] = keep * x[:, k - 1] + np.sqrt(1 - keep * keep) * rng.standard_normal(n)
    return x


def _inflators(rng: np.random.Generator, p: Smooth, n: int) -> Floats:
    """Columns: share of inflated sessions, log of the factor."""
    buys = rng.random(n) < p.inflators
    share = np.where(buys, rng.uniform(0.3, 1.0, n), 0.0)
    factor = np.where(buys, rng.uniform(np.log(1.5), np.log(20.0), n), 0.0)
    return np.column_stack([share, factor])


def _sessions(rng: np.random.Generator, p: Smooth, n: int, log_orders: Floats, inflator: Floats) -> Sessions:
    often = p.log_sessions + 0.30 * (log_orders - 6.0) + rng.normal(0.0, 0.45, n)
    begin = np.where(rng.random(n) < p.newcomers, rng.uniform(0.0, 0.9, n), 0.0) * p.days
    active = (p.days - begin) / 365.0
    count = np.clip(np.exp(often) * active, 2, 700).astype(np.int64)
    host = draws.expand(count)
    size = host.size
    day = np.floor(begin[host] + rng.random(size) * (p.days - begin[host]))
    start = (day * DAY).astype(np.int64) + draws.evening(rng, size)
    order = np.lexsort((host, start))
    host, start = host[order], start[order]
    mean = np.exp(log_orders) * active / count
    conversion = np.log(p.conversion) + rng.normal(0.0, p.conversion_sd, n)
    show = rng.normal(0.0, 0.45, size)
    expected = mean[host] * np.exp(show - 0.45**2 / 2)
    real = np.exp(np.log(expected + 0.5) - conversion[host] + rng.normal(0.0, p.view_sd, size))
    commenters = rng.poisson(0.03 * real * np.exp(rng.normal(0.0, p.comment_sd, size)))
    bought = rng.random(size) < inflator[host, 0]
    inflation = np.where(bought, np.exp(inflator[host, 1]), 1.0)
    return Sessions(
        host=host,
        start=start,
        orders=rng.poisson(expected).astype(np.int64),
        commenters=commenters.astype(np.float64),
        viewers=np.maximum(np.rint(real * inflation), 1.0),
        inflation=inflation,
    )


def _reviews(rng: np.random.Generator, p: Smooth, s: Sessions, now: _Latents) -> tuple[Reviews, int]:
    session = draws.expand(rng.binomial(s.orders, p.reviews_per_order))
    size = session.size
    time = s.start[session] + (rng.exponential(2.5, size) * DAY).astype(np.int64) + 3600
    keep = time < p.days * DAY
    session, time = session[keep], time[keep]
    order = np.argsort(time, kind="stable")
    session, time = session[order], time[order]
    size = session.size
    host = s.host[session]
    mood = rng.normal(0.0, p.mood_sd, s.host.size)[session]
    halo = rng.normal(0.0, p.halo_sd, size)
    own = np.sqrt(1 - p.mood_sd**2 - p.halo_sd**2)
    marks = np.empty((size, 3), dtype=np.int64)
    day = time / DAY
    for j, name in enumerate(QUALITIES[:3]):
        u = p.mark_sd * now.at(name, host, day) + mood + halo + own * rng.standard_normal(size)
        marks[:, j] = 1 + np.searchsorted(np.asarray(p.cuts), u)
    pool = max(int(0.45 * size), 10)
    reviews = Reviews(
        host=host,
        time=time,
        session=session,
        user=draws.account_pool(rng, size, pool),
        verified=rng.random(size) < p.verified,
        marks=marks,
        fake=np.zeros(size, dtype=np.bool_),
    )
    return reviews, pool


def _refunds(rng: np.random.Generator, p: Smooth, s: Sessions, now: _Latents) -> Refunds:
    day = s.start / DAY
    fault = np.minimum(now.rate("refund", p.refund_rate, p.refund_sd, s.host, day), 0.9)
    faulty = rng.binomial(s.orders, fault)
    rest = s.orders - faulty
    free = rng.binomial(rest, now.no_reason[s.host])
    late = rng.binomial(rest - free, 0.006)
    session = np.concatenate([draws.expand(faulty), draws.expand(free), draws.expand(late)])
    kinds = rng.random(int(faulty.sum())) < 0.5
    slow = rng.random(int(late.sum())) < 0.7
    reason = np.concatenate([kinds.astype(np.int64), np.full(int(free.sum()), NO_REASON), np.where(slow, LATE, OTHER)])
    time = s.start[session] + 5400
    if p.refund_lag:
        time = time + (rng.exponential(p.refund_lag, session.size) * DAY).astype(np.int64)
    keep = time < p.days * DAY
    session, time, reason = session[keep], time[keep], reason[keep]
    order = np.argsort(time, kind="stable")
    return Refunds(session=session[order], time=time[order], reason=reason[order])


def _complaints(rng: np.random.Generator, p: Smooth, s: Sessions, now: _Latents) -> Complaints:
    rate = now.rate("complaint", p.complaint_rate, p.complaint_sd, s.host, s.start / DAY)
    upheld = draws.expand(rng.poisson(rate * s.orders))
    other = draws.expand(rng.poisson(0.6 * p.complaint_rate * s.orders))
    session = np.concatenate([upheld, other])
    status = np.concatenate([np.zeros(upheld.size, np.int64), 1 + draws.choose(rng, [0.6, 0.2, 0.2], other.size)])
    time = s.start[session] + 7200
    keep = time < p.days * DAY
    session, time, status = session[keep], time[keep], status[keep]
    order = np.argsort(time, kind="stable")
    severity = draws.choose(rng, p.complaint_severity, session.size)
    return Complaints(session=session[order], time=time[order], severity=severity[order], status=status[order])


def _violations(rng: np.random.Generator, p: Smooth, s: Sessions, now: _Latents) -> Violations:
    rate = now.rate("violation", p.violation_rate, p.violation_sd, s.host, s.start / DAY)
    confirmed = draws.expand(rng.poisson(rate))
    other = draws.expand(rng.poisson(np.full(s.host.size, 0.3 * p.violation_rate)))
    session = np.concatenate([confirmed, other])
    status = np.concatenate([np.zeros(confirmed.size, np.int64), 1 + draws.choose(rng, [0.7, 0.3], other.size)])
    order = np.argsort(s.start[session], kind="stable")
    rank = draws.choose(rng, p.severity, session.size)
    session = session[order]
    return Violations(session=session, time=s.start[session] + 1800, rank=rank[order], status=status[order])


def _truth(p: Smooth, now: _Latents, inflator: Floats) -> Truth:
    host = np.arange(now.category.size)
    day = np.full(host.size, float(p.days))
    channels: dict[str, Floats] = {}
    for name in QUALITIES[:3]:
        level = p.mark_sd * now.at(name, host, day)
        channels[name] = np.asarray(ndtr(level[:, None] - np.asarray(p.cuts)).sum(axis=1) / 4)
    free = now.no_reason
    fault = np.minimum(now.rate("refund", p.refund_rate, p.refund_sd, host, day), 0.9)
    other = (1 - fault) * (1 - free) * 0.006 * 0.3
    channels["refund"] = np.exp(-(fault + 0.1 * ((1 - fault) * free + other)) / 0.25)
    points = float(np.dot(p.complaint_severity, COMPLAINT_POINTS))
    channels["complaint"] = np.exp(-now.rate("complaint", p.complaint_rate, p.complaint_sd, host, day) * points / 0.03)
    points = float(np.dot(p.severity, CLASS_POINTS))
    channels["violation"] = np.exp(-now.rate("violation", p.violation_rate, p.violation_sd, host, day) * points / 1.0)
    channels["real_share"] = 1 - inflator[:, 0] * (1 - np.exp(-inflator[:, 1]))
    return Truth(channels)
