"""The measures of the pre-payment check: what they count, on a small world and on sales made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from ratings.worlds import months, slots, verdicts
from ratings.worlds.prepayment import PER_HOST, Held, evaluate, stage
from tests.feedback.factories import write

HELD = Held(host=0, fee=100.0, chance=0.5, verdict="go", shown=1.0, gross=1.0, came=50.0, sales_rank=0.5,
            profit_rank=0.5, comparable=9)  # fmt: skip


def test_worth_is_what_the_offers_taken_up_brought() -> None:
    """Two go and gain 50 and lose 20; two others lose 100 each; per 100 offers, so 25 times as much."""
    rows = [HELD, replace(HELD, came=-20.0, shown=0.0), *[replace(HELD, verdict="avoid", came=-100.0, shown=2.0)] * 2]
    found = verdicts.worth("verdicts", rows)
    assert (found.paid, found.losses, found.result) == (2, 500.0, 750.0)
    assert verdicts.worth("everyone", rows).result == -4250.0
    assert verdicts.worth("by shown viewers", rows).losses == 5000.0, "as many as the verdicts pay, by rank"


def test_a_tenth_holds_the_share_that_came_true() -> None:
    rows = [replace(HELD, host=k, chance=0.75, came=1.0 if k < 30 else -1.0) for k in range(40)]
    ((_n, said, came, error),) = [tenth for tenth in verdicts.deciles(rows) if tenth[0]]
    assert (said, came) == (0.75, 0.75)
    assert error == pytest.approx(np.sqrt(0.75 * 0.25 / 40), rel=1e-6)


def test_shows_and_slots_of_a_small_world_are_forecast_with_honest_width() -> None:
    """Far too few to measure by; what is named 90% has to hold most of them all the same."""
    shows = evaluate("A", 7, n=40, size=256)
    known, unknown = slots.evaluate("A", 7, n=40, size=256)
    assert 0 < len(shows) == len(known) + len(unknown) <= 40 * PER_HOST
    for rows in (shows, known):
        assert 0.8 < np.mean([0.05 <= row.sales_rank <= 0.95 for row in rows]) < 0.99


def test_slots_are_parts_of_their_show() -> None:
    on = stage("A", 7, n=40)
    s = slots.slots_of(on.world, on.commerce)
    assert (s.orders.sum(axis=1) <= on.commerce.orders).all()
    assert (s.cancelled + s.returned <= s.orders).all()
    told = slots.known_slots(on, s)
    assert told.size == 3 * s.told.size
    assert (told.age > 0).all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sellers of fourteen months: twenty orders a month at 100, and one order in the first month alone."""
    days = [date(2024 + k // 12, k % 12 + 1, 5) for k in range(14)]
    plain = {"platform": "shop", "orders": 20, "gmv": 2000}
    rows = [
        {"session_id": f"a{k}", "influencer_id": "a", "started_at": f"{day}T12:00:00+00:00", **plain}
        for k, day in enumerate(days)
    ]
    rows.append({**rows[0], "session_id": "b", "influencer_id": "b", "orders": 1, "gmv": 100})
    write(tmp_path / "influencers.csv", [{"influencer_id": one, "name": one, "category": "food"} for one in "ab"])
    write(tmp_path / "sessions.csv", rows)
    write(tmp_path / "refunds.csv", [{"refund_id": "r", "influencer_id": "a", "created_at": "2025-02-06T00:00:00+00:00",
                                      "reason": "not_delivered", "session_id": "a13"}])  # fmt: skip
    return tmp_path


def test_sales_by_month(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    from_files = tmp_path_factory.mktemp("clean")
    months.evidence_of(folder, until=date(2025, 3, 1), into=from_files)
    sales = months.sales_of(from_files)
    assert (len(sales.months), sales.orders.tolist()[0]) == (14, [20.0] * 14)
    assert sales.orders[1].tolist() == [1.0] + [0.0] * 13
    assert sales.cancelled.sum(axis=1).tolist() == [1.0, 0.0]
    shows = months.shows_before(sales, 3)
    assert shows.host.tolist() == [0, 0, 1, 1], "the month of the first sale is not counted, those without a sale are"
    assert months.sales_of(from_files, by_category=True).orders[0, 0] == 21.0
    rows = months.evaluate(sales, split=date(2025, 1, 1), until=date(2025, 3, 1), size=256)
    assert [row.host for row in rows] == [0, 1, 0, 1]
    assert all(0.02 < row.sales_rank < 0.98 for row in rows if row.host == 0), "twenty a month again are no surprise"
    assert months.totals(sales, split=date(2025, 1, 1), until=date(2025, 3, 1)) == (0.0, 1 / 40)


def test_the_command_writes_between_its_markers(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- checks:months -->\nold\n<!-- /checks:months -->\nafter\n")
    split = {"split": date(2025, 1, 1), "until": date(2025, 3, 1)}
    call_command("evaluate_checks", months=folder, write=page, draws=64, **split)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| orders kept, 90% interval |" in text
    assert "old" not in text
    with pytest.raises(CommandError, match="--split"):
        call_command("evaluate_checks", months=folder)
