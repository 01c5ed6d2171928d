"""What stands behind a scorecard: `/influencers/{slug}/reviews/` and `/influencers/{slug}/evidence/`."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from feedback.pace import MINUTE, Paced, pause
from ratings import pieces, publication
from ratings.models import PublicDocument
from ratings.pages import evidence, labels
from ratings.pages import reviews as shown
from ratings.pages.card import Card
from ratings.pages.slow_down import slow_down

SIZE = 20
PIECES = 50
DIRECTIONS = ("up", "down")


class RecountPace(Paced):
    """Evidence is summed anew for a document that was not asked about before."""

    scope, most, window = "evidence", 60, MINUTE


def document_of(slug: str) -> PublicDocument:
    document = publication.document(slug)
    if document is None:
        raise Http404
    return document


def address(path: str, asked: Mapping[str, str], cursor: str | None = None) -> str:
    """A page of a list, or "" where there is none."""
    query = {**asked, "cursor": cursor} if cursor else dict(asked)
    return f"{path}?{urlencode(query)}" if query else path


@require_safe
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    document = document_of(slug)
    filters = shown.Filters.of(request.GET)
    cursor = request.GET.get("cursor", "")
    try:
        page = publication.reviews(influencer=document.influencer_id, cursor=cursor, size=SIZE, **filters.asked)
    except publication.CursorInvalid:
        return redirect(address(request.path, filters.query))
    context = {
        "card": Card(document.data),
        "filters": filters,
        "filtered": bool(filters.query),
        "reviews": [shown.line(row) for row in page.rows],
        "next": page.next and address(request.path, filters.query, page.next),
        "previous": page.previous and address(request.path, filters.query, page.previous),
        "twin": address(f"/api/v1/influencers/{slug}/reviews/", filters.query),
        "hidden": bool(request.GET.keys() - {"lang"}),
    }
    return render(request, "ratings/reviews.html", context)


@require_safe
def single(request: HttpRequest, slug: str) -> HttpResponse:
    document = document_of(slug)
    if wait := pause(request, RecountPace):
        return slow_down(request, wait)
    channel, direction = request.GET.get("channel", ""), request.GET.get("direction", "")
    channel = channel if channel in labels.CHANNELS else ""
    direction = direction if direction in DIRECTIONS else ""
    asked = {name: value for name, value in (("channel", channel), ("direction", direction)) if value}
    cursor = request.GET.get("cursor", "")
    try:
        page = pieces.pieces(slug=slug, cursor=cursor, size=PIECES, channel=channel, direction=direction)
    except publication.CursorInvalid:
        return redirect(address(request.path, asked))
    context = {
        "card": Card(document.data),
        "channels": [(code, str(name)) for code, name in labels.CHANNELS.items()],
        "channel": channel,
        "direction": direction,
        "lines": [evidence.line(piece) for piece in page.rows],
        "first": page.first_place,
        "next": page.next and address(request.path, asked, page.next),
        "previous": page.previous and address(request.path, asked, page.previous),
        "twin": address(f"/api/v1/influencers/{slug}/pieces/", asked),
        "hidden": True,
    }
    return render(request, "ratings/evidence.html", context)
