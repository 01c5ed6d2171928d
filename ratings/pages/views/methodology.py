"""`/methodology/`: the formula and every constant of the policy with its reason."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import labels
from ratings.pages.card import DIMENSIONS
from ratings.pages.charts.bands import GRADES


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    policy = public.run.policy.document if public else None
    context = {
        "section": "methodology",
        "policy": policy,
        "public": public,
        "dimensions": [(labels.name(labels.DIMENSIONS, d), labels.name(labels.ABOUT, d)) for d in DIMENSIONS],
        "grades": GRADES,
        "twin": "/api/v1/methodology/",
    }
    return render(request, "ratings/methodology.html", context)
