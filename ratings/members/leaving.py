"""An account that ends: all that is kept about it, and what stays when it has gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from ratings.models import Check, Claim, MemberEvent, MerchantMember

GONE = "left-{pk}"


def kept(*, user: User) -> dict[str, Any]:
    """What is stored about an account."""
    return {
        "username": user.username,
        "email": user.email,
        "joined": user.date_joined,
        "last_login": user.last_login,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified")),
        "sessions": list(
            UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at", "last_seen_at")
        ),
        "sign_ins": list(
            AccessLog.objects.filter(username=user.username).values("attempt_time", "ip_address", "user_agent")
        ),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "merchants": list(MerchantMember.objects.filter(user=user).values("merchant__name", "since")),
        "claims": list(Claim.objects.filter(user=user).values("influencer__slug", "statement", "state", "made_at")),
        "checks": list(Check.objects.filter(user=user).values("id", "at", "verdict")),
        "log": list(MemberEvent.objects.filter(actor=user).values("at", "kind", "subject")),
    }


@transaction.atomic
def leave(*, user: User, at: datetime) -> None:
    """End an account for good: no name, no address, no way in. What it decided or wrote in public stays, unnamed."""
    user = User.objects.select_for_update().get(pk=user.pk)
    names = {user.username, user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)} - {""}
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__in=[name.lower() for name in names] + sorted(names)).delete()
    ours = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=ours).delete()
    for gone in (UserSession, EmailAddress, Authenticator, MerchantMember):
        gone.objects.filter(user=user).delete()
    waiting = Claim.objects.filter(user=user, state__in=[Claim.State.PENDING, Claim.State.APPROVED])
    waiting.update(state=Claim.State.ENDED, ended_at=at)
    Claim.objects.filter(user=user).update(statement="")
    user.username, user.email, user.first_name, user.last_name = GONE.format(pk=user.pk), "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
