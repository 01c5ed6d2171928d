"""Five simple ratings by reviews alone, as platforms commonly use them; each gives one number per influencer."""

from __future__ import annotations

import numpy as np

from ratings.worlds.world import DAY, Floats, World

HIGH_MARK = 3.5


def _stars(world: World) -> Floats:
    return np.asarray(world.reviews.marks.mean(axis=1))


def _mean(world: World, weight: Floats, prior: float = 0.0) -> Floats:
    """Weighted mean of the stars, shrunk to the platform's mean by `prior` pseudo-reviews."""
    host, stars = world.reviews.host, _stars(world)
    total = np.bincount(host, weights=weight, minlength=world.n)
    points = np.bincount(host, weights=weight * stars, minlength=world.n)
    middle = float(points.sum() / total.sum()) if total.sum() else 3.0
    filled = total + prior
    return np.where(filled > 0, (points + prior * middle) / np.where(filled > 0, filled, 1.0), middle)


def plain_mean(world: World) -> Floats:
    """Mean of all stars; the platform's mean without any."""
    return _mean(world, np.ones(world.reviews.host.size))


def imdb(world: World) -> Floats:
    """IMDb's weighted average with 25 pseudo-reviews."""
    return _mean(world, np.ones(world.reviews.host.size), prior=25.0)


def wilson(world: World) -> Floats:
    """Lower bound of the Wilson interval (95%) of the share of good reviews."""
    host = world.reviews.host
    n = np.bincount(host, minlength=world.n).astype(np.float64)
    good = np.bincount(host, weights=_stars(world) >= HIGH_MARK, minlength=world.n)
    z = 1.96
    p = np.where(n > 0, good / np.maximum(n, 1), 0.0)
    m = np.maximum(n, 1e-9)
    bound = (p + z * z / (2 * m) - z * np.sqrt(p * (1 - p) / m + z * z / (4 * m * m))) / (1 + z * z / m)
    return np.where(n > 0, bound, 0.0)


def recent_mean(world: World) -> Floats:
    """Mean of the stars of the last 180 days."""
    return _mean(world, (world.reviews.time >= (world.days - 180) * DAY).astype(np.float64))


def decayed(world: World) -> Floats:
    """In the manner of Trustpilot: newer reviews weigh more (half-life 180 days), seven pseudo-reviews at 3.5 stars."""
    weight = 2.0 ** (-(world.days - world.reviews.time / DAY) / 180)
    host = world.reviews.host
    total = np.bincount(host, weights=weight, minlength=world.n)
    points = np.bincount(host, weights=weight * _stars(world), minlength=world.n)
    return np.asarray((points + 7 * 3.5) / (total + 7))


BASELINES = {
    "plain mean": plain_mean,
    "IMDb average": imdb,
    "Wilson bound": wilson,
    "180-day mean": recent_mean,
    "decay with prior": decayed,
}
