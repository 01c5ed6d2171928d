"""What merchants live through in a world: prices, cancellations, returns in time, brushing, fees asked.

Laid over any world's shows. Some influencers brush: many of their orders are cancelled before dispatch or sent back two
weeks later. Fees follow what merchants see (viewers shown, gross sales), not what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.worlds import draws
from ratings.worlds.world import CATEGORIES, DAY, Bools, Floats, Ints, World

PRICE = (90.0, 130.0, 45.0, 160.0, 60.0, 85.0, 420.0, 50.0, 210.0, 150.0, 110.0, 170.0)
"""Usual price of an order by category, yuan."""

LONGEST_LAG = 118.0


@dataclass(frozen=True, slots=True)
class Business:
    """Constants. Rates are shares of orders, lags days."""

    price_host_sd: float = 0.35
    price_show_sd: float = 0.20
    cancel: float = 0.07
    cancel_host_sd: float = 0.5
    cancel_show_sd: float = 0.3
    lag_median: float = 6.0
    lag_host_sd: float = 0.25
    lag_spread: float = 0.65
    brushers: float = 0.05
    brushed: tuple[float, float] = (1.0, 6.0)
    """Log-uniform factor of the orders a brusher adds."""
    brushed_cancelled: float = 0.6
    brushed_returned: float = 0.9
    fee_share: float = 0.17
    fee_sd: float = 0.7


@dataclass(frozen=True, slots=True)
class Commerce:
    """One entry per show, and per returned order.

    Attributes
    ----------
    orders, price : paid orders and what one pays
    cancelled, returned : of these in the end
    return_show, return_lag : show and days of each return, sorted by show
    brusher : by influencer
    """

    orders: Ints
    price: Floats
    cancelled: Ints
    returned: Ints
    return_show: Ints
    return_lag: Floats
    brusher: Bools


def commerce(world: World, b: Business = Business()) -> Commerce:
    """What happened to every order of a world, followed up to the end whenever that is."""
    rng = draws.stream(world.seed, world.name, "commerce")
    s, n = world.sessions, world.n
    size = s.host.size
    brusher = rng.random(n) < b.brushers
    factor = np.where(brusher, np.exp(rng.uniform(np.log1p(b.brushed[0]), np.log1p(b.brushed[1]), n)) - 1, 0.0)
    real = s.orders
    fake = rng.poisson(real * factor[s.host])
    price = np.asarray(PRICE)[world.category] * np.exp(rng.normal(0.0, b.price_host_sd, n))
    paid = price[s.host] * np.exp(rng.normal(0.0, b.price_show_sd, size))
    returned = np.minimum(np.bincount(world.refunds.session, minlength=size), real)
    habit = np.log(b.cancel / (1 - b.cancel)) + rng.normal(0.0, b.cancel_host_sd, n)
    odds = np.exp(habit[s.host] + rng.normal(0.0, b.cancel_show_sd, size))
    cancelled = rng.binomial(real - returned, odds / (1 + odds))
    gone = rng.binomial(fake, b.brushed_cancelled)
    back = rng.binomial(fake - gone, b.brushed_returned)
    median = b.lag_median * np.exp(rng.normal(0.0, b.lag_host_sd, n))
    show = draws.expand(returned)
    lag = median[s.host[show]] * np.exp(rng.normal(0.0, b.lag_spread, show.size))
    late = draws.expand(back)
    lag = np.concatenate([lag, rng.normal(14.0, 1.0, late.size)])
    show = np.concatenate([show, late])
    order = np.argsort(show, kind="stable")
    return Commerce(
        orders=(real + fake).astype(np.int64),
        price=np.asarray(paid),
        cancelled=(cancelled + gone).astype(np.int64),
        returned=(returned + back).astype(np.int64),
        return_show=show[order],
        return_lag=np.clip(lag, 0.05, LONGEST_LAG)[order],
        brusher=brusher,
    )


def show_day(world: World) -> Ints:
    """Day of each show, counted from the world's first."""
    return np.asarray(world.sessions.start // DAY, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Offers:
    """Terms a merchant is offered for shows, (k,) each, yuan."""

    show: Ints
    fee: Floats
    commission: Floats
    price: Floats
    cost: Floats


def offers(world: World, c: Commerce, *, shows: Ints, before: int, b: Business = Business()) -> Offers:
    """Fees asked for these shows by what the influencer has shown before a day: half by viewers, half by sales."""
    rng = draws.stream(world.seed, world.name, "offers")
    s, n = world.sessions, world.n
    past = (show_day(world) < before) & np.isfinite(s.viewers)
    host = s.host[past]
    count = np.maximum(np.bincount(host, minlength=n), 1)
    gross = np.bincount(host, weights=(c.orders * c.price)[past], minlength=n) / count
    shown = np.bincount(host, weights=np.nan_to_num(s.viewers)[past], minlength=n) / count
    ok = (gross > 0) & (shown > 0)
    worth = np.exp(np.median(np.log(gross[ok] / shown[ok])))
    asked = b.fee_share * np.sqrt(np.maximum(gross, 1.0) * np.maximum(shown * worth, 1.0))
    k = shows.size
    price = c.price[shows]
    return Offers(
        show=shows,
        fee=np.round(asked[s.host[shows]] * np.exp(rng.normal(0.0, b.fee_sd, k)), 2),
        commission=np.round(rng.uniform(0.05, 0.20, k), 2),
        price=price,
        cost=price * rng.uniform(0.30, 0.55, k),
    )


def categories() -> tuple[str, ...]:
    return CATEGORIES
