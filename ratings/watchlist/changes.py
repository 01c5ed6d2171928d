"""Who changed since a run that somebody knows: for platforms that keep a copy."""

from __future__ import annotations

from typing import Any

from ratings import publication
from ratings.models import HistoryPoint, PublicDocument, Run, Standing

PAGE = 200
STEP = 500  # documents looked at together


class Unknown(LookupError):
    """This run is not known, never was public, or its points are gone."""


def changes(*, since: int, after: int = 0) -> dict[str, Any]:
    """A page of influencers whose score, grade, rank, status or standing is another now, by key."""
    public = publication.public_run()
    known = Run.objects.filter(pk=since, publications__isnull=False).only("pk", "finished_at").distinct().first()
    if public is None or known is None or not HistoryPoint.objects.filter(run=known).exists():
        raise Unknown
    rows: list[dict[str, Any]] = []
    while len(rows) < PAGE:
        documents = list(
            PublicDocument.objects.filter(influencer__gt=after).order_by("influencer").defer("body_gzip")[:STEP]
        )
        if not documents:
            return {"since": since, "run": public.run_id, "results": rows, "next": None}
        ids = [document.influencer_id for document in documents]
        points = {point.influencer_id: point for point in HistoryPoint.objects.filter(run=known, influencer__in=ids)}
        moved = set(
            Standing.objects.filter(influencer__in=ids, updated_at__gt=known.finished_at).values_list(
                "influencer", flat=True
            )
        )
        for document in documents:
            after = document.influencer_id
            if document.influencer_id in moved or _differs(document.data, points.get(document.influencer_id)):
                rows.append(_row(document))
                if len(rows) == PAGE:
                    break
    return {"since": since, "run": public.run_id, "results": rows, "next": after}


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
        "overall": overall,
        "standing": card["standing"],
        "run": card["run"],
        "updated_at": card["updated_at"],
    }
