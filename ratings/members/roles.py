"""Who someone is here: the one place that says whose things an account or a key may see."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User

from feedback.models import ApiKey, Scope
from influencers.models import Influencer
from ratings.models import Claim, Merchant


def influencers_of(user: User | AnonymousUser) -> list[Influencer]:
    """The influencers an account speaks for, by approved claims; nobody else's page opens to it."""
    if not isinstance(user, User) or not user.is_active:
        return []
    claims = Claim.objects.filter(user=user, state=Claim.State.APPROVED, influencer__voided_at=None)
    found = claims.select_related("influencer__category").defer("influencer__search").order_by("influencer__name")
    return [claim.influencer for claim in found]


def influencer_of(user: User | AnonymousUser, slug: str) -> Influencer | None:
    """The one with this address, if the account speaks for it."""
    return next((found for found in influencers_of(user) if found.slug == slug), None)


def merchants_of(user: User | AnonymousUser) -> list[Merchant]:
    """The merchants an account acts for."""
    if not isinstance(user, User) or not user.is_active:
        return []
    return list(Merchant.objects.filter(members=user).order_by("name", "pk"))


def merchant_of_key(key: Any) -> Merchant | None:
    """The merchant a key belongs to; a key made by command belongs to none."""
    if not isinstance(key, ApiKey) or key.revoked or key.has_expired or key.scope != Scope.CHECK:
        return None
    return Merchant.objects.filter(keys__key=key).first()
