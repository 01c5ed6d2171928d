"""From a case to what is done about it. Every verb is one transaction, with its event, notice and public standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from ratings.governance import ladder, notices, violations
from ratings.governance.book import Book, name_of
from ratings.governance.cases import dismiss, interim_hold, let_go, open_case, release, settle_case, still_open, told
from ratings.governance.drafting import draft, measured
from ratings.governance.errors import AlreadyActed, CannotAct, SamePerson, TooLate
from ratings.governance.merging import merge, unmerge
from ratings.governance.passing import earn_back, expire, lapse, settle
from ratings.governance.statement import given
from ratings.models.governance import (
    OPEN_APPEALS,
    Action,
    ActionState,
    Appeal,
    Case,
    CaseState,
    DecisionKind,
    EventKind,
    Ground,
    Level,
    Notice,
    Subject,
)


@transaction.atomic
def issue(
    *,
    case: Case,
    by: User,
    at: datetime,
    ground: Ground,
    ground_reference: str,
    public_summary: str,
    facts: str = "",
    evidence: Sequence[str] = (),
    level: Level | None = None,
    lower_reason: str = "",
    days: int | None = None,
    decision_kind: DecisionKind | None = None,
    scope: str = "",
    appeal_how: str = "",
    language: str = "zh-hans",
    automated_decision: bool = False,
    key: str | None = None,
) -> Action:
    """Act upon a confirmed violation at the level the ladder calls for, or a lower one with a reason.

    L0 to L3 are in force at once; L4 and L5 are proposed and wait for `approve`. What is left empty comes from the
    case or the ladder.

    Raises AlreadyActed when someone else was faster, Incomplete when the statement of reasons is, MergedAway.
    """
    book = Book(case.influencer, at)
    if key is not None and (known := Action.objects.filter(key=key).first()):
        return known
    case = still_open(case)
    action, data = draft(
        book=book,
        case=case,
        by=by,
        level=level,
        ground=ground,
        ground_reference=ground_reference,
        public_summary=public_summary,
        facts=facts,
        evidence=evidence,
        lower_reason=lower_reason,
        days=days,
        decision_kind=decision_kind or "",
        scope=scope,
        appeal_how=appeal_how,
        language=language,
        automated_decision=automated_decision,
        key=key,
    )
    action.save()
    if action.state == ActionState.PROPOSED:
        settle_case(case, CaseState.PROPOSED, book.at)
        book.write(EventKind.PROPOSED, by=by, action=action, reason=action.facts, data=data)
    else:
        _put_in_force(book, action, data, by=by, reason=action.facts)
    book.close()
    return action


def preview(
    *, case: Case, by: User, at: datetime, level: Level | None = None, **statement: Any
) -> tuple[Action, Notice]:
    """What `issue` would write, to be looked at first; nothing is stored. Raises what `issue` does."""
    words = {
        **dict.fromkeys(("facts", "lower_reason", "scope", "appeal_how", "decision_kind"), ""),
        **{"evidence": (), "days": None, "language": "zh-hans", "automated_decision": False, "key": None},
        **statement,
    }
    with transaction.atomic():
        book = Book(case.influencer, at)
        action, _data = draft(book=book, case=still_open(case), by=by, level=level, **words)
        transaction.set_rollback(True)
    return action, notices.preview(action)


@transaction.atomic
def approve(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Put a proposed action in force, as its second person.

    Raises SamePerson, AlreadyActed, and CannotAct when the ladder has come to call for less in the meantime.
    """
    book = Book(action.influencer, at)
    action = _proposed(action)
    given("reason", reason)
    if by.pk == action.decided_by_id:
        raise SamePerson(_("Who proposed a long suspension or revocation does not approve it."))
    proposal = action.events.get(kind=EventKind.PROPOSED)
    start = ladder.starts(action.level, action.case.violation_class, book.at)
    data = {**proposal.data, "start": start.isoformat()}
    measure = measured(book, action.case, data)
    if measure is not None and measure.level != action.level:
        raise CannotAct(
            _("The ladder now calls for %(called)s: refuse it, and decide anew.") % {"called": measure.level}
        )
    lasts = ladder.duration(action.level, data["days"])
    action.state, action.start, action.end = ActionState.IN_FORCE, start, None if lasts is None else start + lasts
    action.approved_by, action.approved_by_name, action.approved_at = by, name_of(by), book.at
    action.notified_at, action.appeal_until = book.at, ladder.appeal_until(book.at)
    action.save()
    _put_in_force(book, action, data, by=by, reason=reason)
    book.close()
    return action


@transaction.atomic
def refuse(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Refuse a proposed action as its second person; the case is open again. Who proposed it may take it back."""
    book = Book(action.influencer, at)
    action = _proposed(action)
    book.end(action, ActionState.REFUSED)
    settle_case(action.case, CaseState.OPEN, book.at)
    book.write(EventKind.REFUSED, by=by, action=action, reason=given("reason", reason))
    book.close()
    return action


@transaction.atomic
def review(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Note that another person has looked at an action, as a suspension asks for. Raises SamePerson."""
    book = Book(action.influencer, at)
    if by.pk == action.decided_by_id:
        raise SamePerson(_("Another person reviews an action."))
    book.write(EventKind.REVIEWED, by=by, action=action, reason=given("reason", reason))
    book.close()
    return action


@transaction.atomic
def lift(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """End the effect of an action early; its points stay. Raises AlreadyActed when it is over."""
    book = Book(action.influencer, at)
    action = in_force(action)
    given("reason", reason)
    book.end(action, ActionState.LIFTED)
    book.write(EventKind.LIFTED, by=by, action=action, reason=reason)
    notices.ended(action=action, at=book.at)
    book.close()
    return action


@transaction.atomic
def cure(*, action: Action, by: User | None, reason: str, at: datetime) -> Action:
    """Note that a notice was cured in time: no points. Raises TooLate, and CannotAct for any other level."""
    book = Book(action.influencer, at)
    current = Action.objects.select_related("case").get(pk=action.pk)
    if current.level != Level.L0:
        raise CannotAct(_("Only a notice can be cured."))
    if current.state == ActionState.SUPERSEDED and current.cure_until and current.cure_until <= book.at:
        raise TooLate(_("The time to cure this notice is over."))
    action = in_force(current)
    given("reason", reason)
    book.end(action, ActionState.CURED)
    book.write(EventKind.CURED, by=by, action=action, reason=reason)
    notices.ended(action=action, at=book.at)
    book.close()
    return action


@transaction.atomic
def reverse(*, action: Action, by: User, reason: str, at: datetime, appeal: Appeal | None = None) -> Action:
    """Undo an action as if it had never been: the undoing of `issue`.

    The violation is revised to overturned, its points come back, and whatever followed from them is lowered with it.
    Raises AlreadyActed when it is undone.
    """
    book = Book(action.influencer, at)
    action = Action.objects.select_related("case", "case__influencer").get(pk=action.pk)
    if action.state not in (ActionState.IN_FORCE, ActionState.EXPIRED, ActionState.CURED, ActionState.LIFTED):
        raise over(action)
    if action.appeals.filter(state__in=OPEN_APPEALS).exists():
        raise CannotAct(_("There is an open appeal: decide that."))
    overturn(book, action, by=by, reason=given("reason", reason), appeal=appeal)
    book.close()
    return action


def overturn(book: Book, action: Action, *, by: User, reason: str, appeal: Appeal | None = None) -> None:
    """Take one action back inside an open book."""
    case = action.case
    book.end(action, ActionState.OVERTURNED)
    settle_case(case, CaseState.OVERTURNED, book.at)
    violations.tell(case=case, status="overturned", at=book.at)
    book.write(EventKind.OVERTURNED, by=by, action=action, appeal=appeal, reason=reason)
    notices.overturned(action=action, reason=reason, at=book.at, appeal=appeal)
    because = noop("Lowered because the decision in case %(case)s was overturned.")
    book.follow(because=case, by=by, reason=because)


def in_force(action: Action) -> Action:
    found = Action.objects.select_related("case", "case__influencer").get(pk=action.pk)
    if found.state != ActionState.IN_FORCE:
        raise over(found)
    return found


def over(action: Action) -> AlreadyActed:
    """Who ended an action, how and when."""
    last = action.events.exclude(kind__in=[EventKind.REVIEWED, EventKind.APPEALED]).order_by("-id").first()
    who = (last and last.actor_name) or _("the service")
    return AlreadyActed(
        _("This action is %(state)s already (%(who)s).") % {"state": ActionState(action.state).label, "who": who},
        by=who,
        what=ActionState(action.state).value,
        at=last.at if last else None,
    )


def _put_in_force(book: Book, action: Action, data: dict[str, Any], *, by: User, reason: str) -> None:
    settle_case(action.case, CaseState.DECIDED, book.at)
    violations.tell(case=action.case, status="confirmed", at=book.at)
    let_go(book, action.case, by=by, reason=noop("The case is decided."))
    if action.case.subject == Subject.INFLUENCER:
        book.write(EventKind.ISSUED, by=by, action=action, reason=reason, data=data)
    else:
        book.write(EventKind.REVIEWED, by=by, action=action, reason=reason, data=data)
    notices.decided(action=action, at=book.at)


def _proposed(action: Action) -> Action:
    found = Action.objects.select_related("case", "case__influencer").get(pk=action.pk)
    if found.state != ActionState.PROPOSED:
        raise told(found.case)
    return found


__all__ = [
    "approve",
    "cure",
    "dismiss",
    "earn_back",
    "expire",
    "interim_hold",
    "issue",
    "lapse",
    "lift",
    "merge",
    "open_case",
    "preview",
    "refuse",
    "release",
    "reverse",
    "review",
    "settle",
    "unmerge",
]
