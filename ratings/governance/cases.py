"""Cases before their decision: opened, dismissed, and held for hours when harm is imminent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from feedback.keys import OWN_SOURCE
from feedback.models import Violation
from feedback.taxonomy import CLASSES, CODES
from influencers.models import Influencer
from ratings.days import POLICY_ZONE
from ratings.governance import ladder, notices, violations
from ratings.governance.book import Book, name_of
from ratings.governance.errors import AlreadyActed, CannotAct, Incomplete, MergedAway
from ratings.governance.statement import LANGUAGES, given, known_code, links
from ratings.models.governance import Case, CaseState, Event, EventKind, Origin, Subject

DECISIONS = (
    EventKind.PROPOSED,
    EventKind.ISSUED,
    EventKind.DISMISSED,
    EventKind.REFUSED,
    EventKind.OVERTURNED,
    EventKind.HELD,
)


@transaction.atomic
def open_case(
    *,
    influencer: Influencer,
    code: str,
    occurred_at: datetime,
    facts: str,
    evidence: Sequence[str],
    source: Origin,
    at: datetime,
    by: User | None,
    violation_class: str = "",
    subject: Subject = Subject.INFLUENCER,
    subject_name: str = "",
    session_id: str = "",
    source_reference: str = "",
    automated_detection: bool = False,
    violation_id: str = "",
    key: str | None = None,
) -> Case:
    """Open a case; `violation_id` takes up a violation that a source reported. By nobody: the service itself.

    Raises Incomplete, naming the field, and MergedAway.
    """
    book = Book(influencer, at)
    if book.influencer.pk != influencer.pk:
        raise MergedAway(
            _("This host was merged into %(host)s: open the case there.") % {"host": book.influencer.name},
            into=book.influencer.pk,
        )
    if key is not None and (known := Case.objects.filter(key=key).first()):
        return known
    known_code(code)
    violation_class = violation_class or CODES[code].violation_class
    if violation_class not in CLASSES:
        raise Incomplete("violation_class", _("The class is A, B, C or D."))
    if source not in Origin.values:
        raise Incomplete("source", _("Say how the facts came to be known."))
    if subject not in Subject.values:
        raise Incomplete("subject", _("Say whose case it is."))
    if subject != Subject.INFLUENCER:
        given("subject_name", subject_name)
    violations.check_time(influencer=influencer.pk, session_id=session_id, occurred_at=occurred_at, at=book.at)
    if violation_id:
        if not Violation.objects.filter(source_id=violation_id, influencer=influencer, voided_at=None).exists():
            raise Incomplete("violation_id", _("This host has no such violation on record."))
        if known := Case.objects.filter(violation_id=violation_id).first():
            raise AlreadyActed(
                _("There is a case for this violation already: %(case)s.") % {"case": known.pk},
                by=known.opened_by_name,
                what=CaseState(known.state).value,
                at=known.opened_at,
            )
    case = Case.objects.create(
        violation_id=violation_id or f"{OWN_SOURCE}:case-{secrets.token_hex(12)}",
        influencer=book.influencer,
        subject=subject,
        subject_name=subject_name.strip(),
        code=code,
        violation_class=violation_class,
        occurred_at=occurred_at,
        session_id=session_id,
        facts=given("facts", facts),
        evidence=links(evidence),
        source=source,
        source_reference=source_reference.strip(),
        automated_detection=automated_detection,
        opened_by=by,
        opened_by_name=name_of(by),
        opened_at=book.at,
        key=key,
    )
    book.write(EventKind.OPENED, by=by, case=case, reason=case.facts)
    book.close()
    return case


@transaction.atomic
def dismiss(*, case: Case, reason: str, by: User, at: datetime) -> Case:
    """Close a case without an action. Raises AlreadyActed when it is decided."""
    book = Book(case.influencer, at)
    case = still_open(case)
    given("reason", reason)
    settle_case(case, CaseState.DISMISSED, book.at)
    let_go(book, case, by=by, reason=noop("The case is dismissed."))
    book.write(EventKind.DISMISSED, by=by, case=case, reason=reason)
    book.close()
    return case


@transaction.atomic
def interim_hold(*, case: Case, hours: int, reason: str, by: User, at: datetime, language: str = "zh-hans") -> Case:
    """Freeze a card for at most 72 hours, for imminent harm of class A, until a person has decided.

    Raises CannotAct for another class, for longer, and for a second hold of the same case.
    """
    book = Book(case.influencer, at)
    case = still_open(case)
    if case.violation_class != "A" or case.subject != Subject.INFLUENCER:
        raise CannotAct(_("Only imminent harm of class A by the host holds its card."))
    if not 0 < hours <= ladder.HOLD / timedelta(hours=1):
        raise Incomplete("hours", _("A hold lasts at most 72 hours."))
    if language not in LANGUAGES:
        raise Incomplete("language", _("A notice is written in English or Chinese."))
    before = Event.objects.filter(case=case, kind=EventKind.HELD).first()
    if before is not None:
        raise AlreadyActed(
            _("%(who)s has held this case before.") % {"who": before.actor_name},
            by=before.actor_name,
            what="held",
            at=before.at,
        )
    until = book.at + timedelta(hours=hours)
    book.standing.held_until = max(until, book.standing.held_until or until)
    book.write(EventKind.HELD, by=by, case=case, reason=given("reason", reason), data={"until": until.isoformat()})
    notices.held(case=case, until=until, reason=reason, language=language, at=book.at)
    book.close()
    return case


@transaction.atomic
def release(*, case: Case, reason: str, by: User | None, at: datetime) -> Case:
    """End an interim hold early: the undoing of `interim_hold`. Raises CannotAct when nothing is held."""
    book = Book(case.influencer, at)
    if not let_go(book, case, by=by, reason=given("reason", reason)):
        raise CannotAct(_("Nothing is held."))
    book.close()
    return case


def let_go(book: Book, case: Case, *, by: User | None, reason: str) -> bool:
    """End the hold that stands for this case, if one does; what is held for another case stays held."""
    holds = Event.objects.filter(influencer__in=book.ids, kind__in=(EventKind.HELD, EventKind.RELEASED))
    until: dict[int | None, datetime | None] = {}
    for of, kind, data in holds.order_by("id").values_list("case", "kind", "data"):
        until[of] = datetime.fromisoformat(data["until"]) if kind == EventKind.HELD else None
    if book.standing.held_until is None or until.pop(case.pk, None) is None:
        return False
    open_ones = Case.objects.filter(pk__in=list(until), state__in=(CaseState.OPEN, CaseState.PROPOSED))
    others = [until[pk] for pk in open_ones.values_list("pk", flat=True)]
    book.standing.held_until = max((end for end in others if end is not None and end > book.at), default=None)
    book.write(EventKind.RELEASED, by=by, case=case, reason=reason)
    return True


def still_open(case: Case) -> Case:
    """The case, locked by its host's book; whoever comes second is told who did what when."""
    found = Case.objects.select_related("influencer").get(pk=case.pk)
    if found.state != CaseState.OPEN:
        raise told(found)
    return found


def told(case: Case) -> AlreadyActed:
    """Who was faster, with what and when."""
    last = Event.objects.filter(case=case, kind__in=DECISIONS).order_by("-id").first()
    who = (last and last.actor_name) or _("the service")
    what = EventKind(last.kind) if last else CaseState(case.state)
    moment = last.at if last else case.closed_at
    names = {
        "who": who,
        "what": what.label,
        "when": f"{moment.astimezone(POLICY_ZONE):%Y-%m-%d %H:%M:%S}" if moment else "–",
    }
    return AlreadyActed(
        _("This case is no longer open: %(who)s, %(what)s, %(when)s.") % names, by=who, what=what.value, at=moment
    )


def settle_case(case: Case, state: CaseState, at: datetime) -> None:
    case.state = state
    case.closed_at = None if state in (CaseState.OPEN, CaseState.PROPOSED) else at
    case.save(update_fields=["state", "closed_at"])
