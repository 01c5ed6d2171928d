"""The compliance course is taken: answers are marked at once, and who passes gets points back for that code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from influencers.models import Influencer
from ratings.governance import passing
from ratings.governance.book import Book
from ratings.governance.errors import CannotAct, Incomplete
from ratings.models import Attempt, Course

PASS = 0.8  # share of right answers
AGAIN_AFTER = timedelta(days=1)
"""So that nobody finds the answers by trying."""


@transaction.atomic
def take_quiz(*, course: Course, influencer: Influencer, answers: Mapping[int, int], by: User, at: datetime) -> Attempt:
    """Mark the answers (question's id → number of the answer); passed, it earns back what the ladder allows.

    Raises Incomplete when a question is left out or there is none such, CannotAct within a day of the last attempt.
    """
    Book(influencer, at).close()  # of two at once the second waits here
    questions = list(course.questions.filter(active=True))
    if not course.active or not questions:
        raise CannotAct(_("This course is not open."))
    if set(answers) != {question.pk for question in questions}:
        raise Incomplete("answers", _("Answer every question once."))
    for question in questions:
        if not 0 <= answers[question.pk] < len(question.answers_en):
            raise Incomplete("answers", _("There is no such answer."))
    last = Attempt.objects.filter(course=course, influencer=influencer).order_by("-at").first()
    if last is not None and at < last.at + AGAIN_AFTER:
        raise CannotAct(_("The course can be taken again a day after the last attempt."))
    marked = [
        {
            "question": question.pk,
            "text": question.text_en,
            "answer": question.answers_en[answers[question.pk]],
            "right": answers[question.pk] == question.right,
        }
        for question in questions
    ]
    right = sum(bool(row["right"]) for row in marked)
    passed = right >= PASS * len(questions)
    points = Decimal(0)
    if passed:
        reason = f"course {course.code} passed, {right} of {len(questions)} right"
        points = passing.earn_back(influencer=influencer, at=at, by=by, reason=reason, course=course.code)
    return Attempt.objects.create(
        course=course,
        influencer=influencer,
        at=at,
        by=by,
        answers=marked,
        right=right,
        asked=len(questions),
        passed=passed,
        points=points,
    )
