"""From files of deals, slots and orders to the verdict: what merchants export is what the check reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ratings.checks import exports, outcomes, verbs
from tests.accounts.people import buyer_of
from tests.feedback.factories import write

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 3, 1)
NOW = datetime(2026, 2, 28, 16, tzinfo=UTC)  # midnight in Shanghai
SOLD, PRICE = 50, 100.0
Row = dict[str, Any]


def shows(host: str, many: int, *, returned: int, after: float) -> tuple[list[Row], list[Row]]:
    """Shows every five days up to two days ago, and each order of them; so many of fifty go back so much later."""
    sessions, orders = [], []
    for k in range(many):
        at = NOW - timedelta(days=2 + 5 * k)
        name = f"{host}-{k}"
        sessions.append({"session_id": name, "influencer_id": host, "started_at": at.isoformat(), "orders": SOLD,
                         "gmv": SOLD * PRICE, "viewers": 2000, "commenters": 200, "show_type": "mixed"})  # fmt: skip
        for n in range(SOLD):
            back = at + timedelta(days=after + n / 50)
            gone = n < returned and back < NOW
            orders.append({"order_id": f"{name}-{n}", "influencer_id": host, "paid_at": at.isoformat(), "amount": PRICE,
                           "status": "refunded" if gone else "shipped", "session_id": name,
                           "shipped_at": (at + timedelta(days=1)).isoformat(),
                           "refunded_at": back.isoformat() if gone else ""})  # fmt: skip
    return sessions, orders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six ordinary hosts with a fifth sent back within days, and one with three quarters back in the third week."""
    hosts = ["late", *(f"plain{k}" for k in range(6))]
    parts = [shows("late", 24, returned=38, after=14)] + [shows(one, 12, returned=10, after=4) for one in hosts[1:]]
    slots = [{"slot_id": f"p{k}", "session_id": f"plain0-{k}", "minutes": 10, "price": PRICE, "orders": 8,
              "amount": 8 * PRICE} for k in range(10)]  # fmt: skip
    deal = {"influencer_id": "plain1", "agreed_at": (NOW - timedelta(days=90)).isoformat(), "fee": 1000,
            "promised_amount": 10_000, "delivered_amount": 1_000, "disputed": "true"}  # fmt: skip
    deals = [{"deal_id": f"d{k}", **deal} for k in range(4)]
    write(tmp_path / "influencers.csv", [{"influencer_id": one, "name": one, "category": "food"} for one in hosts])
    write(tmp_path / "sessions.csv", [row for sessions, _orders in parts for row in sessions])
    write(tmp_path / "orders.csv", [row for _sessions, orders in parts for row in orders])
    write(tmp_path / "slots.csv", slots)
    write(tmp_path / "deals.csv", deals)
    call_command("ingest", dir=tmp_path)
    return tmp_path


PLAIN = {"placement_fee": 800, "commission_rate": 0.2, "unit_price": PRICE, "unit_cost": 40, "category": "food"}


def asked(host: str, owner: verbs.Owner | None = None, **terms: Any) -> Row:
    request = verbs.ask({"influencer": host, **PLAIN, **terms})
    (answer,) = verbs.answer([request], at=NOW, as_of=AS_OF, peers=False, owner=owner)
    return answer


def test_orders_that_go_back_in_the_third_week_are_the_first_reason_to_avoid(folder: Path) -> None:
    """38 of 50 come back from day 14 on: of the last three shows nothing is known yet, and the forecast knows."""
    found = asked("late")
    assert found["verdict"] == "avoid"
    assert found["reasons"][0]["check"] == "late_refunds"
    lag = {row["day"]: row["share"] for row in found["refund_lag"]}
    assert lag[10] < 0.1
    assert lag[30] == pytest.approx(0.76, abs=0.06)
    assert found["safe_balance_day"] >= 15
    assert asked("plain2")["verdict"] == "go", "the same fee for what hardly comes back"


def test_a_slot_is_compared_with_slots(folder: Path) -> None:
    """Eight orders in ten minutes, ten times over: ten minutes more will bring about eight."""
    found = asked("plain0", slot_minutes=10, show_type="mixed")
    assert (found["compared"], found["comparable_shows"]) == ("slots", 10)
    assert found["forecast"]["orders"]["p50"] == pytest.approx(8, abs=2)
    whole = asked("plain0", show_type="mixed")
    assert (whole["compared"], whole["forecast"]["orders"]["p50"]) == ("shows", pytest.approx(SOLD, abs=12))


def test_broken_promises_of_earlier_deals_are_told(folder: Path) -> None:
    found = asked("plain1")
    assert found["promise"] == {"deals": 4, "judged": 4, "promised": 40_000, "delivered": 4_000, "kept": 0,
                                "disputed": 4, "fee_returned": 0}  # fmt: skip
    assert "promise" in [row["check"] for row in found["findings"] if row["outcome"] in ("fail", "warn")]


def told(owner: verbs.Owner, orders: list[str]) -> None:
    """A promise of 5,000 of which, the merchant says, nothing came."""
    request = {"influencer": "plain2", **PLAIN, "guarantee": {"amount": 5000, "clawback": "full"}}
    check = verbs.check(request=request, owner=owner, at=NOW - timedelta(days=1), as_of=AS_OF)
    rows = [{"order_id": one, "amount": PRICE, "status": "cancelled"} for one in orders]
    outcomes.record_outcome(check=check, orders=exports.from_rows(rows), at=NOW - timedelta(hours=1))


def test_what_a_merchant_tells_counts_for_others_once_the_platform_s_orders_bear_it_out(folder: Path) -> None:
    mine, other = (verbs.Owner(user=buyer_of(name)[0]) for name in ("mine", "other"))
    told(mine, [f"made-up-{n}" for n in range(40)])
    told(mine, [f"late-0-{n}" for n in range(40)])  # another host's
    told(mine, [f"plain2-0-{n}" for n in range(19)] + [f"made-up-{n}" for n in range(21)])
    assert [asked("plain2", owner)["promise"]["judged"] for owner in (mine, other, None)] == [3, 0, 0]
    told(mine, [f"plain2-0-{n}" for n in range(20)] + [f"made-up-{n}" for n in range(20)])
    assert [asked("plain2", owner)["promise"]["judged"] for owner in (mine, other, None)] == [4, 1, 1]
