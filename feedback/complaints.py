"""A complaint's life: received → acknowledged → answered → decided → remedied, with its clocks.

The case is what people see and do; the evidence of the same id is what may count. Every step that changes what is
known of the complaint goes to `intake` as a revision, so that only an upheld one ever reaches a rating.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.attachments import Found, kept
from feedback.clocks import ANSWER_WITHIN, ClockName
from feedback.keys import OWN_SOURCE
from feedback.kinds import COMPLAINTS
from feedback.models import Against, Attachment, Case, CaseEvent, Fault, Remedy, Role, Severity, State, Topic
from feedback.pace import demand_pace_about
from feedback.receipts import Problem
from feedback.reviews import UnknownTokenError, digest, read_receipt
from feedback.rows import record_own
from feedback.tokens import new_token
from influencers.models import Influencer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Event = CaseEvent.Kind

SIDES = frozenset({Role.HOST, Role.MERCHANT, Role.OPERATOR, Role.AGENCY})
OPEN = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.ANSWERED})

# The one table of what may happen when, and where it leads.
STEPS: dict[Event, tuple[frozenset[State], State]] = {
    Event.ACKNOWLEDGED: (frozenset({State.RECEIVED}), State.ACKNOWLEDGED),
    Event.ANSWERED: (OPEN, State.ANSWERED),
    Event.UPHELD: (OPEN, State.UPHELD),
    Event.REJECTED: (OPEN, State.REJECTED),
    Event.WITHDRAWN: (OPEN, State.WITHDRAWN),
    Event.REMEDIED: (frozenset({State.UPHELD}), State.REMEDIED),
    Event.REOPENED: (frozenset({State.UPHELD, State.REMEDIED, State.REJECTED}), State.ANSWERED),
    Event.REASSIGNED: (OPEN, State.ACKNOWLEDGED),
}
STATUS_OF = {State.UPHELD: "upheld", State.REMEDIED: "upheld", State.REJECTED: "rejected", State.WITHDRAWN: "withdrawn"}
MOST_UNVERIFIED = 120  # of one influencer in an hour
RESOLUTION = timedelta(microseconds=1)  # two steps are never the same revision
FIRST_SEVERITY = {Topic.UNSAFE: Severity.SEVERE, Topic.DELIVERY: Severity.MINOR}  # staff decide; else moderate


class NotPossibleError(ValueError):
    """A step that the case does not allow now, with the reason in words."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Filed:
    """A complaint that was taken in, with the token its author follows it by."""

    case: Case
    token: str
    problem: Problem | None


def file_complaint(
    *,
    influencer: Influencer,
    topic: Topic,
    text: str,
    at: datetime,
    wish: str = "",
    order_id: str = "",
    receipt: str = "",
    files: Iterable[Found] = (),
) -> Filed:
    """Open a case. A receipt that does not count leaves the order unverified and is named in the answer."""
    order, problem = read_receipt(receipt, influencer=influencer, at=at)
    if order is None:
        demand_pace_about(influencer.pk, scope="complaints-about", most=MOST_UNVERIFIED)
    token = new_token()
    files = list(files)
    with kept(files) as names, transaction.atomic():
        case = Case.objects.create(
            complaint_id=f"{OWN_SOURCE}:{secrets.token_hex(12)}",
            token_digest=digest(token),
            influencer=influencer,
            topic=topic,
            wish=wish,
            text=text,
            order_id=order.order_id if order else order_id,
            session_id=order.session_id if order else "",
            amount=order.amount if order else None,
            verified=order is not None,
            severity=FIRST_SEVERITY.get(topic, Severity.MODERATE),
            opened_at=at,
            revised_at=at,
        )
        Attachment.objects.bulk_create(
            Attachment(
                case=case,
                name=name,
                media_type=file.media_type,
                size=len(file.content),
                width=file.width,
                height=file.height,
                digest=file.digest,
                created_at=at,
            )
            for name, file in zip(names, files, strict=True)
        )
        _log(case, Event.RECEIVED, Role.CONSUMER, at, text=text)
        _tell_evidence(case, at=at)
    return Filed(case, token, problem)


def case_of(token: str) -> Case:
    """Find the case a token follows."""
    case = Case.objects.select_related("influencer").filter(token_digest=digest(token)).first()
    if case is None:
        raise UnknownTokenError
    return case


def acknowledge(*, case: Case, at: datetime, actor: User | None = None) -> Case:
    """Tell the consumer that a person has seen the complaint."""
    with transaction.atomic():
        case = _step(case, Event.ACKNOWLEDGED)
        case.acknowledged_at = at
        return _save(case, Event.ACKNOWLEDGED, Role.STAFF, at, actor=actor)


def answer(*, case: Case, text: str, role: Role, at: datetime, actor: User | None = None) -> Case:
    """Give the host's or merchant's side; who has more to say answers again."""
    if role not in SIDES:
        raise NotPossibleError(_("Only the side it is against answers a complaint."))
    if not text.strip():
        raise NotPossibleError(_("An answer needs a text."))
    with transaction.atomic():
        case = _step(case, Event.ANSWERED)
        case.acknowledged_at = case.acknowledged_at or at
        case.answered_at = case.answered_at or at
        return _save(case, Event.ANSWERED, role, at, actor=actor, text=text)


def uphold(
    *,
    case: Case,
    severity: Severity,
    fault: Fault,
    remedy: Remedy,
    reason: str,
    at: datetime,
    shares: Mapping[Fault, int] | None = None,
    actor: User | None = None,
) -> Case:
    """Decide for the consumer. The other side is heard first: it has answered, or its time to answer is over.

    Where several are to blame, `shares` says in per cent how much; `fault` is who bears most, and decides what counts.
    """
    if not reason.strip():
        raise NotPossibleError(_("A decision needs its reason."))
    if shares and (sum(shares.values()) != 100 or min(shares.values()) <= 0):
        raise NotPossibleError(_("The shares of the fault must add up to 100 per cent."))
    if shares and shares.get(fault, 0) < max(shares.values()):
        raise NotPossibleError(_("The fault is that of who bears the largest share."))
    with transaction.atomic():
        case = _step(case, Event.UPHELD)
        if case.answered_at is None and at < case.opened_at + ANSWER_WITHIN:
            raise NotPossibleError(_("The other side has not answered yet and still has time to."))
        case.severity, case.fault, case.remedy, case.reason = severity, fault, remedy, reason
        case.shares = {who.value: share for who, share in (shares or {}).items()}
        case.closed_at = at
        return _save(case, Event.UPHELD, Role.STAFF, at, actor=actor, text=reason)


def reject(*, case: Case, reason: str, at: datetime, actor: User | None = None) -> Case:
    """Decide against the complaint."""
    if not reason.strip():
        raise NotPossibleError(_("A decision needs its reason."))
    with transaction.atomic():
        case = _step(case, Event.REJECTED)
        case.reason, case.closed_at = reason, at
        return _save(case, Event.REJECTED, Role.STAFF, at, actor=actor, text=reason)


def reopen(*, case: Case, reason: str, at: datetime, actor: User | None = None) -> Case:
    """Take a decision back: the undoing of `uphold` and `reject`; what counted in a rating is taken out again."""
    if not reason.strip():
        raise NotPossibleError(_("A decision needs its reason."))
    with transaction.atomic():
        case = _step(case, Event.REOPENED)
        case.acknowledged_at = case.acknowledged_at or at
        if case.answered_at is None:
            case.state = State.ACKNOWLEDGED
        case.fault = case.remedy = case.reason = ""
        case.shares, case.reopened_at = {}, at
        case.escalated = [name for name in case.escalated if name not in (ClockName.DECIDE, ClockName.REMEDY)]
        case.closed_at = case.remedied_at = None
        return _save(case, Event.REOPENED, Role.STAFF, at, actor=actor, text=reason)


def reassign(*, case: Case, against: Against, name: str, reason: str, at: datetime, actor: User | None = None) -> Case:
    """Turn a case to whom it really concerns; against another than the host it never touches the host's rating."""
    if not reason.strip():
        raise NotPossibleError(_("Say why."))
    with transaction.atomic():
        before = case.state
        case = _step(case, Event.REASSIGNED)
        if before == State.ANSWERED:
            case.state = State.ANSWERED
        case.acknowledged_at = case.acknowledged_at or at
        case.against, case.against_name = against, name
        return _save(case, Event.REASSIGNED, Role.STAFF, at, actor=actor, text=reason)


def remedy_done(*, case: Case, at: datetime, actor: User | None = None, role: Role = Role.STAFF) -> Case:
    """Note that what was promised has been done."""
    with transaction.atomic():
        case = _step(case, Event.REMEDIED)
        if case.remedy == Remedy.NONE:
            raise NotPossibleError(_("No remedy was decided."))
        case.remedied_at = at
        return _save(case, Event.REMEDIED, role, at, actor=actor)


def withdraw(*, case: Case, at: datetime) -> Case:
    """End an undecided case at its author's wish."""
    with transaction.atomic():
        case = _step(case, Event.WITHDRAWN)
        case.closed_at = at
        return _save(case, Event.WITHDRAWN, Role.CONSUMER, at)


def _step(case: Case, event: Event) -> Case:
    """Lock the case and let it take a step that its state allows; of two at once the second is told why not."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    before, after = STEPS[event]
    if locked.state not in before:
        raise NotPossibleError(
            _("This case is %(state)s; it cannot become %(wanted)s.")
            % {"state": State(locked.state).label, "wanted": after.label}
        )
    locked.state = after
    return locked


def _save(case: Case, kind: Event, role: Role, at: datetime, *, actor: User | None = None, text: str = "") -> Case:
    case.revised_at = max(at, case.revised_at + RESOLUTION)
    case.save()
    _log(case, kind, role, at, actor=actor, text=text)
    _tell_evidence(case, at=at)
    return case


def _log(case: Case, kind: Event, role: Role, at: datetime, *, actor: User | None = None, text: str = "") -> None:
    CaseEvent.objects.create(case=case, at=at, kind=kind, role=role, actor=actor, text=text)


def _status(case: Case) -> str:
    """What the evidence says: a case against somebody else is none about the host."""
    if case.against != Against.HOST:
        return "withdrawn"
    return STATUS_OF.get(State(case.state), "open")


def _tell_evidence(case: Case, *, at: datetime) -> None:
    """Revise what is known of the complaint; the first telling opens it."""
    record_own(
        kind=COMPLAINTS,
        row={
            "complaint_id": case.complaint_id,
            "influencer_id": case.influencer.source_id,
            "created_at": case.opened_at,
            "severity": case.severity,
            "status": _status(case),
            "session_id": case.session_id or None,
            "order_id": case.order_id or None,
            "kind": case.topic,
            "fault": case.fault or "unknown",
            "channel": "platform",
            "responded_at": case.answered_at,
            "resolved_at": case.closed_at,
            "remedy": case.remedy or None,
            "remedied_at": case.remedied_at,
            "text": case.text,
            "updated_at": case.revised_at,
        },
        at=at,
    )
