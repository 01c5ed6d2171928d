"""What a show of an influencer sells (or who watches): level shrunk to the category, and how shows differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ratings.checks.history import Bools, Floats, Ints
from ratings.checks.rules import Rules

KNOTS = np.linspace(0.0, 1.0, 101)
LEAST_COUNT, LEAST_POOL, LEAST_OF_HOST = 20.0, 200, 4
ENOUGH_COUNT = 100.0
MOST_BELOW = 1.0


@dataclass(frozen=True)
class Levels:
    """What all influencers share.

    Attributes
    ----------
    shape : (101,) quantiles of a show's log effect, so that exp of it averages 1
    mean, spread : by category, log of an ordinary show's amount, and sd between influencers
    price : log amount per log price, within influencers
    festival : factor of the sales festivals
    drift : variance a day of an influencer's log level
    """

    shape: Floats
    mean: Floats
    spread: float
    price: float
    festival: float
    drift: float

    @property
    def variance(self) -> float:
        """Relative variance of one show."""
        return float(np.var(np.exp(self.shape)))


@dataclass(frozen=True)
class Observed:
    """Shows reduced to what levels are learned from: amounts, the count behind each, price, exposure, weight."""

    host: Ints
    amount: Floats
    count: Floats
    price: Floats
    exposure: Floats
    weight: Floats
    day: Floats
    festival: Floats


def centred(shape: Floats) -> Floats:
    """Moved so that its exponential averages 1."""
    return np.asarray(shape - np.log(np.mean(np.exp(shape))))


def _per(host: Ints, values: Floats, n: int) -> Floats:
    return np.bincount(host, weights=values, minlength=n).astype(np.float64)


def learn(o: Observed, category: Ints, categories: int, rules: Rules) -> Levels:
    """Price response, festival, shape, drift and the spread between influencers, in this order."""
    n = category.size
    usual = usual_prices(o, n)
    size = _per(o.host, o.count, n) / np.maximum(_per(o.host, np.ones(o.host.size), n), 1.0)
    shows = _per(o.host, np.ones(o.host.size), n)
    fit = (size[o.host] >= LEAST_COUNT) & (shows[o.host] >= LEAST_OF_HOST) & (o.amount > 0)
    price = _price(o, usual, fit, n)
    amount = at_usual(o, usual, price)
    fest = _festival(o, amount, fit, n)
    exposure = o.exposure * fest**o.festival
    many = fit & (size[o.host] >= ENOUGH_COUNT)  # their shows differ by more than by counting
    shape = _shape(o, amount, exposure, many if many.sum() >= LEAST_POOL else fit, n)
    if shape is None:
        shape = centred(_normal(rules.default_spread))
    variance = float(np.var(np.exp(shape)))
    drift = _drift(o, amount, exposure, variance, fit, n)
    level, noise, known = _host_levels(o, amount, exposure, variance, n)
    mean, spread = _between(level, noise, known, category, categories, rules)
    return Levels(shape, mean, spread, price, fest, drift)


def usual_prices(o: Observed, n: int) -> Floats:
    """(n,) geometric mean price of each influencer's shows, NaN where never known."""
    known = np.isfinite(o.price) & (o.price > 0)
    total = _per(o.host[known], np.log(o.price[known]), n)
    count = _per(o.host[known], np.ones(int(known.sum())), n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.exp(total / count))


def at_usual(o: Observed, usual: Floats, price: float) -> Floats:
    """Amounts as they would have been at the influencer's usual price."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(o.price / usual[o.host])
    return np.asarray(o.amount * np.exp(-price * np.where(np.isfinite(ratio), ratio, 0.0)))


def _within(values: Floats, host: Ints, n: int) -> Floats:
    count = np.maximum(_per(host, np.ones(host.size), n), 1.0)
    return np.asarray(values - (_per(host, values, n) / count)[host])


def _price(o: Observed, usual: Floats, fit: Bools, n: int) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(o.price / usual[o.host])
    ok = fit & np.isfinite(ratio)
    if ok.sum() < LEAST_POOL:
        return 0.0
    x = _within(ratio[ok], o.host[ok], n)
    y = _within(np.log(o.amount[ok]), o.host[ok], n)
    squares = float(np.sum(x * x))
    noise = float(np.var(y - x * (np.sum(x * y) / max(squares, 1e-12))))
    slope = float(np.sum(x * y)) / (squares + noise / 0.25)  # a prior of 0 ± 0.5
    return float(np.clip(slope, -1.0, 1.0))


def _festival(o: Observed, amount: Floats, fit: Bools, n: int) -> float:
    ok = fit & (amount > 0)
    f = _within(o.festival[ok], o.host[ok], n)
    y = _within(np.log(amount[ok] / o.exposure[ok]), o.host[ok], n)
    squares = float(np.sum(f * f))
    if squares < 20:
        return 1.0
    return float(np.exp(np.clip(np.sum(f * y) / (squares + 1.0), -1.0, 2.5)))


def _shape(o: Observed, amount: Floats, exposure: Floats, fit: Bools, n: int) -> Floats | None:
    """Leave-one-out residuals of shows with many orders, less the noise of counting."""
    if fit.sum() < LEAST_POOL:
        return None
    host, a, e = o.host[fit], amount[fit], exposure[fit]
    k = _per(host, np.ones(host.size), n)[host]
    rest = (_per(host, a, n)[host] - a) / np.maximum(_per(host, e, n)[host] - e, 1e-12)
    residual = np.log(a / (e * np.maximum(rest, 1e-9)))
    residual = residual[np.isfinite(residual)]
    shrink = np.sqrt(np.mean((k - 1) / k))
    counting = float(np.mean(1 / np.maximum(o.count[fit], 1.0)))
    spread = float(np.var(residual)) * shrink**2
    factor = shrink * np.sqrt(max(spread - counting, 0.05 * spread) / max(spread, 1e-12))
    middle = float(np.median(residual))
    edges = np.clip(KNOTS, 0.001, 0.999)
    return centred((np.quantile(residual, edges) - middle) * factor)


def _normal(sd: float) -> Floats:
    p = np.clip(KNOTS, 0.001, 0.999)
    logit = np.log(p / (1 - p))
    return np.asarray(sd * logit / 1.702)


def _drift(o: Observed, amount: Floats, exposure: Floats, variance: float, fit: Bools, n: int) -> float:
    """Variance a day, from the later against the earlier half of each influencer's shows."""
    host, day, a, e = o.host[fit], o.day[fit], amount[fit], exposure[fit]
    if host.size < LEAST_POOL:
        return 0.0
    middle = (_per(host, day, n) / np.maximum(_per(host, np.ones(host.size), n), 1.0))[host]
    parts = []
    for late in (False, True):
        half = (day >= middle) == late
        ones = np.ones(int(half.sum()))
        k = _per(host[half], ones, n)
        parts.append(
            (
                k,
                _per(host[half], a[half], n) / np.maximum(_per(host[half], e[half], n), 1e-12),
                _per(host[half], day[half], n) / np.maximum(k, 1.0),
            )
        )
    (k0, m0, d0), (k1, m1, d1) = parts
    ok = (k0 >= 3) & (k1 >= 3) & (m0 > 0) & (m1 > 0)
    if ok.sum() < 20:
        return 0.0
    gap = d1[ok] - d0[ok]
    square = np.log(m1[ok] / m0[ok]) ** 2 - variance * (1 / k0[ok] + 1 / k1[ok])
    weight = 1 / (1 / k0[ok] + 1 / k1[ok] + 0.05)
    found = float(np.sum(weight * square * gap) / max(np.sum(weight * gap * gap), 1e-9))
    return float(np.clip(found, 0.0, 0.01))


def _host_levels(
    o: Observed, amount: Floats, exposure: Floats, variance: float, n: int
) -> tuple[Floats, Floats, Bools]:
    weight = _per(o.host, o.weight * exposure, n)
    total = _per(o.host, o.weight * amount, n)
    counts = _per(o.host, o.weight * o.count, n)
    k = _per(o.host, o.weight, n)
    known = (weight > 0) & (counts > 0)
    noise = 1 / np.maximum(counts, 0.5) + variance / np.maximum(k, 1e-9)
    level = np.log(np.where(known, total / np.maximum(weight, 1e-12), 1.0)) + below(noise)
    return level, noise, known


def below(noise: Any) -> Any:
    """How far the log of a mean lies below the log of what it estimates, on average (delta method).

    Shows are skewed: most means of few shows miss the rare big one. `noise` is the relative variance of the mean.
    """
    return np.minimum(noise, MOST_BELOW) / 2


def _between(
    level: Floats, noise: Floats, known: Bools, category: Ints, categories: int, rules: Rules
) -> tuple[Floats, float]:
    if known.sum() < 5:
        return np.full(categories, rules.default_sales), rules.default_sales_sd
    y, v, c = level[known], noise[known], category[known]
    everyone = float(np.median(y))
    count = np.bincount(c, minlength=categories)
    mean = (np.bincount(c, weights=y, minlength=categories) + rules.prior_hosts * everyone) / (
        count + rules.prior_hosts
    )
    excess = float(np.mean((y - mean[c]) ** 2) - np.mean(np.minimum(v, 4.0)))
    units = float(known.sum())
    pooled = (units * max(excess, 0.05) + 5 * rules.default_sales_sd**2) / (units + 5)
    return mean, float(np.sqrt(pooled))
