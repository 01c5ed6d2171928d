"""Appeals: filed with grounds, acknowledged, decided by someone else with an answer to every ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from ratings.governance import ladder, notices
from ratings.governance.actions import overturn
from ratings.governance.book import Book, name_of
from ratings.governance.errors import AlreadyActed, CannotAct, Incomplete, SamePerson, TooLate
from ratings.governance.ladder import RUNGS
from ratings.governance.statement import follow_up, given
from ratings.models.governance import (
    APPEALABLE,
    OPEN_APPEALS,
    Action,
    ActionState,
    Appeal,
    AppealState,
    EventKind,
    Level,
    Outcome,
    Subject,
)


def may_appeal(*, action: Action, at: datetime) -> bool:
    """Whether `file_appeal` would take an appeal against it: in time, or late as a review, and only once."""
    told = action.notified_at
    return action.may_be_appealed and told is not None and at < ladder.late_review_until(told)


@transaction.atomic
def file_appeal(
    *,
    action: Action,
    grounds: Sequence[str],
    at: datetime,
    by: User | None = None,
    on_behalf: bool = False,
    key: str | None = None,
) -> Appeal:
    """File an appeal: within 30 days with a stay up to L2, until six months as a late review without.

    Raises Incomplete without grounds, TooLate after six months, AlreadyActed when there is one, CannotAct when the
    action is not in force and never was.
    """
    book = Book(action.influencer, at)
    if key is not None and (known := Appeal.objects.filter(key=key).first()):
        return known
    action = Action.objects.select_related("case", "case__influencer", "influencer").get(pk=action.pk)
    if action.state not in APPEALABLE or action.notified_at is None:
        names = {"state": ActionState(action.state).label}
        raise CannotAct(_("An action that is %(state)s is not appealed against.") % names)
    before = action.appeals.exclude(state=AppealState.WITHDRAWN).first()
    if before is not None:
        raise AlreadyActed(
            _("There is an appeal against this already, of %(day)s.") % {"day": f"{before.filed_at:%Y-%m-%d}"},
            by=before.filed_by_name,
            what=AppealState(before.state).value,
            at=before.filed_at,
        )
    late = book.at >= action.appeal_until
    if late and book.at >= ladder.late_review_until(action.notified_at):
        raise TooLate(_("The time for an appeal, and for a late review, is over."))
    rung = RUNGS[action.level]
    stay = rung.stays and not late and action.state == ActionState.IN_FORCE
    appeal = Appeal.objects.create(
        action=action,
        grounds=_grounds(grounds),
        filed_by=by,
        filed_by_name=name_of(by),
        on_behalf=on_behalf,
        filed_at=book.at,
        late=late,
        stay=stay,
        acknowledge_due=book.at + ladder.ACKNOWLEDGE,
        decide_due=ladder.decide_by(action.level, book.at),
        key=key,
    )
    book.write(EventKind.APPEALED, by=by, action=action, appeal=appeal, reason="\n".join(appeal.grounds))
    if stay:
        _pause(book, appeal, reason=noop("An appeal in time puts it in abeyance."))
    book.close()
    return appeal


@transaction.atomic
def acknowledge(*, appeal: Appeal, by: User, at: datetime) -> Appeal:
    """Tell the host that a person has seen the appeal. Raises AlreadyActed."""
    book = Book(appeal.action.influencer, at)
    appeal = _opened(appeal)
    if appeal.state != AppealState.FILED:
        raise _decided(appeal)
    appeal.state, appeal.acknowledged_at, appeal.acknowledged_by = AppealState.ACKNOWLEDGED, book.at, by
    appeal.save()
    book.write(EventKind.ACKNOWLEDGED, by=by, action=appeal.action, appeal=appeal, reason=noop("The appeal was seen."))
    notices.received(appeal=appeal, at=book.at)
    book.close()
    return appeal


@transaction.atomic
def decide_appeal(
    *,
    appeal: Appeal,
    outcome: Outcome,
    answers: Sequence[str],
    reason: str,
    by: User,
    at: datetime,
    level: Level | None = None,
    days: int | None = None,
) -> Appeal:
    """Decide, answering every ground; `level` (and `days`) say what a reduced action becomes.

    Raises SamePerson for who decided, approved or filed, Incomplete when a ground has no answer, AlreadyActed.
    """
    book = Book(appeal.action.influencer, at)
    appeal = _opened(appeal)
    action = _current(appeal.action)
    _by_another(appeal, action, by)
    if outcome not in Outcome.values:
        raise Incomplete("outcome", _("An appeal is upheld, reduced or overturned."))
    given("reason", reason)
    if len(answers) != len(appeal.grounds) or not all(answer.strip() for answer in answers):
        raise Incomplete("answers", _("Every ground gets its answer."))
    if outcome == Outcome.REDUCED:
        _check_reduction(action, level, days)
    appeal.state, appeal.outcome, appeal.reason = AppealState.DECIDED, outcome, reason.strip()
    appeal.answers = [answer.strip() for answer in answers]
    appeal.decided_by, appeal.decided_by_name, appeal.decided_at = by, name_of(by), book.at
    appeal.save()
    if outcome == Outcome.OVERTURNED:
        overturn(book, action, by=by, reason=appeal.reason, appeal=appeal)
    else:
        _resume(book, appeal, by=by)
        if outcome == Outcome.REDUCED:
            assert level is not None
            _reduce(book, appeal, action, level=level, days=days, by=by)
        else:
            book.write(EventKind.UPHELD, by=by, action=action, appeal=appeal, reason=appeal.reason)
        notices.answered(appeal=appeal, at=book.at)
    book.close()
    return appeal


@transaction.atomic
def escalate(*, appeal: Appeal, at: datetime) -> bool:
    """Note that an appeal is overdue and pause what it is about, up to L3; false when it is not or was noted."""
    book = Book(appeal.action.influencer, at)
    appeal = Appeal.objects.select_related("action", "action__case").get(pk=appeal.pk)
    if appeal.state not in OPEN_APPEALS or appeal.escalated_at is not None or book.at <= appeal.decide_due:
        book.close()
        return False
    appeal.escalated_at = book.at
    appeal.save()
    reason = noop("The appeal is overdue.")
    book.write(EventKind.ESCALATED, action=appeal.action, appeal=appeal, reason=reason)
    action = _current(appeal.action)
    if RUNGS[action.level].pauses and action.state == ActionState.IN_FORCE:
        _pause(book, appeal, reason=reason)
    book.close()
    return True


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, by: User | None, at: datetime, reason: str) -> Appeal:
    """End an appeal at the host's wish; what was stayed takes effect again."""
    book = Book(appeal.action.influencer, at)
    appeal = _opened(appeal)
    given("reason", reason)
    appeal.state = AppealState.WITHDRAWN
    appeal.save()
    book.write(EventKind.APPEAL_WITHDRAWN, by=by, action=appeal.action, appeal=appeal, reason=reason)
    _resume(book, appeal, by=by)
    book.close()
    return appeal


def _grounds(grounds: Sequence[str]) -> list[str]:
    found = [ground.strip() for ground in grounds if ground.strip()]
    if not found:
        raise Incomplete("grounds", _("An appeal says on what grounds."))
    return found


def _opened(appeal: Appeal) -> Appeal:
    found = Appeal.objects.select_related("action", "action__case", "action__case__influencer").get(pk=appeal.pk)
    if found.state not in OPEN_APPEALS:
        raise _decided(found)
    return found


def _decided(appeal: Appeal) -> AlreadyActed:
    last = appeal.events.exclude(kind=EventKind.APPEALED).order_by("-id").first()
    who = (last and last.actor_name) or _("the service")
    names = {"state": AppealState(appeal.state).label, "who": who, "outcome": appeal.get_outcome_display()}
    return AlreadyActed(
        _("This appeal is %(state)s already (%(who)s) %(outcome)s.") % names,
        by=who,
        what=appeal.outcome or appeal.state,
        at=last.at if last else None,
    )


def _current(action: Action) -> Action:
    """What stands now of what was appealed against: it may have been lowered since."""
    found = Action.objects.select_related("case", "case__influencer").get(pk=action.pk)
    while (
        later := Action.objects.select_related("case", "case__influencer").filter(supersedes=found).first()
    ) is not None:
        found = later
    return found


def _by_another(appeal: Appeal, action: Action, by: User) -> None:
    involved = {appeal.filed_by_id} if appeal.on_behalf else set()
    judged: Action | None = action
    while judged is not None:
        involved |= {judged.decided_by_id, judged.approved_by_id}
        judged = judged.supersedes
    if by.pk in involved:
        raise SamePerson(_("An appeal is decided by someone who did not decide, approve or file."))


def _check_reduction(action: Action, level: str | None, days: int | None) -> None:
    if action.state != ActionState.IN_FORCE:
        raise Incomplete("outcome", _("What is over cannot be reduced, only overturned."))
    if level is None or level not in RUNGS or level > action.level or (level == action.level and days is None):
        raise Incomplete("level", _("Say to which lower level, or to how many days, the action is reduced."))
    if level < ladder.lowest(action.case.violation_class):
        raise Incomplete("level", _("A violation of this class is not settled by a notice."))
    try:
        lasts = ladder.duration(level, days)
    except ValueError as why:
        raise Incomplete("days", str(why)) from why
    if level == action.level and action.end is not None and lasts is not None and action.start + lasts >= action.end:
        raise Incomplete("days", _("That is not less than it was."))


def _reduce(book: Book, appeal: Appeal, before: Action, *, level: str, days: int | None, by: User) -> None:
    """The same violation at a lower level, as a new action in the place of the one before."""
    book.end(before, ActionState.SUPERSEDED)
    data: dict[str, Any] = {"level": level, "days": days}
    event = book.write(EventKind.APPEAL_REDUCED, by=by, action=before, appeal=appeal, reason=appeal.reason, data=data)
    measure = book.picture().of(before.case_id)
    assert measure is not None
    action = follow_up(before=before, measure=measure, at=event.at, facts=appeal.reason, automated=False, by=by)
    notices.decided(action=action, at=book.at)
    reason = noop("Lowered because the action in case %(case)s was reduced.")
    book.follow(because=before.case, by=by, reason=reason)


def _pause(book: Book, appeal: Appeal, *, reason: str) -> None:
    if appeal.action.case.subject == Subject.INFLUENCER and not _is_paused(book, appeal.action):
        book.write(EventKind.PAUSED, action=appeal.action, appeal=appeal, reason=reason)


def _resume(book: Book, appeal: Appeal, *, by: User | None) -> None:
    if _is_paused(book, appeal.action):
        reason = noop("The appeal is over.")
        book.write(EventKind.RESUMED, by=by, action=appeal.action, appeal=appeal, reason=reason)


def _is_paused(book: Book, action: Action) -> bool:
    measure = book.picture().of(action.case_id)
    return measure is not None and measure.paused
