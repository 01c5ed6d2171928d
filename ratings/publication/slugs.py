"""An influencer's address: readable, unique, fixed for ever."""

from __future__ import annotations

import re
import unicodedata

from django.db import connection
from django.db.models import Prefetch

from influencers import search
from influencers.models import Account, Influencer

LONGEST = 60  # of the readable part
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def readable(text: str) -> str:
    """What of `text` survives as lower-case ASCII letters, digits and single hyphens; empty when nothing does."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text)[:LONGEST].strip("-")


def slug_for(*, influencer_id: int, handle: str, name: str) -> str:
    """The last hyphen sets the id off, so that two influencers never share one."""
    return f"{readable(handle) or readable(name) or 'host'}-{base36(influencer_id)}"


def assign_slugs() -> int:
    """Gives an address to everyone who has none yet; one that is given never changes again."""
    accounts = Account.objects.filter(voided_at=None).order_by("source_id").only("influencer_id", "handle")
    new = Influencer.objects.filter(slug=None, voided_at=None).only("id", "name")
    ids, slugs = [], []
    for influencer in new.prefetch_related(Prefetch("accounts", queryset=accounts, to_attr="open_accounts")):
        handles = [account.handle for account in influencer.open_accounts if readable(account.handle)]
        ids.append(influencer.pk)
        slugs.append(slug_for(influencer_id=influencer.pk, handle=handles[0] if handles else "", name=influencer.name))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE influencers_influencer i SET slug = new.slug"
            " FROM unnest(%s::bigint[], %s::text[]) AS new(id, slug) WHERE i.id = new.id AND i.slug IS NULL",
            [ids, slugs],
        )
    search.refresh(influencers=ids)
    return len(ids)
