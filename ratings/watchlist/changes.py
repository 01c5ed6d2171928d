"""Who changed since a run that somebody knows: for platforms that keep a copy."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from influencers.models import Influencer
from ratings import publication
from ratings.models import HistoryPoint, PublicDocument, Run, Standing

PAGE = 200
STEP = 500  # documents looked at together


class Unknown(LookupError):
    """This run is not known, never was public, or its points are gone."""


def changes(*, since: int, after: int = 0) -> dict[str, Any]:
    """A page of influencers whose score, grade, rank, status or standing is another now, by key.

    Whoever was merged or taken out since is named too, without figures: a copy would keep it for ever.
    """
    public = publication.public_run()
    known = Run.objects.filter(pk=since, publications__isnull=False).only("pk", "finished_at").distinct().first()
    if public is None or known is None or not HistoryPoint.objects.filter(run=known).exists():
        raise Unknown
    rows: list[dict[str, Any]] = []
    while len(rows) < PAGE:
        ids = _copied(known, after)
        if not ids:
            return {"since": since, "run": public.run_id, "results": rows, "next": None}
        of_these = PublicDocument.objects.filter(influencer__in=ids).defer("body_gzip")
        documents = {document.influencer_id: document for document in of_these}
        points = {point.influencer_id: point for point in HistoryPoint.objects.filter(run=known, influencer__in=ids)}
        moved = set(
            Standing.objects.filter(influencer__in=ids, updated_at__gt=known.finished_at).values_list(
                "influencer", flat=True
            )
        )
        gone = Influencer.objects.select_related("merged_into").defer("search", "merged_into__search")
        gone_now = gone.in_bulk([pk for pk in ids if pk not in documents])
        for after in ids:
            document = documents.get(after)
            if document is None:
                rows.append(_gone(gone_now[after], public.run_id))
            elif after in moved or _differs(document.data, points.get(after)):
                rows.append(_row(document))
            if len(rows) == PAGE:
                break
    return {"since": since, "run": public.run_id, "results": rows, "next": after}


def _copied(known: Run, after: int) -> list[int]:
    """The next keys of whoever has a document, or may stand in a copy taken at this run or later though it has none."""
    has = PublicDocument.objects.filter(influencer=OuterRef("pk"))
    had = HistoryPoint.objects.filter(influencer=OuterRef("pk"), run=known)
    lately = Q(merged_at__gt=known.finished_at) | Q(voided_at__gt=known.finished_at)
    wanted = Influencer.objects.filter(Exists(has) | Exists(had) | lately, pk__gt=after, slug__isnull=False)
    return list(wanted.order_by("pk").values_list("pk", flat=True)[:STEP])


def _differs(card: dict[str, Any], point: HistoryPoint | None) -> bool:
    if point is None:
        return True
    overall = card["overall"]
    now = (card["status"], overall["score"], overall["low"], overall["high"], overall["grade"] or "", overall["rank"])
    return now != (point.status, point.score, point.low, point.high, point.grade, point.rank)


def _row(document: PublicDocument) -> dict[str, Any]:
    card = document.data
    overall = {key: card["overall"][key] for key in ("score", "low", "high", "grade", "rank")}
    return {
        "slug": document.slug,
        "status": card["status"],
        "into": None,
        "overall": overall,
        "standing": card["standing"],
        "run": card["run"],
        "updated_at": card["updated_at"],
    }


def _gone(influencer: Influencer, run: int) -> dict[str, Any]:
    """A host without a document: it goes on as another, or was taken out."""
    into = influencer.merged_into
    since = influencer.merged_at if into else influencer.voided_at
    return {
        "slug": influencer.slug,
        "status": "merged" if into else "gone",
        "into": into.slug if into else None,
        "overall": None,
        "standing": [],
        "run": run,
        "updated_at": since and since.isoformat(timespec="seconds"),
    }
