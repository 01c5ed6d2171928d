"""The page for an address that sends too much."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def slow_down(request: HttpRequest, seconds: float) -> HttpResponse:
    """429 with the minutes to wait, in words and as `Retry-After`."""
    context = {"minutes": max(1, math.ceil(seconds / 60)), "hidden": True}
    response = render(request, "ratings/slow_down.html", context, status=429)
    response["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response
