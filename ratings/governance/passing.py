"""What time changes by itself, and what is earned back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from feedback.models import Session
from feedback.taxonomy import CODES
from influencers.models import Influencer
from ratings.governance import ladder
from ratings.governance.book import Book
from ratings.governance.standing import facts
from ratings.governance.statement import given, known_code
from ratings.models.governance import Action, Event, EventKind


@transaction.atomic
def settle(*, influencer: Influencer, at: datetime) -> None:
    """Note whatever time alone has changed: points and actions that expired, notices that lapsed, holds that ended.

    Due for every Standing whose `next_change_at` has come; harmless to repeat.
    """
    Book(influencer, at).close()


def expire(*, action: Action, at: datetime) -> Action:
    """Note that an action has run its time; does nothing when it has not."""
    settle(influencer=action.influencer, at=at)
    return Action.objects.get(pk=action.pk)


def lapse(*, action: Action, at: datetime) -> Action:
    """Follow up a notice that was not cured in time; gives the action that took its place, or the notice itself."""
    settle(influencer=action.influencer, at=at)
    return Action.objects.filter(supersedes=action).first() or Action.objects.get(pk=action.pk)


@transaction.atomic
def earn_back(*, influencer: Influencer, at: datetime, by: User | None, reason: str, course: str = "") -> Decimal:
    """Give points back for 30 clean days, or for the passed course of a code; how many it were.

    Nothing (0) when none are due: no clean month or session, a course of this code within 90 days, or nothing owed.
    """
    book = Book(influencer, at)
    given("reason", reason)
    if course:
        known_code(course)
        passed = _earned(book, code=course)
        due = ladder.may_earn_course(violation_class=CODES[course].violation_class, at=book.at, passed=passed)
        points = ladder.COURSE_POINTS
    else:
        since = [*_earned(book, code=""), *(breach.at for breach in facts(book.lines)[0])]
        worked = Session.objects.filter(
            influencer__in=book.ids, started_at__gt=book.at - ladder.CLEAN, started_at__lte=book.at, voided_at=None
        ).count()
        due = ladder.may_earn_clean(at=book.at, since=since, sessions=worked)
        points = ladder.CLEAN_POINTS
    owed = [
        m
        for m in book.picture().measures
        if m.points > 0 and m.violation_class != ladder.NEVER_EARNED and course in ("", m.code)
    ]
    if not due or not owed:
        book.close()
        return Decimal(0)
    data = {"points": str(points), "code": course}
    event = book.write(EventKind.EARNED, by=by, reason=reason, data=data)
    book.close()
    return event.change


def _earned(book: Book, *, code: str) -> list[datetime]:
    found = Event.objects.filter(influencer__in=book.ids, kind=EventKind.EARNED).values_list("at", "data")
    return [at for at, data in found if data.get("code", "") == code]
