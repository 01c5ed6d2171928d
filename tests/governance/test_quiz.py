"""The compliance course: both languages, marked at once, two points back and no more than the ladder allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from influencers.models import Influencer
from ratings.governance.errors import CannotAct, Incomplete
from ratings.governance.quiz import take_quiz
from ratings.models import Attempt, Course, Question, Standing
from tests.governance.people import acted, host, staff

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def owing(code: str = "PRM-01") -> Influencer:
    who = host()
    acted(who, code, at=AT)
    return who


def take(who: Influencer, *, wrong: int = 0, code: str = "PRM-01", at: datetime = AT + DAY) -> Attempt:
    course = Course.objects.get(code=code)
    answers = {question.pk: question.right for question in course.questions.all()}
    for key in list(answers)[:wrong]:
        answers[key] = 1 if answers[key] == 0 else 0
    return take_quiz(course=course, influencer=who, answers=answers, by=staff("rain"), at=at)


def test_the_bank_is_whole_in_both_languages() -> None:
    assert Question.objects.count() == 12
    for question in Question.objects.all():
        told = []
        for language in ("en", "zh-hans"):
            with override(language):
                told.append((question.text, *question.answers, question.why, question.course.title))
        assert all(all(words) for words in told)
        assert set(told[0]).isdisjoint(told[1])


def test_who_passes_gets_two_points_back() -> None:
    who = owing()
    assert Standing.objects.get(pk=who.pk).balance == 88
    took = take(who)
    assert (took.passed, took.right, took.asked, took.points) == (True, 3, 3, Decimal(2))
    assert Standing.objects.get(pk=who.pk).balance == 90


def test_who_fails_gets_none_and_may_try_again_a_day_later() -> None:
    who = owing()
    took = take(who, wrong=1)
    assert (took.passed, took.right, took.points) == (False, 2, 0)
    with pytest.raises(CannotAct, match="a day after"):
        take(who, at=AT + 2 * DAY - timedelta(seconds=1))
    assert take(who, at=AT + 2 * DAY).points == 2


def test_once_per_code_in_ninety_days_and_never_more_than_owed() -> None:
    who = owing()
    take(who)
    assert take(who, at=AT + 3 * DAY).points == 0
    assert take(who, at=AT + 91 * DAY - timedelta(seconds=1)).points == 0
    assert take(who, at=AT + 99 * DAY).points == 2
    clean = host()
    assert take(clean).points == 0
    assert take(owing("PRM-01"), code="PRC-01").points == 0


def test_what_is_left_out_or_made_up_is_refused() -> None:
    who, course = owing(), Course.objects.get(code="PRM-01")
    whole = {question.pk: question.right for question in course.questions.all()}
    one = next(iter(whole))
    for wrong in ({}, {one: 0}, {**whole, one: 9}, {**whole, one: -1}, {**whole, 0: 0}):
        with pytest.raises(Incomplete):
            take_quiz(course=course, influencer=who, answers=wrong, by=staff("rain"), at=AT)
    Course.objects.update(active=False)
    with pytest.raises(CannotAct, match="not open"):
        take(who)
    assert not Attempt.objects.exists()


def test_staff_record_an_attempt_and_edit_the_bank(admin_client: Client) -> None:
    who, course = owing(), Course.objects.get(code="PRM-01")
    page = f"/admin/ratings/course/{course.pk}/attempt/"
    answers = {f"q{question.pk}": question.right for question in course.questions.all()}
    assert "There is no such host" in admin_client.post(page, {"influencer": "nobody", **answers}).content.decode()
    assert admin_client.post(page, {"influencer": who.source_id, **answers}).status_code == 302
    assert (Attempt.objects.get().passed, Attempt.objects.get().by.username) == (True, "admin")
    assert admin_client.get(f"/admin/ratings/attempt/{Attempt.objects.get().pk}/change/").status_code == 200
    assert admin_client.get(f"/admin/ratings/course/{course.pk}/change/").status_code == 200
