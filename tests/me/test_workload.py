"""Hours, nights and rest, by hand."""

from datetime import date, datetime, timedelta

import pytest

from ratings.days import POLICY_ZONE
from ratings.members.workload import longest_run, night_hours, of_shows

MONDAY = date(2026, 1, 5)


def at(day: int, hour: float) -> datetime:
    return datetime(2026, 1, 5, tzinfo=POLICY_ZONE) + timedelta(days=day, hours=hour)


@pytest.mark.parametrize(
    ("start", "end", "hours"), [(20, 23, 1), (20, 22, 0), (23, 31, 7), (2, 5, 3), (5, 9, 1), (21, 32, 8), (8, 20, 0)]
)
def test_night_hours(start: float, end: float, hours: float) -> None:
    assert night_hours(at(3, start), at(3, end)) == timedelta(hours=hours)


def test_the_longest_run() -> None:
    days = {MONDAY + timedelta(days=k) for k in (0, 1, 2, 4, 5, 6, 7, 8, 10)}
    assert longest_run(days) == 5
    assert longest_run(set()) == 0


def test_a_heavy_week_and_unknown_ends() -> None:
    shows = [(at(day, 18), at(day, 18 + 7)) for day in range(7)] + [(at(8, 12), None), (at(9, 12), at(11, 12))]
    found = of_shows(shows, since=MONDAY)
    assert found.weeks[0] == (MONDAY, 49.0)
    assert (found.most_hours, found.too_many_hours) == (49.0, True)
    assert (found.run_without_rest, found.too_few_rests) == (7, True)
    assert (found.nights, found.too_many_nights) == (7, False)
    assert (found.shows, found.unknown) == (9, 2)
    assert found.mean_hours == pytest.approx(49 / 12, abs=0.05)
