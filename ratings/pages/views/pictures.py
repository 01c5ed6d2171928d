"""`badge.svg` and the picture of a shared link."""

import hashlib

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import etag, require_safe

from ratings import publication
from ratings.pages import badge as drawing
from ratings.pages.card import Card

LANGUAGES = ("en", "zh-hans")
CACHE = "public, max-age=3600"


def choices(request: HttpRequest) -> tuple[str, str]:
    """(language, theme). Raises SuspiciousOperation, a 400, for anything else in the query."""
    unknown = set(request.GET) - {"lang", "theme"}
    language, theme = request.GET.get("lang", "en").lower(), request.GET.get("theme", "light")
    if unknown or language not in LANGUAGES or theme not in drawing.PALETTES:
        raise SuspiciousOperation("lang is en or zh-hans, theme is light or dark, and there is no other parameter")
    return language, theme


def version(request: HttpRequest, slug: str) -> str | None:
    """The document's own tag and the query: the picture changes when, and only when, one of them does."""
    document = publication.document(slug)
    if document is None:
        return None
    asked = "|".join((document.etag, request.path, *choices(request)))
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'


def found(slug: str) -> Card:
    document = publication.document(slug)
    if document is None:
        raise Http404
    return Card(document.data)


def picture(content: str) -> HttpResponse:
    response = HttpResponse(content, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = CACHE
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers.pop("Vary", None)
    return response


@require_safe
@etag(version)
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """Fixed size, cacheable, embeddable anywhere."""
    language, theme = choices(request)
    with translation.override(language):
        return picture(drawing.badge(found(slug), theme=theme))


@require_safe
@etag(version)
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """The card as one picture, for `og:image`."""
    language, _theme = choices(request)
    with translation.override(language):
        return picture(drawing.share_picture(found(slug)))
