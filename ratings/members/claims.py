"""Who speaks for an influencer: asked for by an account, decided by staff, taken back by either."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from feedback import texts
from influencers.models import Influencer
from ratings.members.log import note
from ratings.members.refusal import NotPossible
from ratings.models import Claim, MemberEvent

STATEMENT_LENGTH = 2_000
MOST_PENDING = 3

State, Kind = Claim.State, MemberEvent.Kind


@transaction.atomic
def claim(*, influencer: Influencer, user: User, statement: str, at: datetime) -> Claim:
    """Ask to speak for an influencer; `statement` tells staff how they can find out that it is true."""
    try:
        statement = texts.clean(statement, length=STATEMENT_LENGTH)
    except ValidationError as error:
        raise NotPossible(error.messages[0]) from None
    if not statement:
        raise NotPossible(_("Please say how we can tell that you speak for this influencer."))
    User.objects.select_for_update().get(pk=user.pk)
    if Claim.objects.filter(user=user, state=State.PENDING).count() >= MOST_PENDING:
        raise NotPossible(_("Please wait for our decision on the claims you have made."))
    try:
        with transaction.atomic():
            made = Claim.objects.create(influencer=influencer, user=user, statement=statement, made_at=at)
    except IntegrityError:
        raise NotPossible(_("You have claimed this influencer already.")) from None
    note(kind=Kind.CLAIMED, at=at, actor=user, influencer=influencer, subject=f"claim {made.pk}")
    return made


@transaction.atomic
def decide(*, claim: Claim, approve: bool, reason: str, by: User, at: datetime) -> Claim:
    """Staff say whether someone speaks for the influencer; never about themselves."""
    reason = reason.strip()
    if not reason:
        raise NotPossible(_("A decision needs its reason."))
    locked = Claim.objects.select_for_update(of=("self",)).select_related("influencer").get(pk=claim.pk)
    if locked.state != State.PENDING:
        raise NotPossible(_("This claim is decided already."))
    if locked.user_id == by.pk:
        raise NotPossible(_("Nobody decides their own claim."))
    locked.state = State.APPROVED if approve else State.REFUSED
    locked.decided_at, locked.decided_by, locked.reason = at, by, reason
    locked.save()
    kind = Kind.CLAIM_APPROVED if approve else Kind.CLAIM_REFUSED
    note(kind=kind, at=at, actor=by, influencer=locked.influencer, subject=f"claim {locked.pk}", reason=reason)
    return locked


@transaction.atomic
def end(*, claim: Claim, reason: str, by: User, at: datetime) -> Claim:
    """The undoing: the account speaks for the influencer no longer, or gives up asking."""
    locked = Claim.objects.select_for_update(of=("self",)).select_related("influencer").get(pk=claim.pk)
    if locked.state not in (State.PENDING, State.APPROVED):
        raise NotPossible(_("This claim is over already."))
    if locked.user_id != by.pk and not reason.strip():
        raise NotPossible(_("A decision needs its reason."))
    locked.state, locked.ended_at = State.ENDED, at
    locked.save()
    note(kind=Kind.CLAIM_ENDED, at=at, actor=by, influencer=locked.influencer, subject=f"claim {locked.pk}",
         reason=reason.strip())  # fmt: skip
    return locked
