"""`/transparency/`: the same figures of the same run as its JSON twin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ratings import publication
from ratings import transparency as report
from ratings.pages import labels
from ratings.pages.numbers import chinese


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    context = {"section": "transparency", "public": public, "twin": "/api/v1/transparency/"}
    if public is None:
        return render(request, "ratings/transparency.html", context)
    found = report.figures(public)
    codes = [{**row, "name": row["name_zh"] if chinese() else row["name_en"]} for row in found["violations"]]
    kinds = [
        (labels.name(labels.KINDS, kind), count) for kind, count in found["evidence"].items() if kind in labels.KINDS
    ]
    return render(request, "ratings/transparency.html", context | {"found": found, "codes": codes, "kinds": kinds})
