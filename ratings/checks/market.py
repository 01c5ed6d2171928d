"""What all shows teach: levels, shares and the lag of returns, by category. Stored with a run as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratings.checks import lag, levels, shares
from ratings.checks.history import Bools, Floats, Ints, Shows, festival
from ratings.checks.lag import Curve
from ratings.checks.levels import Levels, Observed
from ratings.checks.rules import RULES, Rules
from ratings.checks.shares import Shares

LEAST_SEEN = 0.05  # share of returns that must have been able to come in, for a show to tell of them


@dataclass(frozen=True)
class Market:
    """Everything a forecast takes from others.

    Attributes
    ----------
    categories : codes, in the order of every array by category
    sales, viewers, slots : levels of shows (yuan, supported viewers) and of slots (yuan a minute)
    returns, cancels : shares of shipped and of paid orders
    curves : by category, the lag of returns
    """

    categories: tuple[str, ...]
    sales: Levels
    viewers: Levels
    slots: Levels
    returns: Shares
    cancels: Shares
    curves: tuple[Curve, ...]

    def index(self, category: str) -> int | None:
        return self.categories.index(category) if category in self.categories else None

    def curve(self, category: str) -> Curve:
        """The category's curve of returns; an unknown one's is the usual."""
        found = self.index(category)
        return self.curves[found] if found is not None else lag.usual()


def observed(shows: Shows, rules: Rules, *, of: str = "amount") -> Observed:
    """What levels are learned from: paid amounts, or supported viewers."""
    amount, count = shows.amount, shows.orders
    if of == "viewers":
        share = np.where(np.isfinite(shows.share), shows.share, 1.0)
        amount = count = np.maximum(shows.viewers, 1.0) * share
    ok = np.isfinite(amount) & np.isfinite(count) & (shows.exposure > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        price = np.where(shows.orders > 0, shows.amount / shows.orders, np.nan)[ok]
    return Observed(
        host=shows.host[ok],
        amount=amount[ok],
        count=count[ok],
        price=price if of == "amount" else np.full(int(ok.sum()), np.nan),
        exposure=shows.exposure[ok],
        weight=decay(shows.age[ok], rules),
        day=shows.day[ok].astype(np.float64),
        festival=festival(shows.day[ok]),
    )


def decay(age: Floats, rules: Rules) -> Floats:
    return np.asarray(0.5 ** (np.maximum(age, 0.0) / rules.half_life))


def learn(*, shows: Shows, slots: Shows, category: Ints, categories: tuple[str, ...], rules: Rules = RULES) -> Market:
    """Learn from everyone's shows and slots; `category` is each influencer's position in `categories`."""
    many = len(categories)
    curves = _curves(shows, category, categories)
    seen = np.zeros(shows.size)
    for k, one in enumerate(curves):
        of = category[shows.host] == k
        seen[of] = one.at(np.nan_to_num(shows.watched[of]))
    tells = np.isfinite(shows.returned) & (seen >= LEAST_SEEN)
    returns = _shares(
        shows.where(tells), "returned", (shows.shipped * seen)[tells], category, many, rules.default_return, rules
    )
    tells = np.isfinite(shows.cancelled)
    cancels = _shares(shows.where(tells), "cancelled", shows.orders[tells], category, many, rules.default_cancel, rules)
    sales = levels.learn(observed(shows, rules), category, many, rules)
    viewers = levels.learn(observed(shows, rules, of="viewers"), category, many, rules)
    return Market(
        categories,
        sales,
        viewers,
        levels.learn(observed(slots, rules), category, many, rules),
        returns,
        cancels,
        curves,
    )


def _shares(shows: Shows, of: str, exposure: Floats, category: Ints, many: int, default: float, rules: Rules) -> Shares:
    return shares.learn(
        host=shows.host,
        events=getattr(shows, of),
        exposure=exposure,
        festival=festival(shows.day),
        category=category,
        categories=many,
        default=default,
        rules=rules,
    )


def _curves(shows: Shows, category: Ints, categories: tuple[str, ...]) -> tuple[Curve, ...]:
    tells: Bools = np.asarray(np.isfinite(shows.returned) & (shows.lags.sum(axis=1) > 0))
    rows = shows.where(tells)
    everyone = lag.curve(rows.lags, rows.watched)
    of = category[rows.host]
    return tuple(
        lag.curve(rows.lags[of == k], rows.watched[of == k], everyone, weight=200.0) for k in range(len(categories))
    )


def to_json(market: Market) -> dict[str, Any]:
    """As it is stored: lists instead of arrays, floats as they are."""
    plain: dict[str, Any] = asdict(market)
    return _plain(plain)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def from_json(stored: Mapping[str, Any]) -> Market:
    def level(name: str) -> Levels:
        found = dict(stored[name])
        found["shape"], found["mean"] = np.asarray(found["shape"]), np.asarray(found["mean"])
        return Levels(**found)

    def share(name: str) -> Shares:
        found = dict(stored[name])
        found["mean"] = np.asarray(found["mean"])
        return Shares(**found)

    return Market(
        categories=tuple(stored["categories"]),
        sales=level("sales"),
        viewers=level("viewers"),
        slots=level("slots"),
        returns=share("returns"),
        cancels=share("cancels"),
        curves=tuple(Curve(np.asarray(one["known"])) for one in stored["curves"]),
    )
