"""`/influencers/{slug}/`: the published document, read aloud."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import linked, reviews
from ratings.pages.badge import HEIGHT, WIDTH
from ratings.pages.card import Card
from ratings.pages.numbers import as_day

REVIEWS = 5


@require_safe
def scorecard(request: HttpRequest, slug: str) -> HttpResponse:
    document = publication.document(slug)
    if document is None:
        raise Http404
    history = publication.year_of(influencer=document.influencer_id, until=as_day(document.data["as_of"]))
    newest = publication.reviews(influencer=document.influencer_id, size=REVIEWS)
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
        "model": document.influencer_id in publication.recognised(public=public, among=[document.influencer_id])
        if (public := publication.public_run())
        else False,
        "reviews": [reviews.line(shown) for shown in newest.rows],
    }
    return render(request, "ratings/scorecard.html", context)
