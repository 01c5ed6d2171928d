"""The eight sentences of the house, to the letter, in both languages."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import translation

from ratings.pages import wording

SENTENCES: list[tuple[Callable[[], str], str, str]] = [
    (
        lambda: wording.likely(81.2, 77.0, 85.1),
        "Most likely 81; we are 90% sure it lies between 77 and 85.",
        "最可能是81分;我们有九成把握在77至85分之间。",
    ),
    (
        wording.not_rated_yet,
        "Not rated yet does not mean bad: we know too little.",
        '"暂不评级"不等于不好,只是证据还不够。',
    ),
    (
        lambda: wording.ranked(12, 5, 31),
        "Ranked 12th; 90% sure the rank is between 5 and 31.",
        "排名第12;有九成把握在第5至第31名之间。",
    ),
    (
        lambda: wording.viewers(3_110_000, 110_000),
        "3.11 million viewers shown; activity supports about 110,000. This does not say who caused it.",
        "显示311万人观看,互动与成交只支持约11万人;这不说明是谁造成的。",
    ),
    (
        lambda: wording.held_down(32),
        "32 reviews arrived unusually fast; they stay visible and count less.",
        "32条评价异常集中:仍然公开,但权重降低。",
    ),
    (
        lambda: wording.capped("C", "after_sales"),
        "Graded C because after-sales is weak, although the average is higher.",
        "平均分更高,但售后明显偏弱,故最高评为C。",
    ),
    (
        lambda: wording.refunded(0.24, 0.18, 0.30),
        "24 of 100 orders refunded so far; for this category 18 to 30 is usual.",
        "目前每100单退24单,同类通常为18至30单。",
    ),
    (
        lambda: wording.under_appeal(date(2026, 3, 3)),
        "A warning is under appeal; the decision is due by 3 March.",
        "一项警告正在申诉,3月3日前给出结论。",
    ),
]


@pytest.mark.parametrize(("said", "english", "chinese"), SENTENCES)
def test_the_sentence_is_kept_in_both_languages(said: Callable[[], str], english: str, chinese: str) -> None:
    with translation.override("en"):
        assert said() == english
    with translation.override("zh-hans"):
        assert said() == chinese


def test_how_sure_we_are() -> None:
    with translation.override("en"):
        assert wording.sure(412, 1.0, 88) == "Based on 412 verified reviews and 88 shows."
        assert wording.sure(0, None, 0).startswith("There is no evidence yet")
        assert "80% of the reviews" in wording.sure(100, 0.8, 1)


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ({"code": "weak_dimension", "grade": "C", "dimension": "after_sales"}, "Graded C because after-sales is weak"),
        ({"code": "weak_channel", "grade": "C", "channel": "refunds"}, "although the average is higher: Refunds."),
        ({"code": "red_line", "grade": "D", "until": "2028-05-01"}, "The cap ends on 1 May 2028."),
        ({"code": "flagged_sessions", "grade": "C", "sessions": 3, "of": 5}, "3 of the last 5 shows"),
        ({"code": "new_kind", "grade": "C"}, "new_kind"),
    ],
)
def test_every_reason_of_a_cap_is_said(cap: dict[str, object], said: str) -> None:
    with translation.override("en"):
        assert said in wording.cap_reason(cap, "C")
