"""Evidence that an influencer says is wrong: filed with words, decided by staff with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from feedback import evidence, intake, texts
from influencers.models import Influencer
from ratings.members import roles
from ratings.members.log import note
from ratings.members.refusal import NotPossible
from ratings.models import Contest, MemberEvent

LONGEST = 5_000
DECIDE_WITHIN = timedelta(days=7)
MOST_OPEN = 50

State, Kind = Contest.State, Contest.Kind


@transaction.atomic
def contest(*, influencer: Influencer, kind: str, source_id: str, text: str, by: User, at: datetime) -> Contest:
    """Ask that a piece of evidence be taken out."""
    if kind not in Kind.values:
        raise NotPossible(_("Evidence of this kind cannot be contested."))
    try:
        text = texts.clean(text, length=LONGEST)
    except ValidationError as error:
        raise NotPossible(error.messages[0]) from None
    if not text:
        raise NotPossible(_("Please say what is wrong with it, and how we can tell."))
    if evidence.owner_of(kind, source_id) != influencer.pk:
        raise NotPossible(_("There is no such evidence about this host."))
    if Contest.objects.filter(influencer=influencer, state=State.FILED).count() >= MOST_OPEN:
        raise NotPossible(_("At most %(most)s contests wait at a time.") % {"most": MOST_OPEN})
    try:
        with transaction.atomic():
            made = Contest.objects.create(
                influencer=influencer,
                kind=kind,
                source_id=source_id,
                text=text,
                filed_at=at,
                filed_by=by,
                due_at=at + DECIDE_WITHIN,
            )
    except IntegrityError:
        raise NotPossible(_("This has been contested already; a decision is given once.")) from None
    note(kind=MemberEvent.Kind.CONTESTED, at=at, actor=by, influencer=influencer, subject=str(made))
    return made


@transaction.atomic
def decide(*, contest: Contest, uphold: bool, reason: str, by: User, at: datetime) -> Contest:
    """Staff decide; upheld, the evidence is voided with this reason and the card counted anew."""
    reason = reason.strip()
    if not reason:
        raise NotPossible(_("A decision needs its reason."))
    locked = _filed(contest)
    if by.pk == locked.filed_by_id or any(own.pk == locked.influencer_id for own in roles.influencers_of(by)):
        raise NotPossible(_("Nobody decides their own contest."))
    locked.state = State.UPHELD if uphold else State.REJECTED
    locked.decided_at, locked.decided_by, locked.reason = at, by, reason
    locked.save()
    if uphold:
        intake.void(
            kind=intake.kind_named(locked.kind),
            ids=[locked.source_id],
            reason=f"contest {locked.pk} upheld: {reason}",
            at=at,
        )
    kind = MemberEvent.Kind.CONTEST_UPHELD if uphold else MemberEvent.Kind.CONTEST_REJECTED
    note(kind=kind, at=at, actor=by, influencer=locked.influencer, subject=str(locked), reason=reason)
    return locked


@transaction.atomic
def withdraw(*, contest: Contest, by: User, at: datetime) -> Contest:
    """The undoing of `contest`, while it is not decided."""
    locked = _filed(contest)
    locked.state, locked.decided_at = State.WITHDRAWN, at
    locked.save()
    note(kind=MemberEvent.Kind.CONTEST_WITHDRAWN, at=at, actor=by, influencer=locked.influencer, subject=str(locked))
    return locked


def _filed(contest: Contest) -> Contest:
    locked = Contest.objects.select_for_update(of=("self",)).select_related("influencer").get(pk=contest.pk)
    if locked.state != State.FILED:
        raise NotPossible(_("This contest is over already."))
    return locked
