"""Shares of orders (cancelled, returned): a beta-binomial hierarchy by category, influencer and show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.checks.history import Floats, Ints
from ratings.checks.rules import Rules

LEAST_HOSTS = 10


@dataclass(frozen=True)
class Shares:
    """What all influencers share.

    Attributes
    ----------
    mean : by category, the share
    precision : pseudo-orders that a category is worth for one influencer
    clump : correlation of two orders of one show
    festival : factor of the sales festivals
    """

    mean: Floats
    precision: float
    clump: float
    festival: float


def effective(orders: Floats, clump: float) -> Floats:
    """Independent orders that a show's orders are worth."""
    return np.asarray(orders / (1 + np.maximum(orders - 1, 0.0) * clump))


def learn(
    *,
    host: Ints,
    events: Floats,
    exposure: Floats,
    festival: Floats,
    category: Ints,
    categories: int,
    default: float,
    rules: Rules,
) -> Shares:
    """By moments; `exposure` counts only as much of each order as can have been seen."""
    ok = exposure > 0
    host, events, exposure, festival = host[ok], events[ok], exposure[ok], festival[ok]
    n = category.size
    everyone = (events.sum() + rules.default_rate_weight * default) / (exposure.sum() + rules.default_rate_weight)
    everyone = float(np.clip(everyone, 1e-4, 0.98))
    mean = np.full(categories, everyone)
    if np.unique(host).size < LEAST_HOSTS:
        return Shares(mean, rules.default_rate_weight, 0.02, 1.0)
    fest = _festival(host, events, exposure, festival, n)
    exposure = exposure * fest**festival
    x: Floats = np.bincount(host, weights=events, minlength=n).astype(np.float64)
    e: Floats = np.bincount(host, weights=exposure, minlength=n).astype(np.float64)
    known = e > 0
    p = np.clip(np.where(known, x / np.maximum(e, 1e-12), everyone), 1e-4, 0.98)
    clump = _clump(host, events, exposure, p)
    weight = effective(e, 0.02) * known
    total = np.bincount(category, weights=weight * p, minlength=categories)
    size = np.bincount(category, weights=weight, minlength=categories)
    hosts = np.bincount(category, weights=known.astype(np.float64), minlength=categories)
    own = np.where(size > 0, total / np.maximum(size, 1e-12), everyone)
    mean = (hosts * own + rules.prior_hosts / 4 * everyone) / (hosts + rules.prior_hosts / 4)
    worth = np.bincount(host, weights=effective(exposure, clump), minlength=n)
    m = mean[category]
    scaled = ((p - m) ** 2 / (m * (1 - m)))[known]
    noise = (1 / np.maximum(worth, 1e-9))[known]
    w = 1 / (noise + 0.02)
    between = float(np.sum(w * (scaled - noise)) / np.sum(w))
    precision = 1 / np.clip(between, 1e-3, 0.5) - 1
    return Shares(np.clip(mean, 1e-4, 0.97), float(precision), clump, fest)


def _clump(host: Ints, events: Floats, exposure: Floats, p: Floats) -> float:
    """Moment estimate of the correlation within a show."""
    expected = exposure * p[host]
    shows = np.bincount(host, minlength=p.size)[host]
    ok = (exposure >= 8) & (shows >= 4) & (expected > 0)
    if ok.sum() < 50:
        return 0.02
    variance = expected[ok] * (1 - p[host][ok]) * shows[ok] / (shows[ok] - 1)
    variance = variance * ((shows[ok] - 1) / shows[ok]) ** 2  # its own mean was taken off
    square = (events[ok] - expected[ok]) ** 2
    extra = np.maximum(exposure[ok] - 1, 0.0)
    w = 1 / (variance * (1 + extra * 0.02)) ** 2
    found = float(np.sum(w * extra * variance * (square - variance)) / np.sum(w * (extra * variance) ** 2))
    return float(np.clip(found, 0.001, 0.4))


def _festival(host: Ints, events: Floats, exposure: Floats, festival: Floats, n: int) -> float:
    """Expected against observed within the festivals, by each influencer's share outside them."""
    out = festival == 0
    x, e = (
        np.bincount(host[out], weights=events[out], minlength=n),
        np.bincount(host[out], weights=exposure[out], minlength=n),
    )
    base = np.where(e > 0, x / np.maximum(e, 1e-12), 0.0)
    inside = ~out & (e[host] > 0)
    expected = float(np.sum(exposure[inside] * base[host[inside]]))
    if expected < 20:
        return 1.0
    return float(np.clip((events[inside].sum() + 20) / (expected + 20), 0.5, 2.5))


def posterior(
    *, events: Floats, exposure: Floats, weight: Floats, festival: Floats, mean: float, shares: Shares
) -> tuple[float, float]:
    """Parameters of the beta posterior of one influencer's share."""
    seen = exposure * shares.festival**festival
    ok = seen > 0
    rate = np.clip(np.where(ok, events / np.maximum(seen, 1e-12), 0.0), 0.0, 1.0)
    worth = effective(seen, shares.clump) * weight * ok
    return float(shares.precision * mean + np.sum(worth * rate)), float(
        shares.precision * (1 - mean) + np.sum(worth * (1 - rate))
    )
