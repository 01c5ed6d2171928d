"""The log of what members and staff did; every verb writes its line in its own transaction."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from influencers.models import Influencer
from ratings.models import MemberEvent


def note(
    *,
    kind: MemberEvent.Kind,
    at: datetime,
    actor: User | None,
    influencer: Influencer | None = None,
    subject: str = "",
    reason: str = "",
) -> MemberEvent:
    """Write a line."""
    return MemberEvent.objects.create(
        kind=kind, at=at, actor=actor, influencer=influencer, subject=subject[:160], reason=reason
    )
