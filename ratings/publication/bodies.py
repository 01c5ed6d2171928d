"""Putting the public document together: what a run found, who it is about, and what stands against them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, TextField
from django.db.models.functions import Cast

from influencers.models import Account, Influencer
from ratings.cards import encode
from ratings.models import Run, Scorecard, Standing

CHUNK = 2_000
CARD_KEYS = (*("status", "overall", "dimensions", "contributions", "peer_group", "traffic", "grade_cap", "evidence"),)
COLUMNS = "slug, influencer_id, run_id, body, body_gzip, etag, updated_at"


@dataclass(frozen=True)
class Who:
    """Whom a document is about; the slug is None until an address is given."""

    slug: str | None
    name: str
    category: dict[str, str]
    platforms: list[dict[str, Any]]
    qualification: str | None
    qualification_expires: date | None
    formerly: list[tuple[str | None, str, datetime]]

    @classmethod
    def of(cls, card: Scorecard) -> Who:
        """Whom a run's card is about."""
        category, one = card.category, card.influencer
        platforms = [
            {"platform": account.platform, "handle": account.handle, "followers": account.followers}
            for account in one.open_accounts  # type: ignore[attr-defined]  # of the prefetch in _cards
        ]
        names = {"code": category.code, "name_en": category.name_en, "name_zh": category.name_zh}
        before = [(gone.slug, gone.name, gone.merged_at) for gone in one.formerly]  # type: ignore[attr-defined]
        return cls(one.slug, one.name, names, platforms, one.qualification, one.qualification_expires, before)

    def document(self, *, tier: str, league: str, model: bool) -> dict[str, Any]:
        """The part of the document that says so."""
        return {
            "slug": self.slug,
            "name": self.name,
            "category": self.category,
            "platforms": self.platforms,
            "tier": tier,
            "league": league,
            "qualification": self.qualification or None,
            "qualification_expires": self.qualification_expires and self.qualification_expires.isoformat(),
            "model": model,
            "formerly": [
                {"slug": slug, "name": name, "since": since.isoformat(timespec="seconds")}
                for slug, name, since in self.formerly
            ],
        }


def assemble(
    *,
    who: dict[str, Any],
    card_text: str,
    run: Run,
    published_at: datetime,
    updated_at: datetime,
    standing: Standing | None = None,
) -> bytes:
    """The document of one influencer: who it is about, what the run found, and where it stands."""
    if standing is not None and standing.frozen:
        card_text = presented(standing.frozen_card or card_text, standing)
    publication = {
        "standing": public_rows(standing, updated_at),
        "as_of": run.as_of.isoformat(),
        "run": run.pk,
        "policy": run.policy_id,
        "published_at": published_at.isoformat(timespec="seconds"),
        "updated_at": updated_at.isoformat(timespec="seconds"),
    }
    return f'{{"influencer":{encode(who)},{card_text[1:-1]},{encode(publication)[1:]}'.encode()


def presented(card_text: str, standing: Standing) -> str:
    """A card as a suspension shows it: the scores as they stood then, no grade and no rank."""
    found = json.loads(card_text)
    found["status"] = Scorecard.Status.SUSPENDED.value
    found["overall"] |= dict.fromkeys((key for key in found["overall"] if _is_judgement(key)), None)
    return encode(found)


def _is_judgement(key: str) -> bool:
    return key.startswith("grade") or "rank" in key or "percentile" in key or "p_top10" in key


def public_rows(standing: Standing | None, at: datetime) -> list[dict[str, Any]]:
    """What is shown of a standing; rows leave by themselves when their time is over."""
    if standing is None:
        return []
    rows = (row for row in standing.public if row["until"] is None or datetime.fromisoformat(row["until"]) > at)
    return [{key: value for key, value in row.items() if key != "until"} for row in rows]


def etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def rewrite_all(*, run: Run, at: datetime, models: Collection[int] = ()) -> int:
    """Replaces every public document by the one `run` gives; the caller's transaction makes it one step.

    `models` are the model influencers among them.
    """
    written = 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ratings_publicdocument")
        for rows in _batches(run=run, at=at, models=models):
            with cursor.copy(f"COPY ratings_publicdocument ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            written += len(rows)
    return written


def _batches(*, run: Run, at: datetime, models: Collection[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order of COLUMNS; whole batches, because a connection cannot read while it copies."""
    cards = _cards(run)
    shown = Standing.objects.filter(Q(frozen=True) | ~Q(public=[])).in_bulk()
    while batch := list(islice(cards, CHUNK)):
        rows: list[tuple[Any, ...]] = []
        for card in batch:
            text: str = card.card_text  # type: ignore[attr-defined]  # of the annotation in _cards
            standing = shown.get(card.influencer_id)
            model = card.influencer_id in models
            who = Who.of(card).document(tier=card.tier, league=card.league, model=model)
            body = assemble(who=who, card_text=text, run=run, published_at=at, updated_at=at, standing=standing)
            packed = gzip.compress(body, compresslevel=5, mtime=0)
            rows.append((card.influencer.slug, card.influencer_id, run.pk, body, packed, etag_of(body), at))
        yield rows


def _cards(run: Run) -> Iterator[Scorecard]:
    accounts = Account.objects.filter(voided_at=None).order_by("platform", "source_id")
    cards = Scorecard.objects.filter(run=run, influencer__voided_at=None, influencer__merged_into=None)
    cards = cards.order_by("position")
    cards = cards.select_related("influencer", "category").defer("card", "influencer__search")
    cards = cards.annotate(card_text=Cast("card", TextField()))
    with_accounts = Prefetch("influencer__accounts", queryset=accounts, to_attr="open_accounts")
    gone = Influencer.objects.filter(merged_into__isnull=False).defer("search").order_by("merged_at", "pk")
    with_merged = Prefetch("influencer__merged", queryset=gone, to_attr="formerly")
    return cards.prefetch_related(with_accounts, with_merged).iterator(chunk_size=CHUNK)
