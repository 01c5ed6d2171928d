"""Numbers and dates as each language reads them; expected values are written by hand."""

from datetime import date

import pytest
from django.utils import translation

from ratings.pages import numbers


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (5_243, "5,243", "5243"),
        (12_300, "12,300", "1.23万"),
        (110_000, "110,000", "11万"),
        (112_345, "112,000", "11.2万"),
        (3_110_000, "3.11 million", "311万"),
        (1_000_000, "1 million", "100万"),
        (123_456_789, "123 million", "1.23亿"),
        (2_500_000_000, "2.5 billion", "25亿"),
    ],
)
def test_big(value: int, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert numbers.big(value) == english
    with translation.override("zh-hans"):
        assert numbers.big(value) == chinese


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinal(value: int, text: str) -> None:
    with translation.override("en"):
        assert numbers.ordinal(value) == text


def test_days() -> None:
    with translation.override("en"):
        assert numbers.day(date(2026, 3, 3)) == "3 March 2026"
        assert numbers.day(date(2026, 3, 3), year=False) == "3 March"
    with translation.override("zh-hans"):
        assert numbers.day(date(2026, 3, 3)) == "2026年3月3日"
        assert numbers.day(date(2026, 3, 3), year=False) == "3月3日"


def test_a_time_is_read_in_the_zone_of_the_policy() -> None:
    assert numbers.as_day("2025-12-31T17:00:00+00:00") == date(2026, 1, 1)
    assert numbers.as_day("2026-01-01") == date(2026, 1, 1)


def test_signed_points_carry_a_minus_that_reads_as_one() -> None:
    assert numbers.signed(-5.63) == "−5.6"
    assert numbers.signed(0.3) == "+0.3"
