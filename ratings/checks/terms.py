"""The terms that are judged, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Basis = Literal["paid", "shipped", "settled"]
Clawback = Literal["none", "pro_rata", "full"]

MONEY_MOST = 1e9  # a fee of more than a billion is a slip of the unit
PRICE_MOST = 1e8


class TermsError(ValueError):
    """Terms that cannot be judged: field → reason."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class Tier:
    """From this amount on, commission at another rate, or a further fee."""

    amount: float
    commission_rate: float | None = None
    fee: float = 0.0


@dataclass(frozen=True)
class Guarantee:
    """Sales promised for the fee, and what goes back when they fail to come.

    Attributes
    ----------
    amount, roi : yuan, or a multiple of the fee
    max_return_rate : share of shipped orders that may come back
    due_days : days after the show on which it is judged; None: when all returns are known
    """

    amount: float | None = None
    roi: float | None = None
    basis: Basis = "settled"
    max_return_rate: float | None = None
    clawback: Clawback = "none"
    due_days: int | None = None
    collect_probability: float = 0.5

    def target(self, fee: float) -> float:
        """Sales to be reached; 0 when only a return rate was promised."""
        return self.amount if self.amount is not None else (self.roi or 0.0) * fee


@dataclass(frozen=True)
class Sku:
    """One article; money in yuan a piece."""

    price: float
    unit_cost: float
    category: str = ""
    coupon: float = 0.0
    ship_cost: float = 0.0
    return_cost: float = 0.0
    unsaleable_rate: float = 0.0
    stock: float = math.inf


@dataclass(frozen=True)
class Terms:
    """What is on the table. `skus` has at least one."""

    placement_fee: float
    commission_rate: float
    category: str
    skus: tuple[Sku, ...]
    show_type: str = ""
    slot_minutes: float | None = None
    show_date: date | None = None
    commission_basis: Literal["paid", "settled"] = "settled"
    tiers: tuple[Tier, ...] = ()
    platform_fee_rate: float = 0.0
    ad_budget: float = 0.0
    guarantee: Guarantee | None = None
    pay_schedule: tuple[Mapping[str, Any], ...] = ()
    max_loss: float | None = None
    promised_gmv: float | None = None
    promised_viewers: float | None = None

    @property
    def price(self) -> float:
        """What one order pays: the mean over the articles, by their stock where all have one."""
        weights = self.weights()
        return sum(w * (s.price - s.coupon) for w, s in zip(weights, self.skus, strict=True))

    def weights(self) -> list[float]:
        """Share of orders of each article."""
        stocks = [s.stock for s in self.skus]
        if all(math.isfinite(stock) for stock in stocks) and sum(stocks) > 0:
            return [stock / sum(stocks) for stock in stocks]
        return [1 / len(stocks)] * len(stocks)

    @property
    def loss_limit(self) -> float:
        """The loss not to be exceeded: as given, else all that is paid whatever is sold."""
        return self.max_loss if self.max_loss is not None else self.placement_fee + self.ad_budget


def checked(terms: Terms) -> Terms:
    """The terms, if they can be judged.

    Raises TermsError naming every field that is wrong.
    """
    bad: dict[str, str] = {}

    def within(name: str, value: float | None, low: float, high: float) -> None:
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            share = (low, high) == (0, 1)
            bad[name] = "is a share: 0.2, or 20%" if share else f"has to lie between {low:,.10g} and {high:,.10g}"

    within("placement_fee", terms.placement_fee, 0, MONEY_MOST)
    within("commission_rate", terms.commission_rate, 0, 1)
    within("platform_fee_rate", terms.platform_fee_rate, 0, 1)
    for name in ("ad_budget", "max_loss", "promised_gmv"):
        within(name, getattr(terms, name), 0, MONEY_MOST)
    within("promised_viewers", terms.promised_viewers, 0, MONEY_MOST)
    within("slot_minutes", terms.slot_minutes, 0.1, 1440)
    if terms.show_type not in ("", "dedicated", "mixed"):
        bad["show_type"] = "is dedicated or mixed"
    if not terms.skus:
        bad["skus"] = "at least one article is needed"
    for number, sku in enumerate(terms.skus):
        where = "" if len(terms.skus) == 1 else f"skus[{number}]."
        within(f"{where}unit_price", sku.price, 0.01, PRICE_MOST)
        for name in ("unit_cost", "coupon", "ship_cost", "return_cost"):
            within(f"{where}{name}", getattr(sku, name), 0, PRICE_MOST)
        within(f"{where}unsaleable_rate", sku.unsaleable_rate, 0, 1)
        if f"{where}coupon" not in bad and sku.coupon >= sku.price:
            bad[f"{where}coupon"] = "has to be less than the price"
        if not sku.stock >= 1:
            bad[f"{where}stock"] = "has to be at least 1"
    previous = -1.0
    for tier in terms.tiers:
        within("tiers", tier.amount, 0, MONEY_MOST)
        within("tiers", tier.commission_rate, 0, 1)
        within("tiers", tier.fee, 0, MONEY_MOST)
        if tier.amount <= previous:
            bad["tiers"] = "have to come in rising order of amount"
        previous = tier.amount
    if terms.guarantee:
        _guarantee(terms.guarantee, bad, within)
    if bad:
        raise TermsError(bad)
    return terms


def _guarantee(given: Guarantee, bad: dict[str, str], within: Any) -> None:
    within("guarantee.amount", given.amount, 0, MONEY_MOST)
    within("guarantee.roi", given.roi, 0, 1000)
    within("guarantee.max_return_rate", given.max_return_rate, 0, 1)
    within("guarantee.due_days", given.due_days, 0, 3650)
    within("guarantee.collect_probability", given.collect_probability, 0, 1)
    if given.amount is not None and given.roi is not None:
        bad["guarantee"] = "is an amount or a multiple of the fee, not both"
    elif given.amount is None and given.roi is None and given.max_return_rate is None:
        bad["guarantee"] = "promises nothing: give an amount, a roi or a max_return_rate"
