"""Terms out of JSON, a form or a row of a file: one reader for all three."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from ratings.checks.terms import Guarantee, Sku, Terms, TermsError, Tier, checked

COLUMNS = (
    "influencer",
    "placement_fee",
    "commission_rate",
    "unit_price",
    "unit_cost",
    "category",
    "show_type",
    "show_date",
    "slot_minutes",
    "coupon",
    "ship_cost",
    "return_cost",
    "unsaleable_rate",
    "stock",
    "skus",
    "commission_basis",
    "tiers",
    "platform_fee_rate",
    "ad_budget",
    "guarantee",
    "pay_schedule",
    "max_loss",
    "promised_gmv",
    "promised_viewers",
)
GUARANTEE = ("amount", "roi", "basis", "max_return_rate", "clawback", "due_days", "collect_probability")
FLAT = tuple(f"guarantee_{name}" for name in GUARANTEE)
REQUIRED = ("influencer", "placement_fee", "commission_rate", "category")
MOST_PARTS = 50


NUMBER = re.compile(r"[¥]?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?)(万|亿)?(元|yuan)?(%)?")
TIMES = {"万": 1e4, "亿": 1e8, "": 1.0}


def written(text: str) -> float | None:
    """A number as people write it: 300,000 or 30万元 or 20% or 20%."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").lower()
    found = NUMBER.fullmatch(plain)
    if found is None:
        return None
    return float(found[1]) * TIMES[found[2] or ""] / (100 if found[4] else 1)


class _Reader:
    """Reads values of one mapping, and keeps what is wrong with them by field."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.bad: dict[str, str] = {}

    def raw(self, name: str) -> Any:
        value = self.given.get(name)
        return None if isinstance(value, str) and not value.strip() else value

    def number(self, name: str, default: float | None = None) -> float | None:
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, str):
            found = written(value)
            if found is None:
                self.bad[name] = "is not a number"
                return default
            value = found
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.bad[name] = "is not a number"
            return default
        return float(value)

    def some(self, name: str, default: float = 0.0) -> float:
        found = self.number(name, default)
        return default if found is None else found

    def whole(self, name: str) -> int | None:
        found = self.number(name)
        if found is not None and not found.is_integer():
            self.bad[name] = "is not a whole number"
            return None
        return None if found is None else int(found)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.raw(name)
        if value is None:
            return default
        if str(value).strip() not in choices:
            self.bad[name] = f"has to be one of {', '.join(choices)}"
            return default
        return str(value).strip()

    def text(self, name: str, length: int = 128) -> str:
        value = self.raw(name)
        text = "" if value is None else str(value).strip()
        if len(text) > length or not text.isprintable():
            self.bad[name] = f"has to be a text of at most {length} characters"
            return ""
        return text

    def nested(self, name: str, of: type) -> Any:
        value = self.raw(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                self.bad[name] = "is not JSON"
                return None
        if value is not None and not isinstance(value, of):
            self.bad[name] = "has another shape"
            return None
        if isinstance(value, list) and (len(value) > MOST_PARTS or not all(isinstance(one, dict) for one in value)):
            self.bad[name] = f"has to be a list of at most {MOST_PARTS} objects"
            return None
        return value

    def day(self, name: str) -> date | None:
        value = self.raw(name)
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            self.bad[name] = "is not a day like 2026-11-11"
            return None

    def only(self, names: tuple[str, ...]) -> None:
        for name in self.given:
            if name not in names:
                self.bad[str(name)[:64]] = "is not known here"


def terms_of(given: Mapping[str, Any]) -> Terms:
    """The terms of a request.

    Raises TermsError naming every field that is wrong.
    """
    r = _Reader(given)
    r.only((*COLUMNS, *FLAT))
    for name in REQUIRED:
        if r.raw(name) is None:
            r.bad[name] = "is needed"
    basis = r.choice("commission_basis", ("paid", "settled"), "settled")
    terms = Terms(
        placement_fee=r.some("placement_fee"),
        commission_rate=r.some("commission_rate"),
        category=r.text("category", 64),
        skus=_skus(r),
        show_type=r.choice("show_type", ("dedicated", "mixed"), ""),
        slot_minutes=r.number("slot_minutes"),
        show_date=r.day("show_date"),
        commission_basis="paid" if basis == "paid" else "settled",
        tiers=_tiers(r),
        platform_fee_rate=r.some("platform_fee_rate"),
        ad_budget=r.some("ad_budget"),
        guarantee=_guarantee(r),
        pay_schedule=_schedule(r),
        max_loss=r.number("max_loss"),
        promised_gmv=r.number("promised_gmv"),
        promised_viewers=r.number("promised_viewers"),
    )
    try:
        checked(terms)
    except TermsError as error:
        raise TermsError({**error.errors, **r.bad}) from None
    if r.bad:
        raise TermsError(r.bad)
    return terms


def _skus(r: _Reader) -> tuple[Sku, ...]:
    rows = r.nested("skus", list)
    if not rows:
        _needed(r)
        return (_sku(r),)
    found = []
    for k, row in enumerate(rows):
        one = _Reader({"unit_price": row.get("price"), **{name: row[name] for name in row if name != "price"}})
        _needed(one)
        found.append(_sku(one))
        r.bad |= {f"skus[{k}].{name}": reason for name, reason in one.bad.items()}
    return tuple(found)


def _needed(r: _Reader) -> None:
    for name in ("unit_price", "unit_cost"):
        if r.raw(name) is None:
            r.bad[name] = "is needed"


def _sku(r: _Reader) -> Sku:
    return Sku(
        price=r.some("unit_price", 1.0),
        unit_cost=r.some("unit_cost"),
        category=r.text("category", 64),
        coupon=r.some("coupon"),
        ship_cost=r.some("ship_cost"),
        return_cost=r.some("return_cost"),
        unsaleable_rate=r.some("unsaleable_rate"),
        stock=math.inf if r.raw("stock") is None else r.some("stock"),
    )


def _tiers(r: _Reader) -> tuple[Tier, ...]:
    found = []
    for k, row in enumerate(r.nested("tiers", list) or ()):
        one = _Reader(row)
        one.only(("amount", "commission_rate", "fee"))
        found.append(Tier(one.some("amount", -1.0), one.number("commission_rate"), one.some("fee")))
        r.bad |= {f"tiers[{k}].{name}": reason for name, reason in one.bad.items()}
    return tuple(found)


def _guarantee(r: _Reader) -> Guarantee | None:
    flat = {name: r.raw(f"guarantee_{name}") for name in GUARANTEE}
    nested = r.nested("guarantee", dict)
    if nested is None and not any(value is not None for value in flat.values()):
        return None
    one = _Reader(flat if nested is None else nested)
    one.only(GUARANTEE)
    found = Guarantee(
        amount=one.number("amount"),
        roi=one.number("roi"),
        basis=one.choice("basis", ("paid", "shipped", "settled"), "settled"),  # type: ignore[arg-type]
        max_return_rate=one.number("max_return_rate"),
        clawback=one.choice("clawback", ("none", "pro_rata", "full"), "none"),  # type: ignore[arg-type]
        due_days=one.whole("due_days"),
        collect_probability=one.some("collect_probability", 0.5),
    )
    r.bad |= {f"guarantee.{name}": reason for name, reason in one.bad.items()}
    return found


def _schedule(r: _Reader) -> tuple[Mapping[str, Any], ...]:
    found = []
    for k, row in enumerate(r.nested("pay_schedule", list) or ()):
        one = _Reader(row)
        one.only(("share", "day"))
        share, day = one.number("share"), one.number("day")
        if share is None or not 0 <= share <= 1:
            one.bad["share"] = "is a share of the fee from 0 to 1"
        if day is None:
            one.bad["day"] = "is the day after the show; 0 or less is before it"
        found.append({"share": share, "day": day})
        r.bad |= {f"pay_schedule[{k}].{name}": reason for name, reason in one.bad.items()}
    return tuple(found)
