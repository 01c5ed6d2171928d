"""`/influencers/{slug}/`: the published document, read aloud."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import linked
from ratings.pages.badge import HEIGHT, WIDTH
from ratings.pages.card import Card

POINTS = 200  # of history: daily for a year would be thinned by the drawing anyway


@require_safe
def scorecard(request: HttpRequest, slug: str) -> HttpResponse:
    document = publication.document(slug)
    if document is None:
        raise Http404
    points = publication.history(slug=slug, size=POINTS).rows
    history = [
        {"as_of": p.as_of, "score": p.score, "low": p.low, "high": p.high, "grade": p.grade} for p in reversed(points)
    ]
    card = Card(document.data, history)
    address = request.build_absolute_uri(request.path)
    context = {
        "card": card,
        "twin": f"/api/v1/influencers/{slug}/scorecard/",
        "linked": linked.as_script(linked.review(card, address)),
        "address": address,
        "badge": request.build_absolute_uri(f"/api/v1/influencers/{slug}/badge.svg"),
        "badge_size": (WIDTH, HEIGHT),
        "share": request.build_absolute_uri(reverse("pages:share", args=[slug])),
    }
    return render(request, "ratings/scorecard.html", context)
