"""Merchants: they sign up by themselves, since what they may do harms nobody."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from feedback import texts
from feedback.keys import create_api_key, revoke_api_key
from feedback.models import Scope
from ratings.members.refusal import NotPossible
from ratings.models import Merchant, MerchantKey, MerchantMember

NAME_LENGTH = 120
MOST_MERCHANTS = 5
MOST_KEYS = 10


@transaction.atomic
def register(*, name: str, user: User, at: datetime) -> Merchant:
    """Open a merchant's page for an account."""
    try:
        name = " ".join(texts.clean(name, length=NAME_LENGTH).split())
    except ValidationError as error:
        raise NotPossible(error.messages[0]) from None
    if not name:
        raise NotPossible(_("A merchant needs a name."))
    User.objects.select_for_update().get(pk=user.pk)
    if MerchantMember.objects.filter(user=user).count() >= MOST_MERCHANTS:
        raise NotPossible(_("One account acts for at most %(most)s merchants.") % {"most": MOST_MERCHANTS})
    merchant = Merchant.objects.create(name=name, created_at=at)
    MerchantMember.objects.create(merchant=merchant, user=user, since=at)
    return merchant


@transaction.atomic
def create_key(*, merchant: Merchant, name: str) -> tuple[MerchantKey, str]:
    """Make a key of the merchant's own; the secret is given here and never again."""
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    if merchant.keys.filter(key__revoked=False).count() >= MOST_KEYS:
        raise NotPossible(_("At most %(most)s keys; revoke one first.") % {"most": MOST_KEYS})
    name = " ".join(name.split())
    if not name or len(name) > 50 or not name.isprintable():
        raise NotPossible(_("A key needs a name of 1 to 50 characters."))
    key, secret = create_api_key(name=name, scope=Scope.CHECK)
    return MerchantKey.objects.create(merchant=merchant, key=key), secret


@transaction.atomic
def revoke_key(*, merchant: Merchant, prefix: str) -> None:
    """Take a key of the merchant's own back for good."""
    if not merchant.keys.filter(key__prefix=prefix).exists():
        raise NotPossible(_("There is no such key."))
    revoke_api_key(prefix=prefix)
