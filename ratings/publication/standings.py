"""What a standing does to a public document and to lists: rows of its own, off the boards, or frozen as it stood."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from feedback import outbox
from influencers.models import Influencer
from ratings.cards import encode
from ratings.models import PublicDocument, PublicRun, Scorecard, Standing
from ratings.publication import serving
from ratings.publication.bodies import CARD_KEYS, etag_of, presented, public_rows
from ratings.publication.recognition import recognised


def card_of(*, influencer: Influencer) -> str:
    """The scores on an influencer's card as they are public now; empty when there is none yet."""
    document = PublicDocument.objects.filter(influencer=influencer).first()
    return "" if document is None else encode({key: document.data[key] for key in CARD_KEYS})


def restand(*, standing: Standing, at: datetime) -> None:
    """Show a standing on the card at once. Who thaws gets the run's card back, and soon what evidence says now."""
    document = PublicDocument.objects.select_for_update().filter(influencer=standing.influencer_id).first()
    if document is None:
        return
    data = document.data
    was_frozen = data["status"] == Scorecard.Status.SUSPENDED
    if standing.frozen:
        data.update(json.loads(presented(card_of(influencer=standing.influencer), standing)))
    elif was_frozen and (found := _card_of_run(standing)) is not None:
        data.update(found)
    if was_frozen or document.live:
        outbox.put(influencers=[standing.influencer_id])
    data["standing"] = public_rows(standing, at)
    data["influencer"]["model"] = _is_model(standing.influencer_id)
    if not document.live:
        data["updated_at"] = at.isoformat(timespec="seconds")
        document.updated_at = at
    body = encode(data).encode()
    document.body, document.body_gzip = body, gzip.compress(body, compresslevel=5, mtime=0)
    document.etag = etag_of(body)
    document.save(update_fields=["body", "body_gzip", "etag", "updated_at"])
    serving.forget()


def badge_differs(*, influencer: Influencer) -> bool:
    """Whether the card says something else of a model influencer than what is open against it calls for."""
    document = PublicDocument.objects.filter(influencer=influencer).first()
    return document is not None and bool(document.data["influencer"].get("model")) != _is_model(influencer.pk)


def _is_model(influencer: int) -> bool:
    public = serving.public_run()
    return public is not None and bool(recognised(public=public, among=[influencer]))


def on_boards(cards: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
    """Without whoever is off the leaderboards; the ranks of the others stay."""
    return cards.filter(~Exists(Standing.objects.filter(influencer=OuterRef("influencer"), hidden=True)))


def is_suspended() -> Exists:
    """Of a scorecard: whether its influencer's card stands frozen now."""
    return Exists(Standing.objects.filter(influencer=OuterRef("influencer"), frozen=True))


def with_status(cards: QuerySet[Scorecard], status: str) -> QuerySet[Scorecard]:
    """Those of a status as it is shown; a suspension hides what the run found."""
    if status == Scorecard.Status.SUSPENDED:
        frozen = Standing.objects.filter(frozen=True).values("influencer")
        # a union inside: an OR of a column and another table would read the whole run
        either = cards.filter(status=status).values("pk").union(cards.filter(influencer__in=frozen).values("pk"))
        return cards.filter(pk__in=either)
    return cards.filter(~is_suspended(), status=status)


def _card_of_run(standing: Standing) -> dict[str, Any] | None:
    run = PublicRun.objects.values("run")[:1]
    card: dict[str, Any] | None = (
        Scorecard.objects.filter(run=run, influencer=standing.influencer_id).values_list("card", flat=True).first()
    )
    return card
