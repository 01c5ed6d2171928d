"""Follow, unfollow, name a web-hook, take it back."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.members.refusal import NotPossible
from ratings.models import Follow, Hook, Merchant, PublicDocument
from ratings.watchlist.addresses import AddressRefused, Resolve, resolved, target_of
from ratings.watchlist.looking import state_of

MOST_WATCHED = 1_000
MOST_HOOKS = 5
SECRET = b"clearhost web-hooks\0"


@transaction.atomic
def follow(*, merchant: Merchant, influencer: Influencer, at: datetime) -> Follow:
    """Follow from now on: what is so already is no news. Following twice is following once.

    Of a host that goes on as another, that other is followed.
    """
    influencer = influencer.goes_on_as
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    known = Follow.objects.filter(merchant=merchant, influencer=influencer).first()
    if known is not None:
        return known
    if Follow.objects.filter(merchant=merchant).count() >= MOST_WATCHED:
        raise NotPossible(_("At most %(most)s influencers can be followed.") % {"most": MOST_WATCHED})
    document = PublicDocument.objects.filter(influencer=influencer).first()
    return Follow.objects.create(
        merchant=merchant,
        influencer=influencer,
        since=at,
        etag=document.etag if document else "",
        seen=state_of(document.data) if document else {},
    )


@transaction.atomic
def unfollow(*, merchant: Merchant, influencer: Influencer) -> bool:
    """The undoing of `follow`, also of follows that lead here by a merge; whether there was something to undo."""
    leads = Q(influencer=influencer.goes_on_as) | Q(influencer__merged_into=influencer.goes_on_as)
    return bool(Follow.objects.filter(leads, merchant=merchant).delete()[0])


@dataclass
class Followed:
    """One host that a merchant follows, under the name it goes by now.

    Attributes
    ----------
    formerly : names it was followed under that are merged into it
    """

    influencer: Influencer
    since: datetime
    formerly: list[str]


def followed(*, merchant: Merchant) -> list[Followed]:
    """Whom a merchant follows, each once, by name."""
    rows = Follow.objects.filter(merchant=merchant).select_related("influencer__merged_into")
    found: dict[int, Followed] = {}
    for row in rows.defer("influencer__search", "influencer__merged_into__search").order_by("since", "pk"):
        stays = row.influencer.goes_on_as
        one = found.setdefault(stays.pk, Followed(stays, row.since, []))
        if row.influencer_id != stays.pk:
            one.formerly.append(row.influencer.name)
    return sorted(found.values(), key=lambda one: (one.influencer.name, one.influencer.pk))


@transaction.atomic
def add_hook(*, merchant: Merchant, url: str, at: datetime, resolve: Resolve = resolved) -> tuple[Hook, str]:
    """Name an address to be called; the secret that signs is given here and never again."""
    try:
        target_of(url, resolve=resolve)
    except AddressRefused as why:
        raise NotPossible(str(why)) from None
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    if Hook.objects.filter(merchant=merchant, ended_at=None).count() >= MOST_HOOKS:
        raise NotPossible(_("At most %(most)s web-hooks; take one back first.") % {"most": MOST_HOOKS})
    try:
        with transaction.atomic():
            hook = Hook.objects.create(merchant=merchant, url=url, created_at=at)
    except IntegrityError:
        raise NotPossible(_("This address is called already.")) from None
    return hook, secret_of(hook)


@transaction.atomic
def end_hook(*, hook: Hook, at: datetime) -> None:
    """Call an address no more."""
    Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=at)


def secret_of(hook: Hook) -> str:
    """Derive what signs a hook's messages, so that a stolen database signs nothing."""
    return hmac.new(force_bytes(settings.SECRET_KEY), SECRET + hook.nonce.bytes, hashlib.sha256).hexdigest()
