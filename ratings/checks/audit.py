"""Brushed or sold? What an order export after the show says: what is kept, what may be claimed back. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from ratings.checks.lag import Curve
from ratings.checks.profit import commission, shortfall
from ratings.checks.rules import RULES, Rules
from ratings.checks.terms import Terms

CANCELLED_FROM, CANCELLED_TIMES = 0.40, 3.0
RETURNED_FROM, RETURNED_TIMES = 0.50, 2.0
FEW_BUYERS_SHARE, OFTEN = 0.30, 3
BURST_SHARE, BURST_ORDERS = 0.50, 20
LEAST_ORDERS = 20


@dataclass(frozen=True)
class OrderRow:
    """One line of the export."""

    amount: float
    cancelled: bool
    shipped: bool
    returned: bool
    settled: bool
    ended_at: datetime | None = None
    buyer: str = ""
    order_id: str = ""


@dataclass(frozen=True)
class Totals:
    """Orders and yuan at every stage; kept is shipped less returned."""

    orders: int
    paid: float
    cancelled_orders: int
    cancelled: float
    shipped_orders: int
    shipped: float
    returned_orders: int
    returned: float

    @property
    def kept_orders(self) -> int:
        return self.shipped_orders - self.returned_orders

    @property
    def kept(self) -> float:
        return self.shipped - self.returned


def totals(rows: Sequence[OrderRow]) -> Totals:
    """An order cancelled before dispatch was never shipped; everything else counts as shipped."""
    gone = [row for row in rows if row.cancelled]
    sent = [row for row in rows if not row.cancelled]
    back = [row for row in sent if row.returned]
    return Totals(
        orders=len(rows),
        paid=sum(row.amount for row in rows),
        cancelled_orders=len(gone),
        cancelled=sum(row.amount for row in gone),
        shipped_orders=len(sent),
        shipped=sum(row.amount for row in sent),
        returned_orders=len(back),
        returned=sum(row.amount for row in back),
    )


@dataclass(frozen=True)
class Claim:
    """Yuan: what of the fee is due back by the terms, commission still owed, and the difference.

    Attributes
    ----------
    failed : share of the promise that failed
    """

    failed: float
    clawback: float
    commission: float
    net: float


def claim(terms: Terms, t: Totals) -> Claim:
    """What may be claimed back, by the formula of the terms; commission on kept (or paid) sales is set against it."""
    owed = float(commission(terms, np.array(t.paid if terms.commission_basis == "paid" else t.kept)))
    given = terms.guarantee
    if given is None:
        return Claim(0.0, 0.0, owed, -owed)
    reached = {"paid": t.paid, "shipped": t.shipped, "settled": t.kept}[given.basis]
    failed = float(
        shortfall(
            given,
            terms.placement_fee,
            reached=np.array(reached),
            shipped=np.array(float(t.shipped_orders)),
            returned=np.array(float(t.returned_orders)),
        )
    )
    part = {"none": 0.0, "pro_rata": failed, "full": 1.0 if failed > 1e-12 else 0.0}[given.clawback]
    back = terms.placement_fee * part
    return Claim(failed, back, owed, back - owed)


def audit(
    rows: Sequence[OrderRow],
    *,
    terms: Terms,
    expected_cancelled: float,
    expected_returned: float,
    curve: Curve,
    days: float,
    rules: Rules = RULES,
) -> dict[str, Any]:
    """The audit as plain JSON; `expected_…` are the shares the forecast expected, `days` those since the show."""
    t = totals(rows)
    known = float(curve.at(days))
    findings = brushing(rows, t, expected_cancelled=expected_cancelled, expected_returned=expected_returned)
    due = claim(terms, t)
    if t.orders < LEAST_ORDERS:
        said = "too_few"
    elif any(row["outcome"] == "fail" for row in findings):
        said = "brushed"
    elif known < rules.mature_share:
        said = "too_early"
    else:
        said = "suspicious" if any(row["outcome"] == "warn" for row in findings) else "sold"
    return {
        "verdict": said,
        "days": round(days, 2),
        "returns_known": round(known, 4),
        "totals": {**asdict(t), "kept_orders": t.kept_orders, "kept": round(t.kept, 2)},
        "claim": {name: round(value, 4 if name == "failed" else 2) for name, value in asdict(due).items()},
        "final": known >= rules.balance_share,
        "findings": findings,
    }


def brushing(
    rows: Sequence[OrderRow], t: Totals, *, expected_cancelled: float, expected_returned: float
) -> list[dict[str, Any]]:
    """Signs that orders were placed to be undone; each with its figures."""
    found = []

    def sign(check: str, outcome: str, **details: float) -> None:
        found.append({"check": check, "outcome": outcome, "details": details})

    cancelled = t.cancelled_orders / max(t.orders, 1)
    far = cancelled > max(CANCELLED_FROM, min(CANCELLED_TIMES * expected_cancelled, 0.9))
    sign("cancelled", "fail" if far else "pass", share=round(cancelled, 4), expected=round(expected_cancelled, 4))
    returned = t.returned_orders / max(t.shipped_orders, 1)
    far = t.shipped_orders > 0 and returned > max(RETURNED_FROM, min(RETURNED_TIMES * expected_returned, 0.9))
    sign("returned", "fail" if far else "pass", share=round(returned, 4), expected=round(expected_returned, 4))
    buyers = Counter(row.buyer for row in rows if row.buyer)
    if buyers:
        often = sum(n for n in buyers.values() if n >= OFTEN) / sum(buyers.values())
        sign("few_buyers", "warn" if often > FEW_BUYERS_SHARE else "pass", share=round(often, 4))
    ends = Counter(row.ended_at.replace(minute=0, second=0, microsecond=0) for row in rows if row.ended_at)
    if sum(ends.values()) >= BURST_ORDERS:
        most = max(ends.values()) / sum(ends.values())
        sign("undone_at_once", "warn" if most > BURST_SHARE else "pass", share=round(most, 4))
    return found
