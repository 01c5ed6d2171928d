"""Characters of generator B: skewed, changing by sudden switches; and the truth that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import betainc

from ratings.worlds.smooth import Lift
from ratings.worlds.world import (
    CLASS_POINTS,
    COMPLAINT_POINTS,
    Bools,
    Floats,
    Ints,
    Truth,
)

QUALITIES = ("professionalism", "service", "as_described", "refund", "complaint", "violation")
SWITCHES = 3
EDGES = (0.125, 0.375, 0.625, 0.875)
"""A mark is a feeling in [0, 1] rounded to the nearest quarter."""


@dataclass(frozen=True, slots=True)
class Rugged:
    """Constants of generator B. Rates are per order or per session."""

    days: int = 365
    least_orders: float = 230.0
    tail: float = 1.0
    most_orders: float = 60_000.0
    newcomers: float = 0.15
    posting: float = 0.068
    """Share of orders that is reviewed where feelings are mild."""
    extra_low: float = 0.7
    extra_high: float = 0.25
    """How much more often the lowest and the highest marks are posted."""
    selection_sd: float = 0.25
    mark_mean: float = 0.70
    mark_sd: float = 0.08
    concentration: float = 2.6
    same_mark: float = 0.5
    fans: float = 0.03
    switches_a_year: float = 0.15
    character: float = 0.93
    """Correlation of every quality with the character."""
    refund_rate: float = 0.060
    refund_sd: float = 0.60
    refund_shape: float = 5.0
    complaint_rate: float = 0.0026
    complaint_sd: float = 0.75
    violation_rate: float = 0.055
    violation_sd: float = 0.70
    severity: tuple[float, ...] = (0.50, 0.38, 0.11, 0.01)
    complaint_severity: tuple[float, ...] = (0.62, 0.26, 0.12)
    no_reason: tuple[float, ...] = (0.10, 0.12, 0.05, 0.09, 0.04, 0.07, 0.18, 0.03, 0.11, 0.09, 0.05, 0.30)
    no_reason_sd: float = 0.0
    festival_orders: float = 3.0
    festival_refunds: float = 1.5
    inflators: float = 0.08
    view_sd: float = 0.36
    verified: float = 0.75
    ring_size: int = 6
    rings: int = 3
    unknown_commenters: float = 0.15
    unknown_viewers: float = 0.08
    unknown_reasons: float = 0.10


@dataclass(frozen=True, slots=True)
class Regimes:
    """Piecewise constant standardised qualities, higher is better."""

    at: Floats
    """Host × switch: day of the switch (infinite when there is none)."""
    values: dict[str, Floats]
    category: Ints
    effect: Floats
    no_reason: Floats
    p: Rugged
    until: date
    lift: Lift | None

    def value(self, name: str, host: Ints, day: Floats) -> Floats:
        segment = (day[:, None] >= self.at[host]).sum(axis=1)
        level = self.values[name][host, segment] + self.effect[self.category[host], QUALITIES.index(name)]
        if self.lift is not None:
            level = level + self.lift.amount * (self.lift.hosts[host] & (day >= self.lift.day))
        return np.asarray(level)

    def rate(self, name: str, base: float, sd: float, host: Ints, day: Floats) -> Floats:
        return np.asarray(base * np.exp(-sd * self.value(name, host, day) - sd * sd / 2))

    def mark(self, name: str, host: Ints, day: Floats) -> Floats:
        return np.clip(self.p.mark_mean + self.p.mark_sd * self.value(name, host, day), 0.05, 0.97)

    def festival(self, day: Floats) -> Bools:
        """Whether a day falls into the summer (1–20 June) or autumn (1–12 November) festival."""
        first = self.until - timedelta(days=self.p.days)
        dates = [first + timedelta(days=d) for d in range(self.p.days + 1)]
        busy = [(d.month == 6 and d.day <= 20) or (d.month == 11 and d.day <= 12) for d in dates]
        return np.asarray(busy, dtype=np.bool_)[day.astype(np.int64)]


def characters(rng: np.random.Generator, p: Rugged, n: int) -> tuple[Floats, dict[str, Floats]]:
    """Skewed characters (mean 0, variance 1, a long tail of bad ones), redrawn at every switch."""
    shape = (n, SWITCHES + 1)
    character = (1.5 - rng.gamma(1.5, 1.0, shape)) / np.sqrt(1.5)
    gaps = rng.exponential(365.0 / p.switches_a_year, (n, SWITCHES))
    at = np.cumsum(gaps, axis=1)
    rest = np.sqrt(1 - p.character**2)
    kept = rng.random(shape) < 0.5
    values = {}
    for name in QUALITIES:
        own = (2.0 - rng.gamma(2.0, 1.0, shape)) / np.sqrt(2.0)
        for k in range(1, SWITCHES + 1):
            own[:, k] = np.where(kept[:, k], own[:, k - 1], own[:, k])
        values[name] = p.character * character + rest * own
    return np.where(at < p.days, at, np.inf), values


def eagerness(p: Rugged, mark: Floats) -> Floats:
    """Extra wish to post, by the mean mark of the review."""
    return np.asarray(p.extra_low * (mark <= 2.0) + p.extra_high * (mark >= 4.67))


def expected_mark(p: Rugged, level: Floats) -> Floats:
    """Expected mark (0 to 1) of a posted honest review at a level, with the usual wish to post."""
    edges = np.r_[0.0, np.asarray(EDGES), 1.0]
    a, b = level[:, None] * p.concentration, (1 - level[:, None]) * p.concentration
    shares = np.diff(betainc(a, b, edges[None, :]), axis=1)
    lean = p.same_mark * eagerness(p, np.arange(1.0, 6.0))  # mixed reviews seldom reach the extremes on average
    weights = shares * (1 + lean)
    return np.asarray((weights * np.arange(5) / 4).sum(axis=1) / weights.sum(axis=1))


def truth_of(now: Regimes, share: Floats, factor: Floats) -> Truth:
    p, host = now.p, np.arange(now.category.size)
    day = np.full(host.size, float(p.days))
    own = {name: expected_mark(p, now.mark(name, host, day)) for name in QUALITIES[:3]}
    halo = sum(own.values()) / len(own)
    channels: dict[str, Floats] = {name: (1 - p.same_mark) * m + p.same_mark * halo for name, m in own.items()}
    fault = np.minimum(now.rate("refund", p.refund_rate, p.refund_sd, host, day), 0.9)
    channels["refund"] = np.exp(-(fault + 0.1 * (1 - fault) * now.no_reason) / 0.25)
    points = float(np.dot(p.complaint_severity, COMPLAINT_POINTS))
    channels["complaint"] = np.exp(-now.rate("complaint", p.complaint_rate, p.complaint_sd, host, day) * points / 0.03)
    points = float(np.dot(p.severity, CLASS_POINTS))
    channels["violation"] = np.exp(-now.rate("violation", p.violation_rate, p.violation_sd, host, day) * points / 1.0)
    channels["real_share"] = 1 - share * (1 - 1 / factor)
    return Truth(channels)
