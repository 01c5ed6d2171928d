"""Slots of synthetic shows, and how well the check forecasts one: where slots are known, and where only shows are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ratings.checks import forecast
from ratings.checks.history import Shows
from ratings.checks.rules import RULES, Rules
from ratings.worlds import draws
from ratings.worlds.deals import Commerce, show_day
from ratings.worlds.prepayment import TRAIN, Held, Stage, held, stage
from ratings.worlds.world import Floats, Ints, World

OF_SHOW = 3
KNOWN = 0.3  # of the shows, told slot by slot
WHOLE = 180.0  # minutes of a show
PACE_SD = 0.3  # how unevenly a show sells over its minutes


@dataclass(frozen=True)
class Slots:
    """(shows, OF_SHOW) minutes, and paid, cancelled and returned orders of each slot; which shows are told by slot."""

    minutes: Floats
    orders: Ints
    cancelled: Ints
    returned: Ints
    told: Ints


def slots_of(world: World, c: Commerce) -> Slots:
    """Three slots a show, the rest of it other people's: each order falls to one by chance."""
    rng = draws.stream(world.seed, world.name, "slots")
    size = world.sessions.host.size
    shares = rng.dirichlet(np.full(OF_SHOW + 1, 2.0), size)
    parts = [
        rng.multinomial(x, shares)[:, :OF_SHOW] for x in (c.orders - c.cancelled - c.returned, c.cancelled, c.returned)
    ]
    minutes = WHOLE * shares[:, :OF_SHOW] * np.exp(rng.normal(0.0, PACE_SD, (size, OF_SHOW)))
    told = np.flatnonzero((rng.random(size) < KNOWN) & (show_day(world) < TRAIN))
    return Slots(np.clip(minutes, 3.0, 90.0), sum(parts), parts[1], parts[2], told)  # type: ignore[arg-type]


def known_slots(on: Stage, s: Slots) -> Shows:
    """The slots that are told, as the check reads them; returns are told of whole shows only."""
    place = np.full(on.world.sessions.host.size, -1)
    place[np.flatnonzero(show_day(on.world) < TRAIN)] = np.arange(on.known.size)
    row, slot = np.repeat(s.told, OF_SHOW), np.tile(np.arange(OF_SHOW), s.told.size)
    shows, unknown = on.known.where(place[row]), np.full(row.size, np.nan)
    orders = s.orders[row, slot].astype(np.float64)
    return replace(
        shows,
        orders=orders,
        amount=orders * on.commerce.price[row],
        cancelled=s.cancelled[row, slot].astype(np.float64),
        returned=unknown,
        lags=np.zeros_like(shows.lags),
        viewers=unknown,
        share=unknown,
        exposure=s.minutes[row, slot],
        dedicated=np.zeros(row.size),
    )


def evaluate(
    family: str, seed: int, *, n: int, size: int = 1024, rules: Rules = RULES
) -> tuple[list[Held], list[Held]]:
    """Forecast the first slot of each held-out show: of hosts with enough slots known, and of the others."""
    on = stage(family, seed, n=n)
    s = slots_of(on.world, on.commerce)
    slots = known_slots(on, s)
    learned = on.learn(slots, rules)
    by_slot: list[Held] = []
    by_show: list[Held] = []
    for k, show in enumerate(on.later.tolist()):
        host = int(on.world.sessions.host[show])
        minutes = float(s.minutes[show, 0])
        terms = on.terms(k, slot_minutes=minutes, placement_fee=float(on.asked.fee[k]) * min(minutes / WHOLE, 1.0))
        own = on.own(host)
        seen = forecast.forecast(
            shows=own, slots=slots.where(slots.host == host), category=terms.category, market=learned, terms=terms,
            rules=rules, draws=size,
        )  # fmt: skip
        sold = (int(s.orders[show, 0]), int(s.cancelled[show, 0]), int(s.returned[show, 0]))
        (by_slot if seen.by_slot else by_show).append(held(host, terms, seen, sold, own, on.tie[k], rules))
    return by_slot, by_show
