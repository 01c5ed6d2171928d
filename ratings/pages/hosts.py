"""Which host a form is about: named in the address, or looked for first."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from influencers.models import Influencer
from ratings import publication
from ratings.pages import boards

SLUG = re.compile(r"[a-z0-9-]{1,120}")
FOUND = 20
LONGEST = 100


def asked(request: HttpRequest) -> Influencer | None:
    """The host that the address names."""
    slug = request.GET.get("influencer", "")
    if not SLUG.fullmatch(slug):
        return None
    return Influencer.objects.defer("search").select_related("category").filter(slug=slug, voided_at=None).first()


def choose(request: HttpRequest, **context: Any) -> HttpResponse:
    """A page to find the host on, for those who came without one."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    public = publication.public_run() if words else None
    page = publication.influencers(public=public, q=words, size=FOUND) if public else None
    lines = [
        boards.line(row.card, place=row.place, uid=f"found-{n}") for n, row in enumerate(page.rows if page else [])
    ]
    unknown = bool(request.GET.get("influencer"))
    context |= {"q": words, "lines": lines, "unknown": unknown, "hidden": True}
    return render(request, "ratings/choose_host.html", context, status=404 if unknown else 200)
