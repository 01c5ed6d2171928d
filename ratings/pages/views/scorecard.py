"""`/influencers/{slug}/`: the published document, read aloud."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.models import PublicDocument
from ratings.pages import linked, reviews
from ratings.pages.badge import HEIGHT, WIDTH
from ratings.pages.card import Card
from ratings.pages.numbers import as_day

REVIEWS = 5
ROOM = 500  # drawn bodies, some 30 kB each

_drawn: dict[tuple[str, str, str], SafeString] = {}


@require_safe
def scorecard(request: HttpRequest, slug: str) -> HttpResponse:
    document = publication.document(slug)
    if document is None:
        raise Http404
    newest = publication.reviews(influencer=document.influencer_id, size=REVIEWS)
    card = Card(document.data)
    address = request.build_absolute_uri(request.path)
    context = {
        "card": card,
        "body": body(document),
        "twin": f"/api/v1/influencers/{slug}/scorecard/",
        "linked": linked.as_script(linked.review(card, address)),
        "address": address,
        "badge": request.build_absolute_uri(f"/api/v1/influencers/{slug}/badge.svg"),
        "badge_size": (WIDTH, HEIGHT),
        "share": request.build_absolute_uri(reverse("pages:share", args=[slug])),
        "reviews": [reviews.line(shown) for shown in newest.rows],
    }
    return render(request, "ratings/scorecard.html", context)


def body(document: PublicDocument) -> SafeString:
    """All that the document and its history decide, drawn once in each language; a change of either changes the ETag.

    History grows only with a publication, and that writes every document anew.
    """
    key = (document.slug, document.etag, get_language() or "")
    found = _drawn.get(key)
    if found is None:
        history = publication.year_of(influencer=document.influencer_id, until=as_day(document.data["as_of"]))
        found = render_to_string("ratings/parts/card_body.html", {"card": Card(document.data, history)})
        while len(_drawn) >= ROOM:
            _drawn.pop(next(iter(_drawn), key), None)
        _drawn[key] = found
    return found
