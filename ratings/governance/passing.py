"""What time changes by itself, what is earned back, and a host that goes on under another account."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Session
from feedback.taxonomy import CODES
from influencers.models import Influencer
from ratings import publication
from ratings.governance import ladder
from ratings.governance.book import Book
from ratings.governance.errors import CannotAct, MergedAway
from ratings.governance.standing import facts
from ratings.governance.statement import given, known_code
from ratings.models.governance import Action, Event, EventKind, Standing


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


@transaction.atomic
def merge(*, influencer: Influencer, into: Influencer, by: User, reason: str, at: datetime) -> None:
    """Let the standing of one host follow it into another account's: cases, points and measures count there.

    Raises CannotAct for a host merged into itself, MergedAway when either was merged before.
    """
    given("reason", reason)
    if influencer.pk == into.pk:
        raise CannotAct(_("A host is not merged into itself."))
    books = {pk: Book(host, at) for pk, host in sorted({influencer.pk: influencer, into.pk: into}.items())}
    gone, stays = books[influencer.pk], books[into.pk]
    for host, book in ((influencer, gone), (into, stays)):
        if book.influencer.pk != host.pk:
            raise MergedAway(_("%(host)s was merged before.") % {"host": host.name}, into=book.influencer.pk)
    gone.write(EventKind.MERGED, by=by, reason=reason, data={"into": into.pk})
    Standing.objects.filter(pk=influencer.pk).update(
        merged_into=into, next_change_at=None, hidden=False, frozen=False, public=[], updated_at=gone.at
    )
    publication.restand(standing=Standing.objects.select_related("influencer").get(pk=influencer.pk), at=gone.at)
    stays.read()
    stays.write(EventKind.MERGED, by=by, reason=reason, data={"from": influencer.pk})
    stays.close()


def _earned(book: Book, *, code: str) -> list[datetime]:
    found = Event.objects.filter(influencer__in=book.ids, kind=EventKind.EARNED).values_list("at", "data")
    return [at for at, data in found if data.get("code", "") == code]
