"""Refuse a body that is too large before anything reads it, the forgery check included."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]

PIECE = 1 << 16
READ_AT_MOST = 256 * 1024 * 1024  # a browser shows the answer only when its upload was heard out


def at_most(size: int) -> Callable[[View], View]:
    """Let a view see only requests whose body is no larger than `size` bytes; others get a page that says so."""

    def around(view: View) -> View:
        guarded = csrf_protect(view)

        @csrf_exempt  # the check reads the form, and so must come after the limit
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
            if length <= size:
                return guarded(request, *args, **kwargs)
            _hear_out(request, length)
            context = {"most": f"{size // 1024 // 1024} MB", "back": request.get_full_path(), "hidden": True}
            return render(request, "ratings/too_large.html", context, status=413)

        return limited

    return around


def _hear_out(request: HttpRequest, length: int) -> None:
    left = min(length, READ_AT_MOST)
    while left > 0:
        piece = request.read(min(PIECE, left))
        if not piece:
            return
        left -= len(piece)
