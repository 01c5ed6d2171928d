"""What this show or slot will sell: joint draws of viewers, orders, cancellations and returns.

The level of sales comes from the influencer's own shows, shrunk to the category; so do the shares of orders cancelled
and returned, each show weighted by how much of its returns can be known already. Draws use one fixed seed, and nothing
of the fee or the guarantee enters them: terms are compared on the same draws.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.special import ndtri

from ratings.checks import lag, levels, shares
from ratings.checks.history import Bools, Floats, Ints, Shows, festival
from ratings.checks.lag import Curve
from ratings.checks.levels import KNOTS, Levels
from ratings.checks.market import LEAST_SEEN, Market, observed
from ratings.checks.rules import RULES, Rules
from ratings.checks.terms import Terms

OWN_SHAPE_FROM = 50.0  # orders a show; below, counting alone makes shows differ
VIEWERS_FOLLOW = 0.8  # rank correlation of audience and sales within an influencer
OWN_CATEGORY_WEIGHT = 0.5  # of an influencer's own habit (log odds), in a category it does not mostly sell


@dataclass(frozen=True)
class Draws:
    """Equally likely futures, (d,) each; orders are whole."""

    viewers: Floats
    orders: Ints
    cancelled: Ints
    returned: Ints
    returned_by_due: Ints


@dataclass(frozen=True)
class Forecast:
    """The draws and what they rest on.

    Attributes
    ----------
    comparable, mature : shows or slots compared, and those of them whose returns are known
    usual_price : geometric mean of what an order paid, NaN where not known
    curve, peers : lag of this influencer's returns, and of its category's
    return_share, cancel_share : expected shares of shipped and of paid orders
    peer_return : the category's share of shipped
    supported : share of shown viewers that activity supports, NaN where not known
    by_slot : slots were compared, not shows
    """

    draws: Draws
    comparable: int
    mature: int
    usual_price: float
    curve: Curve
    peers: Curve
    return_share: float
    cancel_share: float
    peer_return: float
    supported: float
    by_slot: bool


def forecast(
    *, shows: Shows, slots: Shows, category: str, market: Market, terms: Terms, rules: Rules = RULES, draws: int = 0
) -> Forecast:
    """Draw this influencer's next show or slot; `shows` and `slots` are its own, `category` what it mostly sells."""
    size = draws or rules.draws
    shows, slots = (_priced(_recent(rows, rules), terms) for rows in (shows, slots))
    by_slot = terms.slot_minutes is not None and slots.size >= rules.least_sessions
    compared = slots if by_slot else _comparable(shows, terms)
    judged = _recent_known(shows, slots)
    rng = np.random.Generator(np.random.PCG64(rules.seed))
    doubt = rules.category_doubt if terms.category != category and category else 0.0
    peers = market.curve(terms.category)
    of = judged.where(np.isfinite(judged.returned))
    own = lag.curve(of.lags, of.watched, market.curve(category), weight=rules.lag_prior)
    seen = own.at(np.nan_to_num(judged.watched))
    returns = _share(judged, "returned", judged.shipped * seen, market, category, terms, rules, seen >= LEAST_SEEN)
    cancels = _share(judged, "cancelled", judged.orders, market, category, terms, rules, None)

    busy = float(festival(np.array([(terms.show_date - EPOCH).days]))[0]) if terms.show_date else 0.0
    rank = even(rng, size)
    exposure = terms.slot_minutes if by_slot and terms.slot_minutes else 1.0
    level = market.slots if by_slot else market.sales
    sales, usual = _level(compared, level, market, category, terms, rng, rank, rules, of="amount", busy=busy)
    if terms.slot_minutes is not None and not by_slot:
        part, noise = _slot_part(compared, terms.slot_minutes), normal(rng, size)
        sales = sales * part * np.exp(rules.slot_doubt * noise - rules.slot_doubt**2 / 2)
    sales = sales * exposure * np.exp(doubt * normal(rng, size) - doubt**2 / 2)
    orders = rng.poisson(np.minimum(sales / terms.price, 1e12))
    stock = sum(sku.stock for sku in terms.skus)
    orders = np.minimum(orders, stock).astype(np.int64)

    cancelled = _events(rng, cancels, market.cancels, orders, busy)
    returned = _events(rng, returns, market.returns, orders - cancelled, busy)
    due = terms.guarantee.due_days if terms.guarantee else None
    by_due = rng.binomial(returned, float(own.at(due))) if due is not None else returned
    follow = np.clip(rank + (1 - VIEWERS_FOLLOW) * (rng.random(size) - 0.5), 0.0, 1.0)
    viewers, _ = _level(
        _comparable(shows, terms), market.viewers, market, category, terms, rng, follow, rules, of="viewers", busy=busy
    )
    mature = own.at(np.nan_to_num(compared.watched)) >= rules.mature_share
    peer = market.index(terms.category)
    share = shows.share[np.isfinite(shows.share) & (shows.viewers > 0)]
    shown = shows.viewers[np.isfinite(shows.share) & (shows.viewers > 0)]
    return Forecast(
        draws=Draws(viewers, orders, cancelled, returned, by_due),
        comparable=compared.size,
        mature=int(np.sum(mature & np.isfinite(compared.returned))),
        usual_price=usual,
        curve=own,
        peers=peers,
        return_share=returns[0] / sum(returns),
        cancel_share=cancels[0] / sum(cancels),
        peer_return=float(market.returns.mean[peer]) if peer is not None else rules.default_return,
        supported=float(np.sum(share * shown) / np.sum(shown)) if share.size else float("nan"),
        by_slot=by_slot,
    )


EPOCH = date(1970, 1, 1)


def even(rng: np.random.Generator, size: int) -> Floats:
    """Uniform draws in random order, one in each of `size` equal strata: no seed favours any part of the range."""
    return np.asarray((rng.permutation(size) + rng.random(size)) / size)


def normal(rng: np.random.Generator, size: int) -> Floats:
    """Standard normal draws, spread as evenly."""
    return np.asarray(ndtri(even(rng, size)), dtype=np.float64)


def _recent(shows: Shows, rules: Rules) -> Shows:
    return shows.where((shows.age > 0) & (shows.age <= rules.window) & (shows.exposure > 0))


def _priced(shows: Shows, terms: Terms) -> Shows:
    """Where only orders are known, what they would have paid at the usual price, else at the price of the terms."""
    known = np.isfinite(shows.amount) & (shows.orders > 0)
    usual = float(np.sum(shows.amount[known]) / np.sum(shows.orders[known])) if known.any() else terms.price
    return replace(shows, amount=np.where(np.isfinite(shows.amount), shows.amount, shows.orders * usual))


def _comparable(shows: Shows, terms: Terms) -> Shows:
    """Shows of the kind that is bought; where the kind is not known, all."""
    if not terms.show_type:
        return shows
    wanted = 1.0 if terms.show_type == "dedicated" else 0.0
    return shows.where(~(np.abs(shows.dedicated - wanted) > 0.5))


def _recent_known(shows: Shows, slots: Shows) -> Shows:
    """Whole shows tell of returns; slots only where no show does."""
    return shows if np.isfinite(shows.returned).any() or not slots.size else slots


def _slot_part(shows: Shows, minutes: float) -> float:
    usual = 180.0
    return float(min(minutes / usual, 1.0))


def _share(
    shows: Shows,
    of: str,
    exposure: Floats,
    market: Market,
    category: str,
    terms: Terms,
    rules: Rules,
    tells: Bools | None,
) -> tuple[float, float]:
    """Beta posterior of a share, moved to the category of the terms."""
    found = market.returns if of == "returned" else market.cancels
    default = rules.default_return if of == "returned" else rules.default_cancel
    events = getattr(shows, of)
    ok = np.isfinite(events) & (exposure > 0)
    if tells is not None:
        ok &= tells
    at = market.index(category)
    mean = float(found.mean[at]) if at is not None else default
    a, b = shares.posterior(
        events=events[ok],
        exposure=exposure[ok],
        weight=0.5 ** (shows.age[ok] / rules.half_life),
        festival=festival(shows.day[ok]),
        mean=mean,
        shares=found,
    )
    if terms.category == category:
        return a, b
    other = market.index(terms.category)
    there = float(found.mean[other]) if other is not None else default
    own = np.log(a / b) - np.log(mean / (1 - mean))
    odds = np.exp(np.log(there / (1 - there)) + OWN_CATEGORY_WEIGHT * own)
    p, worth = float(odds / (1 + odds)), min(a + b, found.precision * 2)
    return p * worth, (1 - p) * worth


def _events(
    rng: np.random.Generator, beta: tuple[float, float], found: shares.Shares, orders: Ints, busy: float
) -> Ints:
    """Influencer's share, then this show's, then orders one by one."""
    size = orders.size
    p = np.clip(rng.beta(*beta, size) * found.festival**busy, 1e-6, 1 - 1e-6)
    spread = 1 / found.clump - 1
    p = rng.beta(p * spread, (1 - p) * spread)
    return np.asarray(rng.binomial(orders, np.clip(p, 0.0, 1.0)), dtype=np.int64)


def _level(
    shows: Shows,
    found: Levels,
    market: Market,
    category: str,
    terms: Terms,
    rng: np.random.Generator,
    rank: Floats,
    rules: Rules,
    *,
    of: str,
    busy: float,
) -> tuple[Floats, float]:
    """Draws of one show's amount (or a slot's, a minute; or viewers), and the usual price."""
    o = observed(shows, rules, of=of)
    at = market.index(category)
    mean = float(found.mean[at]) if at is not None else float(np.mean(found.mean)) if found.mean.size else 0.0
    host = np.zeros(o.host.size, np.int64)
    o = levels.Observed(host, o.amount, o.count, o.price, o.exposure, o.weight, o.day, o.festival)
    usual = float(levels.usual_prices(o, 1)[0]) if o.host.size else float("nan")
    amount = levels.at_usual(o, np.array([usual]), found.price)
    exposure = o.exposure * found.festival**o.festival
    shape = _own_shape(o, amount, exposure, found, rules)
    variance = float(np.var(np.exp(shape)))
    prior = 1 / found.spread**2
    k, total, base, counts = (float(np.sum(o.weight * x)) for x in (np.ones(o.host.size), amount, exposure, o.count))
    level, precision = mean, prior
    if base > 0 and counts > 0:
        age = float(np.sum(o.weight * shows.age[: o.host.size]) / k) if o.host.size == shows.size else 90.0
        sampling = 1 / counts + variance / k
        noise = sampling + found.drift * age
        seen = np.log(total / base) + levels.below(sampling)
        precision = prior + 1 / noise
        level = (prior * mean + seen / noise) / precision
    elif base > 0:  # shows that sold nothing
        level, precision = mean - 1.0 - np.log1p(k), prior
    log = level + normal(rng, rank.size) / np.sqrt(precision)
    effect = np.interp(rank, KNOTS, shape)
    draws = np.exp(np.minimum(log + effect, 30.0)) * found.festival**busy
    if of == "amount":
        far = np.log(terms.price / usual) if np.isfinite(usual) else 0.0
        held = float(np.clip(far, -rules.price_reach, rules.price_reach))
        doubt = rules.price_doubt * max(abs(far) - 0.25, 0.0)
        draws = draws * np.exp(found.price * held + doubt * normal(rng, rank.size) - doubt**2 / 2)
    return draws, usual


def _own_shape(o: levels.Observed, amount: Floats, exposure: Floats, found: Levels, rules: Rules) -> Floats:
    """The platform's shape, widened or narrowed to how much this influencer's own shows differ."""
    ok = amount > 0  # all or none: leaving out the small ones would make shows look alike
    k = int(ok.sum()) if o.count.size and float(np.mean(o.count)) >= OWN_SHAPE_FROM else 0
    pooled = float(np.var(found.shape))
    if k < levels.LEAST_OF_HOST or pooled <= 0:
        return found.shape
    own = float(np.var(np.log(amount[ok] / exposure[ok]), ddof=1))
    own = max(own - float(np.mean(1 / np.maximum(o.count[ok], 1.0))), 0.0)
    scale = (rules.spread_prior * pooled + (k - 1) * own) / (rules.spread_prior + k - 1) / pooled
    return levels.centred(found.shape * np.sqrt(np.clip(scale, 0.2, 6.0)))
