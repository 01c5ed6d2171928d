"""The pre-payment check on synthetic worlds: learn from nine months, predict each show of the last three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ratings.checks import forecast, market, profit, verdict
from ratings.checks.history import Shows, nothing
from ratings.checks.lag import DAYS
from ratings.checks.rules import RULES, Rules
from ratings.checks.terms import Sku, Terms
from ratings.worlds import draws
from ratings.worlds.deals import Commerce, commerce, offers, show_day
from ratings.worlds.regimes import Rugged
from ratings.worlds.rugged import rugged_world
from ratings.worlds.smooth import Smooth, smooth_world
from ratings.worlds.world import CATEGORIES, DAY, Floats, Ints, World

YEAR, FOLLOW_UP, TRAIN = 365, 120, 273
PER_HOST = 6
SHIP, RETURN, SPOILED, PLATFORM = 3.0, 6.0, 0.10, 0.05
UNTIL = date(2026, 1, 1)


@dataclass(frozen=True)
class Held:
    """One held-out show: what was forecast and what came, yuan.

    Attributes
    ----------
    sales, profit : share of the draws below what came (a tie counts by a fixed random part), uniform when calibrated
    """

    host: int
    fee: float
    chance: float
    verdict: str
    shown: float
    gross: float
    came: float
    sales_rank: float
    profit_rank: float
    comparable: int


def business_world(family: str, seed: int, n: int) -> World:
    """A world of influencers big enough to be paid fees, followed up after its year."""
    days, until = YEAR + FOLLOW_UP, UNTIL + timedelta(days=FOLLOW_UP)
    if family == "A":
        p = Smooth(days=days, log_orders=8.2, log_orders_sd=1.5, most_orders=400_000.0, no_reason_sd=0.2)
        return smooth_world(n=n, seed=seed, until=until, p=p)
    return rugged_world(n=n, seed=seed, until=until, p=replace(Rugged(), days=days, least_orders=2000.0, tail=1.2))


def shows_of(world: World, c: Commerce, *, as_of: int, keep: Ints) -> Shows:
    """These shows as they are known at the start of a day of the world."""
    s = world.sessions
    age = as_of - s.start / DAY
    known = c.return_lag <= age[c.return_show]
    show, when = c.return_show[known], np.searchsorted(DAYS, c.return_lag[known])
    lags = np.zeros((s.host.size, DAYS.size))
    np.add.at(lags, (show, np.minimum(when, DAYS.size - 1)), 1.0)
    first = (world.until - timedelta(days=world.days) - date(1970, 1, 1)).days
    share = 1 / s.inflation
    return Shows(
        host=s.host[keep],
        day=(first + show_day(world))[keep],
        age=age[keep],
        orders=c.orders[keep].astype(np.float64),
        amount=(c.orders * c.price)[keep],
        cancelled=c.cancelled[keep].astype(np.float64),
        returned=lags.sum(axis=1)[keep],
        watched=age[keep],
        lags=lags[keep],
        viewers=s.viewers[keep],
        share=share[keep],
        exposure=np.ones(keep.size),
        dedicated=np.ones(keep.size),
    )


def evaluate(family: str, seed: int, *, n: int, size: int = 1024, rules: Rules = RULES) -> list[Held]:
    """Forecast up to `PER_HOST` held-out shows of everyone."""
    world = business_world(family, seed, n)
    c = commerce(world)
    day = show_day(world)
    past = np.flatnonzero(day < TRAIN)
    known = shows_of(world, c, as_of=TRAIN, keep=past)
    learned = market.learn(shows=known, slots=nothing(), category=world.category, categories=CATEGORIES, rules=rules)
    rng = draws.stream(seed, family, "held out")
    later = np.flatnonzero((day >= TRAIN) & (day < YEAR))
    later = later[np.argsort(rng.random(later.size))]
    later = later[np.argsort(world.sessions.host[later], kind="stable")]
    later = later[draws.rank_within(world.sessions.host[later]) < PER_HOST]
    asked = offers(world, c, shows=later, before=TRAIN)
    tie = rng.random((later.size, 2))
    begins = np.searchsorted(np.sort(known.host), np.arange(n + 1))
    order = np.argsort(known.host, kind="stable")
    first = world.until - timedelta(days=world.days)
    found = []
    for k, show in enumerate(later.tolist()):
        host = int(world.sessions.host[show])
        own = known.where(order[begins[host] : begins[host + 1]])
        terms = Terms(
            placement_fee=float(asked.fee[k]),
            commission_rate=float(asked.commission[k]),
            category=CATEGORIES[world.category[host]],
            skus=(
                Sku(
                    price=float(asked.price[k]),
                    unit_cost=float(asked.cost[k]),
                    ship_cost=SHIP,
                    return_cost=RETURN,
                    unsaleable_rate=SPOILED,
                ),
            ),
            platform_fee_rate=PLATFORM,
            show_date=first + timedelta(days=int(day[show])),
        )
        seen = forecast.forecast(
            shows=own, slots=nothing(), category=terms.category, market=learned, terms=terms, rules=rules, draws=size
        )
        found.append(_held(host, terms, seen, world, c, show, own, tie[k], rules))
    return found


def _held(
    host: int,
    terms: Terms,
    seen: forecast.Forecast,
    world: World,
    c: Commerce,
    show: int,
    own: Shows,
    tie: Floats,
    rules: Rules,
) -> Held:
    m = profit.money(terms, seen.draws)
    gains = profit.profit(terms, m, collected=False)
    orders, cancelled, returned = (np.array([x[show]]) for x in (c.orders, c.cancelled, c.returned))
    truth = forecast.Draws(np.ones(1), orders, cancelled, returned, returned)
    came = profit.money(terms, truth)
    gain = float(profit.profit(terms, came, collected=False)[0])
    chance = verdict.chances(collected=gains, uncollected=gains, max_loss=terms.loss_limit)
    said = verdict.verdict(barred=False, comparable=seen.comparable, mature=seen.mature, found=chance, rules=rules)
    return Held(
        host=host,
        fee=terms.placement_fee,
        chance=chance.earned_back,
        verdict=said.value,
        shown=float(np.nanmean(own.viewers)) if own.size and np.isfinite(own.viewers).any() else 0.0,
        gross=float(np.mean(own.amount)) if own.size else 0.0,
        came=gain,
        sales_rank=_rank(m.settled, float(came.settled[0]), float(tie[0])),
        profit_rank=_rank(gains, gain, float(tie[1])),
        comparable=seen.comparable,
    )


def _rank(values: Floats, came: float, part: float) -> float:
    below, same = float(np.mean(values < came - 1e-9)), float(np.mean(np.abs(values - came) <= 1e-9))
    return below + part * same


def coverage(ranks: Sequence[float], level: float) -> float:
    """Share of outcomes inside the central interval."""
    at = np.asarray(ranks)
    return float(np.mean((at >= (1 - level) / 2) & (at <= (1 + level) / 2)))
