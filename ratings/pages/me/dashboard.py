"""`/me/{slug}/`: a host's own standing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from influencers.models import Influencer
from ratings.pages.me.access import own_influencer


@own_influencer
def dashboard(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Today's standing."""
    return render(request, "ratings/me/dashboard.html", {"host": influencer, "hidden": True})
