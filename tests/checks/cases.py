"""Shows of one influencer and a market to stand in, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ratings.checks import market
from ratings.checks.history import Shows, nothing
from ratings.checks.lag import DAYS
from ratings.checks.market import Market
from ratings.checks.terms import Guarantee, Sku, Terms

CATEGORIES = ("beauty", "womenswear")
AS_OF = 20_000


def shows(
    count: int,
    *,
    orders: float = 200,
    price: float = 100.0,
    cancelled: float = 0.05,
    returned: float = 0.2,
    lag: float = 5.0,
    every: int = 6,
    first: int = 1,
    viewers: float = 10_000,
    share: float = 1.0,
    host: int = 0,
    seed: int = 1,
) -> Shows:
    """Shows every few days up to yesterday; returns come `lag` days after the show, give or take."""
    rng = np.random.default_rng(seed)
    age = np.array([first + k * every for k in range(count)], dtype=np.float64) + 0.2
    n = rng.poisson(orders * np.exp(rng.normal(0, 0.3, count) - 0.045)).astype(np.float64)
    gone = rng.binomial(n.astype(int), cancelled).astype(np.float64)
    back = rng.binomial((n - gone).astype(int), returned)
    lags = np.zeros((count, DAYS.size))
    for k in range(count):
        days = np.abs(rng.normal(lag, lag / 4, back[k]))
        days = days[days <= age[k]]
        np.add.at(lags[k], np.minimum(np.searchsorted(DAYS, days), DAYS.size - 1), 1.0)
    return Shows(
        host=np.full(count, host, np.int64),
        day=(AS_OF - age).astype(np.int64),
        age=age,
        orders=n,
        amount=n * price,
        cancelled=gone,
        returned=lags.sum(axis=1),
        watched=age,
        lags=lags,
        viewers=np.full(count, viewers, np.float64),
        share=np.full(count, share),
        exposure=np.ones(count),
        dedicated=np.ones(count),
    )


def a_market(hosts: int = 40) -> Market:
    """Half beauty (20% returned), half womenswear (70%), of many sizes."""
    rng = np.random.default_rng(7)
    parts = []
    for k in range(hosts):
        rate = 0.2 if k % 2 == 0 else 0.7
        size = float(np.exp(rng.normal(5.0, 1.0)))
        rate = float(np.clip(rate * np.exp(rng.normal(0, 0.15)), 0.02, 0.9))
        parts.append(replace(shows(30, orders=size, returned=rate, seed=100 + k), host=np.full(30, k, np.int64)))
    category = np.array([k % 2 for k in range(hosts)])
    joined = Shows(**{f: np.concatenate([getattr(p, f) for p in parts]) for f in Shows.__dataclass_fields__})
    return market.learn(shows=joined, slots=nothing(), category=category, categories=CATEGORIES)


def terms(fee: float = 2000.0, **more: Any) -> Terms:
    """Ordinary terms: 100 yuan a piece, cost 35, 15% commission."""
    guarantee: Guarantee | None = more.pop("guarantee", None)
    sku = Sku(price=more.pop("price", 100.0), unit_cost=more.pop("cost", 35.0), **more.pop("sku", {}))
    given = {"commission_rate": 0.15, "category": "beauty", "platform_fee_rate": 0.05, **more}
    return Terms(placement_fee=fee, skus=(sku,), guarantee=guarantee, **given)
