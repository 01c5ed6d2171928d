"""The settlement audit: the two court cases, and what brushing looks like."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ratings.checks.audit import OrderRow, Totals, audit, claim, totals
from ratings.checks.lag import usual
from ratings.checks.terms import Guarantee
from tests.checks.cases import terms


def test_the_court_case_of_the_brushed_guarantee() -> None:
    """800,000 for 4 million settled; 5.25 million paid, 4.95 million of it cancelled. The court: over 720,000 back."""
    agreed = terms(800_000, commission_rate=0.06, guarantee=Guarantee(amount=4_000_000, clawback="pro_rata"))
    came = Totals(52_500, 5_250_000, 49_500, 4_950_000, 3_000, 300_000, 0, 0)
    due = claim(agreed, came)
    assert due.clawback == pytest.approx(740_000)
    assert due.commission == pytest.approx(18_000)
    assert due.net == pytest.approx(722_000)


def test_the_court_case_of_the_return_cap() -> None:
    """1,393 sold, 1,331 returned, at most 15% agreed: 62 kept of the 1,184 that the cap would have left."""
    rows = [OrderRow(100.0, cancelled=False, shipped=True, returned=k < 1331, settled=k >= 1331) for k in range(1393)]
    came = totals(rows)
    assert (came.orders, came.returned_orders, came.kept_orders) == (1393, 1331, 62)
    pro_rata = claim(terms(100_000, guarantee=Guarantee(max_return_rate=0.15, clawback="pro_rata")), came)
    assert pro_rata.failed == pytest.approx(1 - (62 / 1393) / 0.85)
    assert pro_rata.clawback == pytest.approx(94_763.7, abs=0.1)
    assert claim(terms(100_000, guarantee=Guarantee(max_return_rate=0.15, clawback="full")), came).clawback == 100_000
    found = audit(rows, terms=terms(100_000), expected_cancelled=0.1, expected_returned=0.2, curve=usual(), days=90)
    assert found["verdict"] == "brushed"


def order(k: int, **more: object) -> OrderRow:
    plain = {"cancelled": False, "shipped": True, "returned": k % 5 == 0, "settled": k % 5 > 0, "buyer": f"b{k}"}
    return OrderRow(100.0, **{**plain, **more})  # type: ignore[arg-type]


def examined(rows: list[OrderRow], days: float = 90) -> dict[str, object]:
    return audit(rows, terms=terms(), expected_cancelled=0.05, expected_returned=0.2, curve=usual(), days=days)


def test_honest_sales_are_sold_once_returns_are_known() -> None:
    rows = [order(k) for k in range(200)]
    assert examined(rows)["verdict"] == "sold"
    assert examined(rows, days=2)["verdict"] == "too_early"
    assert examined(rows[:10])["verdict"] == "too_few"


def test_orders_cancelled_before_dispatch_are_brushed() -> None:
    rows = [order(k, cancelled=k < 150, returned=False) for k in range(200)]
    assert examined(rows)["verdict"] == "brushed"
    assert examined(rows, days=1)["verdict"] == "brushed"


def test_few_buyers_and_one_hour_of_refunds_are_suspicious() -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert examined([order(k, buyer=f"b{k % 20}") for k in range(200)])["verdict"] == "suspicious"
    rows = [order(k, ended_at=at if k % 5 == 0 else None) for k in range(200)]
    assert examined(rows)["verdict"] == "suspicious"


def test_without_a_guarantee_nothing_comes_back() -> None:
    due = claim(terms(10_000), totals([order(k, cancelled=True) for k in range(50)]))
    assert (due.clawback, due.failed, due.commission) == (0.0, 0.0, 0.0)
