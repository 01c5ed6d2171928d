"""The ladder's table and its dates, each pinned to what the rules say in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ratings.governance import ladder
from ratings.governance.ladder import RUNGS

AT = datetime(2026, 1, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_points_and_a_quarter_more_for_the_large() -> None:
    assert [ladder.points_of(c, large=False) for c in "ABCD"] == [24, 12, 4, 2]
    assert [ladder.points_of(c, large=True) for c in "ABCD"] == [30, 15, 5, Decimal("2.5")]


@pytest.mark.parametrize(
    ("violation_class", "applied", "gone"),
    [
        ("D", "2026-01-05T23:59", "2026-04-05T00:00"),
        ("C", "2026-01-05T00:00", "2026-07-04T00:00"),
        ("B", "2026-01-05T12:00", "2027-01-05T00:00"),
        ("A", "2026-01-05T12:00", "2029-01-05T00:00"),
        ("A", "2028-02-29T12:00", "2031-02-28T00:00"),
    ],
)
def test_points_expire_to_the_day(violation_class: str, applied: str, gone: str) -> None:
    assert ladder.expires(violation_class, beijing(applied)) == beijing(gone)


@pytest.mark.parametrize(
    ("balance", "same", "level"),
    [
        (70, 1, "L1"),
        ("69.5", 1, "L2"),
        (50, 1, "L2"),
        ("49.5", 1, "L3"),
        (30, 5, "L3"),
        ("29.5", 1, "L4"),
        (0, 1, "L5"),
        (98, 6, "L4"),
    ],
)
def test_the_level_follows_the_balance_and_repetition(balance: int | str, same: int, level: str) -> None:
    assert ladder.called_for(violation_class="C", balance=Decimal(balance), same_code=same) == level
    assert ladder.called_for(violation_class="A", balance=Decimal(balance), same_code=same) == "L5"


def test_the_table() -> None:
    rows = [
        (r.level, r.shortest, r.longest, r.approvers, r.stays, r.decide_days, r.hides, r.freezes) for r in ladder.LADDER
    ]
    assert rows == [
        ("L0", 14, 14, 1, True, 7, False, False),
        ("L1", 90, 90, 1, True, 7, False, False),
        ("L2", 7, 14, 1, True, 7, True, False),
        ("L3", 15, 30, 1, False, 5, True, True),
        ("L4", 90, 90, 2, False, 5, True, True),
        ("L5", None, None, 2, False, 15, True, True),
    ]
    assert all(rung.undone_by for rung in RUNGS.values())


def test_who_sees_what() -> None:
    assert [ladder.is_public("L1", c) for c in "DCBA"] == [False, False, True, True]
    assert not ladder.is_public("L0", "C")
    assert all(ladder.is_public(level, "D") for level in ("L2", "L3", "L4", "L5"))


def test_a_duration_outside_the_table_is_refused() -> None:
    for level, days in (("L2", 6), ("L2", 15), ("L1", 30), ("L5", 30)):
        with pytest.raises(ValueError, match=level):
            ladder.duration(level, days)


def test_a_deadline_on_a_weekend_is_the_end_of_monday() -> None:
    # 30 days from 2026-01-08 is Saturday 2026-02-07
    assert ladder.appeal_until(beijing("2026-01-08T10:00")) == beijing("2026-02-10T00:00")
    # 30 days from 2026-01-05 is Wednesday 2026-02-04
    assert ladder.appeal_until(beijing("2026-01-05T10:00")) == beijing("2026-02-05T00:00")


def test_daylight_saving_elsewhere_moves_no_deadline() -> None:
    """New York loses an hour on 2026-03-08; the end of a policy day and 168 hours stay what they are."""
    new_york = datetime.fromisoformat("2026-03-06T10:00-05:00")
    assert ladder.appeal_until(new_york) == beijing("2026-04-07T00:00")  # 5 April is a Sunday
    assert ladder.decide_by("L1", new_york) - new_york == timedelta(hours=168)


def test_a_late_review_ends_after_six_months() -> None:
    assert ladder.late_review_until(beijing("2026-01-05T10:00")) == beijing("2026-07-06T00:00")
    assert ladder.add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert ladder.add_months(date(2026, 12, 31), 1) == date(2027, 1, 31)
    assert ladder.add_months(date(2026, 11, 30), 1) == date(2026, 12, 30)


def test_the_first_minor_one_in_180_days() -> None:
    assert ladder.is_first(violation_class="C", at=AT, earlier=[])
    assert not ladder.is_first(violation_class="C", at=AT, earlier=[AT - 179 * DAY])
    assert ladder.is_first(violation_class="D", at=AT, earlier=[AT - 180 * DAY])
    assert not ladder.is_first(violation_class="B", at=AT, earlier=[])


def test_what_is_earned_back() -> None:
    assert ladder.may_earn_clean(at=AT, since=[AT - 30 * DAY], sessions=1)
    assert not ladder.may_earn_clean(at=AT, since=[AT - 29 * DAY], sessions=1)
    assert not ladder.may_earn_clean(at=AT, since=[], sessions=0)
    assert ladder.may_earn_course(violation_class="B", at=AT, passed=[AT - 90 * DAY])
    assert not ladder.may_earn_course(violation_class="B", at=AT, passed=[AT - 89 * DAY])
    assert not ladder.may_earn_course(violation_class="A", at=AT, passed=[])


def test_a_revocation_gives_notice_unless_for_class_a() -> None:
    assert ladder.starts("L5", "B", AT) == AT + 30 * DAY
    assert ladder.starts("L5", "A", AT) == AT
    assert ladder.starts("L4", "B", AT) == AT
