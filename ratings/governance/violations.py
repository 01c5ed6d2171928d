"""A case as evidence: confirmed and overturned go through intake like everything else that counts in the rating."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from feedback.kinds import VIOLATIONS
from feedback.models import Session, Violation
from feedback.rows import RowRefusedError, record_own
from ratings.governance.errors import CannotAct, Incomplete
from ratings.models.governance import Case

TICK = timedelta(microseconds=1)  # two revisions are never the same


def tell(*, case: Case, status: str, at: datetime) -> None:
    """Revise what the evidence says of this case; nothing is edited, the revision before is kept."""
    known = Violation.objects.filter(source_id=case.violation_id).first()
    if known is not None and known.status == status and known.violation_class == case.violation_class:
        return
    later = at
    if known is not None:
        before = known.updated_at or known.received_at or known.occurred_at
        later = max(at, before + TICK)
    row = {
        "violation_id": case.violation_id,
        "influencer_id": case.influencer.source_id,
        "occurred_at": case.occurred_at,
        "code": case.code,
        "status": status,
        "session_id": case.session_id or None,
        "class": case.violation_class,
        "subject": case.subject,
        "reported_by": (known and known.reported_by) or case.source,
        "authority": known and known.authority,
        "document_no": (known and known.document_no) or case.source_reference or None,
        "note": case.facts,
        "updated_at": later,
    }
    try:
        record_own(kind=VIOLATIONS, row=row, at=at)
    except RowRefusedError as why:
        raise CannotAct(_("The evidence does not take this violation: %(why)s") % {"why": why}) from why


def check_time(*, influencer: int, session_id: str, occurred_at: datetime, at: datetime) -> None:
    """A violation happens neither in the future nor before the session it is said to have happened in."""
    if occurred_at > at:
        raise Incomplete("occurred_at", _("It cannot have happened after now."))
    if not session_id:
        return
    session = Session.objects.filter(source_id=session_id, influencer=influencer, voided_at=None).first()
    if session is None:
        raise Incomplete("session_id", _("This host has no session %(session)s.") % {"session": session_id})
    if occurred_at < session.started_at:
        raise Incomplete("occurred_at", _("That is before the session %(session)s began.") % {"session": session_id})
