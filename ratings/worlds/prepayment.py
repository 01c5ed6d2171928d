"""The pre-payment check on synthetic worlds: learn from nine months, predict each show of the last three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from ratings.checks import forecast, market, profit, verdict
from ratings.checks.history import Shows, nothing
from ratings.checks.lag import DAYS
from ratings.checks.rules import RULES, Rules
from ratings.checks.terms import Sku, Terms
from ratings.worlds import draws
from ratings.worlds.deals import Commerce, Offers, commerce, offers, show_day
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


@dataclass(frozen=True)
class Stage:
    """A world at the end of its ninth month: what is known, what was learned from it, the shows to be forecast."""

    world: World
    commerce: Commerce
    known: Shows
    later: Ints
    asked: Offers
    tie: Floats

    def own(self, host: int) -> Shows:
        return self.known.where(self.known.host == host)

    def terms(self, k: int, **more: Any) -> Terms:
        """The terms offered for the k-th of the later shows."""
        show = self.later[k]
        sku = Sku(
            price=float(self.asked.price[k]),
            unit_cost=float(self.asked.cost[k]),
            ship_cost=SHIP,
            return_cost=RETURN,
            unsaleable_rate=SPOILED,
        )
        first = self.world.until - timedelta(days=self.world.days)
        given: dict[str, Any] = {
            "placement_fee": float(self.asked.fee[k]),
            "commission_rate": float(self.asked.commission[k]),
            "category": CATEGORIES[self.world.category[self.world.sessions.host[show]]],
            "skus": (sku,),
            "platform_fee_rate": PLATFORM,
            "show_date": first + timedelta(days=int(show_day(self.world)[show])),
        }
        return Terms(**{**given, **more})

    def learn(self, slots: Shows, rules: Rules) -> market.Market:
        return market.learn(
            shows=self.known, slots=slots, category=self.world.category, categories=CATEGORIES, rules=rules
        )


def stage(family: str, seed: int, *, n: int) -> Stage:
    """Up to `PER_HOST` held-out shows of everyone."""
    world = business_world(family, seed, n)
    c = commerce(world)
    day = show_day(world)
    known = shows_of(world, c, as_of=TRAIN, keep=np.flatnonzero(day < TRAIN))
    rng = draws.stream(seed, family, "held out")
    later = np.flatnonzero((day >= TRAIN) & (day < YEAR))
    later = later[np.argsort(rng.random(later.size))]
    later = later[np.argsort(world.sessions.host[later], kind="stable")]
    later = later[draws.rank_within(world.sessions.host[later]) < PER_HOST]
    asked = offers(world, c, shows=later, before=TRAIN)
    return Stage(world, c, known, later, asked, rng.random((later.size, 2)))


def evaluate(family: str, seed: int, *, n: int, size: int = 1024, rules: Rules = RULES) -> list[Held]:
    """Forecast up to `PER_HOST` held-out shows of everyone."""
    on = stage(family, seed, n=n)
    learned = on.learn(nothing(), rules)
    c, found = on.commerce, []
    for k, show in enumerate(on.later.tolist()):
        host = int(on.world.sessions.host[show])
        own, terms = on.own(host), on.terms(k)
        seen = forecast.forecast(
            shows=own, slots=nothing(), category=terms.category, market=learned, terms=terms, rules=rules, draws=size
        )
        sold = (int(c.orders[show]), int(c.cancelled[show]), int(c.returned[show]))
        found.append(held(host, terms, seen, sold, own, on.tie[k], rules))
    return found


def held(
    host: int,
    terms: Terms,
    seen: forecast.Forecast,
    sold: tuple[int, int, int],
    own: Shows,
    tie: Floats,
    rules: Rules,
) -> Held:
    """The forecast against (orders, cancelled, returned)."""
    m = profit.money(terms, seen.draws)
    gains = profit.profit(terms, m, collected=False)
    orders, cancelled, returned = (np.array([x], dtype=np.int64) for x in sold)
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
        sales_rank=rank(m.settled, float(came.settled[0]), float(tie[0])),
        profit_rank=rank(gains, gain, float(tie[1])),
        comparable=seen.comparable,
    )


def rank(values: Floats, came: float, part: float) -> float:
    below, same = float(np.mean(values < came - 1e-9)), float(np.mean(np.abs(values - came) <= 1e-9))
    return below + part * same


def coverage(ranks: Sequence[float], level: float) -> float:
    """Share of outcomes inside the central interval."""
    at = np.asarray(ranks)
    return float(np.mean((at >= (1 - level) / 2) & (at <= (1 + level) / 2)))
