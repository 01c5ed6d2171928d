"""What the merchant keeps under these terms: pure arithmetic over the draws of a forecast.

Kept sales − cost of goods kept or spoiled − commission − platform fee − shipping − returns − fee − advertising, and
with the guarantee collected + clawback. Fee and guarantee never enter the draws, so a higher fee never looks better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ratings.checks.forecast import Draws
from ratings.checks.history import Floats
from ratings.checks.terms import Guarantee, Terms

QUANTILES = (("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95))


@dataclass(frozen=True)
class Money:
    """Yuan in every future, (d,) each.

    Attributes
    ----------
    paid, shipped, settled : sales on each basis; settled is what is kept
    before_fee : profit without the placement fee (advertising and fees of tiers are taken off)
    """

    paid: Floats
    shipped: Floats
    settled: Floats
    settled_by_due: Floats
    shipped_orders: Floats
    returned_by_due: Floats
    before_fee: Floats


def commission(terms: Terms, amount: Floats) -> Floats:
    """Commission on these sales; beyond a tier's amount its rate holds, and its fee is due once."""
    amount = np.asarray(amount, dtype=np.float64)
    total, start, rate = np.zeros(amount.shape), 0.0, terms.commission_rate
    for tier in terms.tiers:
        total = total + rate * np.clip(amount - start, 0.0, tier.amount - start)
        total = total + np.where((amount >= tier.amount) & (amount > 0), tier.fee, 0.0)
        start, rate = tier.amount, rate if tier.commission_rate is None else tier.commission_rate
    return np.asarray(total + rate * np.maximum(amount - start, 0.0))


def money(terms: Terms, draws: Draws) -> Money:
    """Turn orders into yuan; articles share the orders as `Terms.weights` says."""
    orders, cancelled, returned = (x.astype(np.float64) for x in (draws.orders, draws.cancelled, draws.returned))
    shipped = orders - cancelled
    kept = shipped - returned
    weights = terms.weights()

    def mean(value: str) -> float:
        return float(sum(w * getattr(s, value) for w, s in zip(weights, terms.skus, strict=True)))

    spoiled = sum(w * s.unsaleable_rate * s.unit_cost for w, s in zip(weights, terms.skus, strict=True))
    price = terms.price
    settled, paid = kept * price, orders * price
    goods = kept * mean("unit_cost") + returned * spoiled
    handling = shipped * mean("ship_cost") + returned * mean("return_cost")
    owed = commission(terms, paid if terms.commission_basis == "paid" else settled)
    by_due = draws.returned_by_due.astype(np.float64)
    before = settled - goods - handling - owed - terms.platform_fee_rate * settled - terms.ad_budget
    return Money(paid, shipped * price, settled, (shipped - by_due) * price, shipped, by_due, before)


def shortfall(given: Guarantee, fee: float, *, reached: Floats, shipped: Floats, returned: Floats) -> Floats:
    """Share of the promise that failed, 0 to 1, by amount or by the return rate, whichever is more."""
    missing = np.zeros(np.shape(reached))
    target = given.target(fee)
    if target > 0:
        missing = np.maximum(missing, 1 - np.clip(reached / target, 0.0, 1.0))
    if given.max_return_rate is not None and given.max_return_rate < 1:
        kept = 1 - returned / np.maximum(shipped, 1e-12)
        due = 1 - given.max_return_rate
        missing = np.maximum(missing, np.where(shipped > 0, 1 - np.clip(kept / due, 0.0, 1.0), 0.0))
    return np.asarray(missing)


def clawback(given: Guarantee | None, fee: float, m: Money) -> Floats:
    """What of the fee is due back."""
    if given is None or given.clawback == "none":
        return np.zeros(m.paid.shape)
    reached = {"paid": m.paid, "shipped": m.shipped, "settled": m.settled_by_due}[given.basis]
    missing = shortfall(given, fee, reached=reached, shipped=m.shipped_orders, returned=m.returned_by_due)
    return np.asarray(fee * (np.where(missing > 1e-12, 1.0, 0.0) if given.clawback == "full" else missing))


def profit(terms: Terms, m: Money, *, fee: float | None = None, collected: bool) -> Floats:
    """Profit in every future."""
    fee = terms.placement_fee if fee is None else fee
    back = clawback(terms.guarantee, fee, m) if collected else 0.0
    return np.asarray(m.before_fee - fee + back)


def quantiles(values: Floats) -> dict[str, float]:
    found = np.quantile(values, [q for _, q in QUANTILES])
    return {name: float(value) for (name, _), value in zip(QUANTILES, found, strict=True)}


def break_even_fee(m: Money) -> float:
    """The fee at which the median profit is 0, clawback not collected; 0 when even a free show loses."""
    return max(float(np.median(m.before_fee)), 0.0)


def most_fee(m: Money, *, chance: float, loss: float, loss_chance: float) -> float:
    """The highest fee at which the verdict on the money would be go; `loss` is what may be lost at most."""
    by_chance = float(np.quantile(m.before_fee, 1 - chance, method="lower"))
    by_loss = float(np.quantile(m.before_fee, loss_chance, method="lower")) + loss
    return math.floor(100 * max(min(by_chance, by_loss), 0.0)) / 100  # in whole fen, so that rounding costs nobody


def least_guarantee(terms: Terms, m: Money, fee: float) -> float | None:
    """Settled sales at which this fee is earned back; None when no amount of sales would do."""
    sold = float(np.mean(m.settled))
    margin = float(np.mean(m.before_fee)) + terms.ad_budget
    if sold <= 0 or margin <= 0:
        return None
    return (fee + terms.ad_budget) * sold / margin
