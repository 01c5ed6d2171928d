"""What the public reads: of one run, its bytes whole, and what that run found."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from ratings.models import HistoryPoint, KeptDocument, PublicDocument, PublicRun, Scorecard, Standing
from ratings.publication.bodies import CARD_KEYS, etag_of, presented, public_rows
from ratings.verify.faults import Checked, Look

AGAIN = "manage.py publish {run} writes all documents anew"


def check(checked: Checked, how: Look) -> None:
    """All documents are of the public run; body, compressed body, ETag and card agree."""
    public = PublicRun.objects.select_related("run").first()
    if public is None:
        count = PublicDocument.objects.count()
        checked.expect(not count, "documents", f"{count} are public without a public run", "manage.py rate --publish")
        return
    remedy = AGAIN.format(run=public.run_id)
    expected = Scorecard.objects.filter(run=public.run_id, influencer__voided_at=None, influencer__merged_into=None)
    missing = expected.exclude(influencer__in=PublicDocument.objects.values("influencer"))
    for source_id in missing.values_list("influencer__source_id", flat=True)[:1000]:
        checked.fault(f"influencer {source_id}", f"is rated in run {public.run_id} and has no document", remedy)
    cards = dict(
        expected.annotate(text=Cast("card", TextField())).values_list("influencer", "text").iterator(chunk_size=2000)
    )
    standings = Standing.objects.in_bulk()
    for document in PublicDocument.objects.select_related("influencer").defer("influencer__search").iterator(2000):
        checked.looked_at += 1
        for what in _wrong(document, public, cards.get(document.influencer_id), standings.get(document.influencer_id)):
            checked.fault(f"document {document.slug}", what, remedy)
    _kept(checked, public)


def _wrong(document: PublicDocument, public: PublicRun, card: str | None, standing: Standing | None) -> list[str]:
    """What does not agree, in words."""
    body = bytes(document.body)
    try:
        unpacked = gzip.decompress(bytes(document.body_gzip))
        said: dict[str, Any] = json.loads(body)
    except (ValueError, OSError, EOFError, zlib.error) as why:
        return [f"cannot be read: {why}"]
    found = []
    if unpacked != body:
        found.append("its compressed body is another one")
    if document.etag != etag_of(body):
        found.append("its ETag is of another body")
    if document.run_id != public.run_id or said["run"] != public.run_id:
        found.append(f"is of run {document.run_id} and says {said['run']}; public is {public.run_id}")
    if document.slug != document.influencer.slug or said["influencer"]["slug"] != document.slug:
        found.append(f"speaks of {said['influencer']['slug']}, its influencer is {document.influencer.slug}")
    if document.influencer.voided_at is not None and not document.live:
        pass  # until the worker takes the void up
    elif not document.live:
        found += _against_run(said, card, standing)
    if standing is not None and said["standing"] != public_rows(standing, document.updated_at):
        found.append("shows another standing than the one in force")
    return found


def _against_run(said: dict[str, Any], card: str | None, standing: Standing | None) -> list[str]:
    if card is None:
        return ["has no scorecard in its run, and is not newer than it"]
    if standing is not None and standing.frozen:
        frozen = json.loads(standing.frozen_card or card)
        frozen.update(json.loads(presented(standing.frozen_card or card, standing)))
        card_said = frozen
    else:
        card_said = json.loads(card)
    odd = [key for key in CARD_KEYS if said.get(key) != card_said.get(key)]
    return [f"differs from its run in {', '.join(odd)}"] if odd else []


def _kept(checked: Checked, public: PublicRun) -> None:
    """What stays of the public run is of its day."""
    for model in (HistoryPoint, KeptDocument):
        odd = model._default_manager.filter(run=public.run_id).exclude(as_of=public.run.as_of).count()
        name = str(model._meta.verbose_name_plural)
        checked.expect(not odd, name, f"{odd} of run {public.run_id} are of another day", "manage.py publish it again")
