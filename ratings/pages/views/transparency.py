"""`/transparency/` and its JSON twin: the same figures of the same run."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import enforcement, labels
from ratings.pages.numbers import chinese


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    context = {"section": "transparency", "public": public, "twin": "/api/v1/transparency/"}
    if public is None:
        return render(request, "ratings/transparency.html", context)
    found = enforcement.figures(public)
    codes = [{**row, "name": row["name_zh"] if chinese() else row["name_en"]} for row in found["violations"]]
    kinds = [(labels.name(labels.KINDS, kind), count) for kind, count in found["evidence"].items()]
    return render(request, "ratings/transparency.html", context | {"found": found, "codes": codes, "kinds": kinds})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    body = enforcement.figures(public) if public else {}
    response = JsonResponse(body, status=200 if public else 503, json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, no-cache"
    return response
