"""`/rankings/`: the leaderboards by category, league and dimension."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import boards, labels
from ratings.pages.charts import scale_axis, scale_of
from ratings.pages.why import DIMENSIONS

SIZE = 50
BY = ("score", "p_top10")


def chosen(request: HttpRequest) -> dict[str, str]:
    """The filters asked for; what is not one of the choices is left out."""
    query = request.GET
    dimension, by, league = query.get("dimension", ""), query.get("by", ""), query.get("league", "")
    return {
        "category": query.get("category", "").replace("\x00", "")[:64],
        "league": league if league in boards.LEAGUES else "",
        "dimension": dimension if dimension in DIMENSIONS else "",
        "by": by if by in BY and dimension not in DIMENSIONS else "score",
    }


@require_safe
def rankings(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    filters = chosen(request)
    kept = {key: value for key, value in filters.items() if value and (key, value) != ("by", "score")}
    context: dict[str, Any] = {
        "section": "rankings",
        "filters": filters,
        "categories": boards.categories(),
        "leagues": [(code, boards.board_name(code)) for code in boards.LEAGUES],
        "dimensions": [(code, labels.name(labels.DIMENSIONS, code)) for code in DIMENSIONS],
        "orders": [("score", _("most likely score")), ("p_top10", _("probability of the best tenth"))],
        "public": public,
        "query": urlencode(kept),
        "twin": f"/api/v1/rankings/?{urlencode(kept)}" if kept else "/api/v1/rankings/",
    }
    if public is None:
        return render(request, "ratings/rankings.html", context)
    try:
        page = publication.rankings(public=public, cursor=request.GET.get("cursor", ""), size=SIZE, **filters)
    except (publication.CursorGone, publication.CursorInvalid):
        return redirect(f"{request.path}?{urlencode(kept)}" if kept else request.path)
    figures = boards.dimension_figures(page.rows, filters["dimension"])
    scale = scale_of(figures.get(row.card.pk) or boards.overall(row.card) for row in page.rows)
    models = publication.recognised(public=public, among=[row.card.influencer_id for row in page.rows])
    lines = [
        boards.line(
            row.card,
            place=row.place,
            uid=f"r{row.place}",
            platforms=row.platforms,
            figures=figures.get(row.card.pk),
            scale=scale,
            model=row.card.influencer_id in models,
        )
        for row in page.rows
    ]
    context["axis"] = scale_axis(scale, uid="axis")
    return render(request, "ratings/rankings.html", context | {"lines": lines, "page": page})
