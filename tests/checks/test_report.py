"""The verdict and its reasons, on shows made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ratings.checks import market, report
from ratings.checks.findings.base import Promise
from ratings.checks.history import nothing
from ratings.checks.market import Market
from ratings.checks.report import Known
from ratings.checks.terms import Guarantee, Terms
from ratings.checks.wording import worded
from tests.checks.cases import a_market, shows, terms


@pytest.fixture(scope="module")
def others() -> Market:
    return a_market()


def asked(others: Market, agreed: Terms, *, category: str = "beauty", **more: Any) -> dict[str, Any]:
    own = {name: more.pop(name) for name in ("suspended", "sanctions", "promise") if name in more}
    count = more.pop("count", 40)
    known = Known(shows=shows(count, **more), slots=nothing(), category=category, **own)
    return worded(report.report(known, market=others, terms=agreed))


def reasons(found: dict[str, Any]) -> list[str]:
    return [f"{row['check']}.{row['code']}" for row in found["reasons"]]


def test_bought_viewers_are_the_first_reason_to_avoid(others: Market) -> None:
    found = asked(others, terms(60_000), orders=80, viewers=3_110_000, share=0.03)
    assert found["verdict"] == "avoid"
    assert reasons(found)[0] == "audience.unsupported"
    assert "3%" in found["reasons"][0]["text"]


def test_refunds_that_reach_76_percent_after_two_weeks_are_the_first_reason_to_avoid(others: Market) -> None:
    found = asked(others, terms(6_000), returned=0.76, lag=14.0)
    assert found["verdict"] == "avoid"
    assert reasons(found)[0] == "late_refunds.late"
    lag = {row["day"]: row["share"] for row in found["refund_lag"]}
    assert lag[7] < 0.15
    assert lag[30] == pytest.approx(0.76, abs=0.05)
    assert found["safe_balance_day"] >= 17


def test_young_shows_do_not_flatter(others: Market) -> None:
    """Of the last two weeks hardly anything can have come back yet; the forecast must know."""
    found = asked(others, terms(6_000), returned=0.76, lag=14.0, every=4)
    naive = shows(40, returned=0.76, lag=14.0, every=4)
    seen_so_far = naive.returned.sum() / naive.shipped.sum()
    assert found["return_share"] == pytest.approx(0.76, abs=0.05)
    assert found["return_share"] > seen_so_far


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_shows_are_never_a_reason_to_avoid(others: Market, count: int) -> None:
    found = asked(others, terms(500_000), count=count, orders=5)
    assert found["verdict"] == "not_enough_evidence"
    assert reasons(found)[0] == "evidence.few"
    assert found["counter_offer"]["pure_commission"]


def test_fewer_shows_give_a_wider_band(others: Market) -> None:
    def width(count: int) -> float:
        sales = asked(others, terms(), count=count)["forecast"]["net_sales"]
        return float(sales["p95"] / max(sales["p05"], 1.0))

    assert width(0) > 3 * width(3) > 3 * width(40)


def test_shows_without_known_returns_do_not_avoid(others: Market) -> None:
    found = asked(others, terms(500_000), count=6, every=1)
    assert found["mature_shows"] < 3
    assert found["verdict"] == "negotiate"


def test_womens_wear_that_returns_75_percent_is_no_reason_where_margins_carry_it(others: Market) -> None:
    agreed = terms(1_000, category="womenswear", price=300.0, cost=60.0)
    found = asked(others, agreed, category="womenswear", returned=0.75, price=300.0, orders=300)
    assert found["return_share"] == pytest.approx(0.75, abs=0.04)
    assert found["verdict"] == "go"
    assert [row["outcome"] for row in found["findings"] if row["check"] in ("returns", "late_refunds")] == ["pass"] * 2


def test_the_same_fee_is_avoided_where_margins_do_not_carry_it(others: Market) -> None:
    agreed = terms(20_000, category="womenswear", price=300.0, cost=200.0)
    found = asked(others, agreed, category="womenswear", returned=0.75, price=300.0, orders=300)
    assert found["verdict"] == "avoid"


def test_a_suspended_or_gravely_sanctioned_influencer_is_avoided_whatever_it_sells(others: Market) -> None:
    for more in ({"suspended": True}, {"sanctions": ("PRD-01",)}):
        found = asked(others, terms(0), **more)
        assert found["verdict"] == "avoid"
        assert reasons(found)[0].startswith("standing.")


def test_no_fee_and_a_margin_is_a_go(others: Market) -> None:
    found = asked(others, terms(0))
    assert (found["verdict"], found["p_fee_earned_back"]) == ("go", 1.0)


def test_cost_above_the_price_is_avoided_with_its_reason(others: Market) -> None:
    found = asked(others, terms(100, cost=130.0))
    assert found["verdict"] == "avoid"
    assert "price.loss" in reasons(found)
    assert found["break_even_fee"] == 0
    assert found["counter_offer"]["min_guarantee"] is None


def test_a_higher_fee_never_raises_the_chance(others: Market) -> None:
    chances = [asked(others, terms(float(fee)))["p_fee_earned_back"] for fee in (0, 500, 2_000, 6_000, 20_000, 10**6)]
    assert chances == sorted(chances, reverse=True)


def test_the_same_question_has_the_same_answer(others: Market) -> None:
    first, again = (asked(others, terms(3_000)) for _ in range(2))
    assert json.dumps(first, sort_keys=True, default=str) == json.dumps(again, sort_keys=True, default=str)


def test_a_guarantee_helps_only_when_collected(others: Market) -> None:
    agreed = terms(9_000, guarantee=Guarantee(amount=40_000, clawback="full", due_days=40))
    found = asked(others, agreed)
    assert found["p_fee_earned_back_collected"] > found["p_fee_earned_back"]
    profit = found["forecast"]["profit"]
    assert profit["collected"]["p05"] > profit["not_collected"]["p05"]


def test_broken_promises_are_told(others: Market) -> None:
    broken = Promise(deals=5, judged=4, promised=400_000, delivered=60_000, kept=0, disputed=2, fee_returned=0)
    found = asked(others, terms(9_000), promise=broken)
    assert "promise.broken" in reasons(found)


def test_the_market_survives_storing(others: Market) -> None:
    stored = market.from_json(json.loads(json.dumps(market.to_json(others))))
    known = Known(shows=shows(20), slots=nothing(), category="beauty")
    first, again = (report.report(known, market=m, terms=terms()) for m in (others, stored))
    assert json.dumps(first, default=str) == json.dumps(again, default=str)


def test_contract_gaps_name_what_is_open(others: Market) -> None:
    codes = [row["code"] for row in asked(others, terms(9_000, commission_basis="paid"))["contract_gaps"]]
    assert codes == ["no_guarantee", "no_return_cap", "no_pay_schedule", "commission_on_paid"]
    closed = terms(
        9_000,
        guarantee=Guarantee(amount=40_000, clawback="full", due_days=60, max_return_rate=0.3),
        pay_schedule=({"share": 0.3, "day": 0}, {"share": 0.7, "day": 40}),
    )
    assert asked(others, closed)["contract_gaps"] == []
