"""Warnings, appeals and their marks on the trend, read from the document's `standing`."""

from datetime import date
from typing import Any

from django.utils.translation import override

from ratings.pages import standing

WARNING: dict[str, Any] = {
    "level": "L1",
    "codes": ["PRC-01"],
    "public_summary": "The crossed-out price was never asked.",
    "start": "2026-01-10",
    "end": "2026-04-10",
    "appeal": None,
    "overturned": None,
}
HISTORY = [
    {"as_of": date(2026, 1, 5), "policy": "2026.1"},
    {"as_of": date(2026, 1, 12), "policy": "2026.1"},
    {"as_of": date(2026, 2, 1), "policy": "2026.2"},
]


def one(**changes: Any) -> standing.Entry:
    (found,) = standing.entries({"standing": [{**WARNING, **changes}]})
    return found


def test_a_warning_in_both_languages() -> None:
    with override("en"):
        found = one()
        assert (found.name, found.codes, found.appeal) == ("Warning", ["fictitious original price"], "")
        assert found.period == "10 January 2026 – 10 April 2026"
    with override("zh-hans"):
        found = one(end=None)
        assert (found.name, found.codes) == ("警告", ["虚构原价"])
        assert found.period == "自2026年1月10日起"


def test_under_appeal_says_until_when() -> None:
    appeal = {"status": "under_appeal", "due": "2026-03-02T20:00:00+00:00"}  # already the 3rd in Shanghai
    with override("en"):
        assert one(appeal=appeal).appeal == "A warning is under appeal; the decision is due by 3 March."
        assert one(appeal=appeal, level="L3").appeal == ("Suspension: under appeal; the decision is due by 3 March.")
    with override("zh-hans"):
        assert one(appeal=appeal).appeal == "一项警告正在申诉,3月3日前给出结论。"


def test_an_overturned_one_says_that_it_no_longer_counts() -> None:
    with override("en"):
        found = one(appeal={"status": "overturned", "due": None}, overturned={"on": "2026-01-20", "note": "x"})
        assert found.overturned
        assert found.appeal == "Overturned on appeal: it no longer counts"


def test_marks_are_what_happened_within_the_drawn_year() -> None:
    with override("en"):
        overturned = one(appeal={"status": "overturned", "due": None}, overturned={"on": "2026-01-20", "note": "x"})
        old = one(start="2025-01-01", end="2025-02-01", public_summary="long ago")
        found = standing.events([overturned, old], HISTORY)
    assert [(event.number, event.when) for event in found] == [
        (1, date(2026, 1, 10)),
        (2, date(2026, 1, 20)),
        (3, date(2026, 2, 1)),
    ]
    assert found[0].what == "Warning: The crossed-out price was never asked."
    assert found[2].what == "The method changed: policy 2026.2"


def test_two_things_on_one_day_share_a_mark() -> None:
    with override("en"):
        found = standing.events([one(start="2026-02-01")], HISTORY)
    assert [event.number for event in found] == [1]
    assert "Warning" in found[0].what
    assert "policy 2026.2" in found[0].what


def test_no_history_no_marks() -> None:
    assert standing.events([one()], []) == []
