"""Addresses of hosts that go on as another: they lead there, and back again when a merge is taken back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from influencers.models import Influencer

PLACES = ("/influencers/", "/api/v1/influencers/")


class Moved:
    """Middleware: a page or document of a host that is not there leads to whom it was merged into."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        place = next((place for place in PLACES if request.path.startswith(place)), None)
        if place is None:
            return response
        slug, _slash, rest = request.path.removeprefix(place).partition("/")
        gone = Influencer.objects.filter(slug=slug, merged_into__isnull=False) if "\0" not in slug else None
        into = gone and gone.values_list("merged_into__slug", flat=True).first()
        if not into:
            return response
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponseRedirect(f"{place}{into}/{rest}{query}")
