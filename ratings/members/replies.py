"""The right of reply: one public answer to each review, in plain words."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from feedback import evidence, texts
from influencers.models import Influencer
from ratings.members.log import note
from ratings.members.refusal import NotPossible
from ratings.models import MemberEvent, Reply

SHORTEST, LONGEST = 10, 1_000

MARKUP = re.compile(r"<[a-zA-Z/!?]|\bjavascript\s*:|\bon[a-z]{3,20}\s*=|&(?:#\w+|lt|gt);", re.IGNORECASE)
LINK = re.compile(
    r"https?:|\bwww\.|//\w|"
    r"\b[\w-]+\s?(?:\.|[。．]|\(dot\)|\[dot\])\s?(?:com|cn|net|org|top|xyz|shop|vip|cc|io|me|co|info|site|link|tv|ru|hk|tw)\b",
    re.IGNORECASE,
)


@transaction.atomic
def reply(*, influencer: Influencer, review_id: str, text: str, by: User, at: datetime) -> Reply:
    """Publish an answer; who wants another one takes the first back."""
    text = checked(text)
    if evidence.owner_of("reviews", review_id) != influencer.pk:
        raise NotPossible(_("There is no such review of this host."))
    if Reply.objects.filter(review_id=review_id, removed_by__isnull=False).exists():
        raise NotPossible(_("We removed a reply to this review; it cannot be replied to again."))
    try:
        with transaction.atomic():
            made = Reply.objects.create(influencer=influencer, review_id=review_id, text=text, at=at, by=by)
    except IntegrityError:
        raise NotPossible(_("There is a reply to this review already; take it back first.")) from None
    note(kind=MemberEvent.Kind.REPLIED, at=at, actor=by, influencer=influencer, subject=f"reviews:{review_id}")
    return made


@transaction.atomic
def take_back(*, reply: Reply, by: User, at: datetime) -> Reply:
    """The undoing of `reply`, by the host."""
    locked = _standing(reply)
    locked.ended_at = at
    locked.save()
    note(kind=MemberEvent.Kind.REPLY_TAKEN_BACK, at=at, actor=by, influencer=locked.influencer,
         subject=f"reviews:{locked.review_id}")  # fmt: skip
    return locked


@transaction.atomic
def remove(*, reply: Reply, reason: str, by: User, at: datetime) -> Reply:
    """Take a reply off the card, by staff and for good."""
    if not reason.strip():
        raise NotPossible(_("A decision needs its reason."))
    locked = _standing(reply)
    locked.ended_at, locked.removed_by, locked.reason = at, by, reason.strip()
    locked.save()
    note(kind=MemberEvent.Kind.REPLY_REMOVED, at=at, actor=by, influencer=locked.influencer,
         subject=f"reviews:{locked.review_id}", reason=reason.strip())  # fmt: skip
    return locked


def checked(text: str) -> str:
    """The text as it is published. Raises NotPossible with what is wrong with it."""
    try:
        text = texts.clean(text, length=LONGEST)
    except ValidationError as error:
        raise NotPossible(error.messages[0]) from None
    if len(text) < SHORTEST:
        raise NotPossible(_("A reply has at least %(least)s characters.") % {"least": SHORTEST})
    if MARKUP.search(text):
        raise NotPossible(_("A reply is plain words: no HTML, no scripts."))
    if LINK.search(text):
        raise NotPossible(_("A reply is plain words: no links and no addresses of sites."))
    if texts.without_contacts(text) != text:
        raise NotPossible(_("Please leave out mail addresses and telephone numbers: everyone reads a reply."))
    return text


def _standing(reply: Reply) -> Reply:
    locked = Reply.objects.select_for_update(of=("self",)).select_related("influencer").get(pk=reply.pk)
    if locked.ended_at is not None:
        raise NotPossible(_("This reply is gone already."))
    return locked
