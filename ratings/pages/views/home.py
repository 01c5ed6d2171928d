"""`/`: find a host, or see who leads each league."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.models import PublicRun
from ratings.pages import boards
from ratings.pages.charts import scale_of

FOUND = 20
LONGEST = 100


def matches(public: PublicRun | None, words: str, *, size: int = FOUND) -> list[boards.Line]:
    """Hosts whose name or handle carries the words."""
    if public is None or not words:
        return []
    page = publication.influencers(public=public, q=words, size=size)
    scale = scale_of(boards.overall(row.card) for row in page.rows)
    return [
        boards.line(row.card, place=row.place, uid=f"found-{n}", platforms=row.platforms, scale=scale)
        for n, row in enumerate(page.rows)
    ]


def asked(request: HttpRequest) -> str:
    """The search words, without what no name holds."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    words = asked(request)
    context = {
        "public": public,
        "q": words,
        "twin": f"/api/v1/influencers/?{urlencode({'q': words})}" if words else "/api/v1/rankings/",
    }
    if words:
        return render(request, "ratings/found.html", context | {"lines": matches(public, words)})
    tops = boards.best_of_leagues(public) if public else []
    return render(request, "ratings/home.html", context | {"boards": tops, "categories": boards.categories()})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`/search/`: the matches alone, as one types; without JavaScript the form answers with a whole page."""
    words = asked(request)
    public = publication.public_run() if words else None
    return render(request, "ratings/parts/matches.html", {"lines": matches(public, words, size=8), "q": words})
