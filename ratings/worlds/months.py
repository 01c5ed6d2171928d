"""The pre-payment check on real sales: what each influencer's next month brings, forecast from the months before.

For sources that have orders and amounts but neither shows nor fees, a month of sales stands for a show. Every month
after the split is forecast at its start, from what lies before it, for whoever has sold anything by then. Months
without a sale count; the month of the first sale does not, since nobody is here who sold nothing in it. What the source
does not hold (returns, viewers, costs, fees) is not judged: sales are taken after cancellations, and fees are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from feedback import evidence
from ratings.checks import forecast, market
from ratings.checks.history import Shows, nothing
from ratings.checks.lag import DAYS
from ratings.checks.rules import RULES, Rules
from ratings.checks.terms import Sku, Terms
from ratings.worlds import draws
from ratings.worlds.prepayment import Held, rank
from ratings.worlds.world import Floats, Ints

MARGIN = 0.4
FEES = (0.5, 8.0)  # times what one order leaves, drawn evenly on the log scale
SOLD = """
SELECT i.category, s.influencer_id, date_trunc('month', make_timestamp(s.started_at))::DATE AS month,
  sum(s.orders)::DOUBLE AS orders, sum(s.gmv)::DOUBLE AS amount, count(r.session_id)::DOUBLE AS cancelled
FROM sessions s JOIN influencers i USING (influencer_id)
LEFT JOIN (SELECT DISTINCT session_id FROM refunds) r USING (session_id)
WHERE s.gmv IS NOT NULL AND s.orders > 0 GROUP BY ALL
"""


@dataclass(frozen=True)
class Sales:
    """(influencers, months) orders, amounts and cancelled orders, and the first month of each with a sale."""

    months: tuple[date, ...]
    categories: tuple[str, ...]
    category: Ints
    orders: Floats
    amount: Floats
    cancelled: Floats
    since: Ints


def evidence_of(folder: Path, *, until: date, into: Path) -> None:
    """Clean evidence of a folder of canonical files, without a database; bad rows are left out."""
    evidence.from_files(folder, until=until, into=into, rejects=None)


def sales_of(folder: Path, *, by_category: bool = False) -> Sales:
    """Sums by month of clean evidence; `by_category` takes each category for one influencer."""
    with duckdb.connect() as db:
        for name in ("sessions", "influencers", "refunds"):
            db.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
        rows = db.execute(SOLD).fetchall()
    who = sorted({row[0 if by_category else 1] for row in rows})
    months = _months(min(row[2] for row in rows), max(row[2] for row in rows))
    categories = tuple(sorted({row[0] for row in rows}))
    at, when = {one: k for k, one in enumerate(who)}, {one: k for k, one in enumerate(months)}
    category = np.zeros(len(who), dtype=np.int64)
    sums = np.zeros((3, len(who), len(months)))
    for of, host, month, *figures in rows:
        place = at[of if by_category else host]
        category[place] = 0 if by_category else categories.index(of)
        sums[:, place, when[month]] += figures
    names = ("all",) if by_category else categories
    orders, amount, cancelled = sums
    return Sales(months, names, category, orders, amount, cancelled, since=np.argmax(orders > 0, axis=1))


def _months(first: date, last: date) -> tuple[date, ...]:
    found = [first.replace(day=1)]
    while found[-1] < last.replace(day=1):
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    return tuple(found)


def shows_before(sales: Sales, month: int) -> Shows:
    """Every month of everyone after that of the first sale, as shows; cancellations are known, returns are not."""
    host, at = np.nonzero(np.arange(month)[None, :] > sales.since[:, None])
    day = np.array([(one - date(1970, 1, 1)).days + 14 for one in sales.months], dtype=np.int64)[at]
    now = (sales.months[month] - date(1970, 1, 1)).days
    unknown = np.full(host.size, np.nan)
    age = (now - day).astype(np.float64)
    return Shows(
        host=host.astype(np.int64), day=day, age=age, orders=sales.orders[host, at], amount=sales.amount[host, at],
        cancelled=sales.cancelled[host, at], returned=unknown, watched=age, lags=np.zeros((host.size, DAYS.size)),
        viewers=unknown, share=unknown, exposure=np.ones(host.size), dedicated=unknown,
    )  # fmt: skip


def evaluate(sales: Sales, *, split: date, until: date, size: int = 1024, rules: Rules = RULES) -> list[Held]:
    """Forecast the months from `split` to before `until`, each at its start, of whoever has sold before it."""
    rng = draws.stream(1, "months", str(split))
    found: list[Held] = []
    for month, first in enumerate(sales.months):
        if not split <= first < until:
            continue
        known = shows_before(sales, month)
        learned = market.learn(
            shows=known, slots=nothing(), category=sales.category, categories=sales.categories, rules=rules
        )
        for host in np.flatnonzero(sales.since < month).tolist():
            own = known.where(known.host == host)
            terms = _terms(sales, host, month, rng)
            seen = forecast.forecast(
                shows=own, slots=nothing(), category=terms.category, market=learned, terms=terms, rules=rules,
                draws=size,
            )  # fmt: skip
            found.append(_held(sales, month, host, terms, seen, rng))
    return found


def _terms(sales: Sales, host: int, month: int, rng: np.random.Generator) -> Terms:
    price = float(sales.amount[host, :month].sum() / sales.orders[host, :month].sum())
    fee = price * MARGIN * float(np.exp(rng.uniform(np.log(FEES[0]), np.log(FEES[1]))))
    return Terms(
        placement_fee=fee,
        commission_rate=0.0,
        category=sales.categories[sales.category[host]],
        skus=(Sku(price=price, unit_cost=(1 - MARGIN) * price),),
        show_date=sales.months[month] + timedelta(days=14),
    )


def _held(sales: Sales, month: int, host: int, terms: Terms, seen: forecast.Forecast, rng: np.random.Generator) -> Held:
    orders, amount = sales.orders[host, month], sales.amount[host, month]
    kept = orders - sales.cancelled[host, month]
    net = amount * kept / orders if orders else 0.0
    left = (seen.draws.orders - seen.draws.cancelled).astype(np.float64)
    worth = left * terms.price
    tie = rng.random(2)
    return Held(
        host=host,
        fee=terms.placement_fee,
        chance=float(np.mean(MARGIN * worth >= terms.placement_fee)),
        verdict="",
        shown=0.0,
        gross=float(sales.orders[host, :month].sum()) / (month - int(sales.since[host])),
        came=MARGIN * net - terms.placement_fee,
        sales_rank=rank(worth, net, float(tie[0])),
        profit_rank=rank(left, float(kept), float(tie[1])),  # of orders kept
        comparable=seen.comparable,
    )


def totals(sales: Sales, *, split: date, until: date) -> tuple[float, float]:
    """Share of orders cancelled before the split, and from it on."""
    later = np.array([split <= one < until for one in sales.months])
    before = np.array([one < split for one in sales.months])
    return tuple(  # type: ignore[return-value]
        float(sales.cancelled[:, of].sum() / max(sales.orders[:, of].sum(), 1.0)) for of in (before, later)
    )


def by_count(rows: Sequence[Held]) -> tuple[list[Held], list[Held]]:
    """Rows of influencers that had sold under two orders a month when they were forecast, and of the others."""
    few, busy = ([row for row in rows if (row.gross >= 2) == many] for many in (False, True))
    return few, busy
