"""Sending public documents as they are stored, before sessions, languages and the rest of the middleware."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import ResponseHeaders
from django.utils.http import parse_etags

from ratings.publication import serving

PATH = re.compile(r"/api/v1/influencers/([a-z0-9-]{1,120})/scorecard/")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = ("GET", "HEAD")
NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "public, no-cache",
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
CHECKED = ResponseHeaders(HEADERS)._store  # checked once, not with every answer: a third of its time
FIXED, PACKED = tuple(HEADERS.items()), (("Content-Encoding", "gzip"),)
Sent = tuple[str, list[tuple[str, str]], bytes]
Environ = dict[str, Any]


class PublicDocuments:
    """Outermost middleware: answers `influencers/{slug}/scorecard/` from the stored bytes, lets all else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS or request.META.get("QUERY_STRING"):
            return self.get_response(request)
        match = PATH.fullmatch(request.path_info)
        if match is None or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
            return self.get_response(request)
        request.get_host()  # raises for a host that is not ours
        found = serving.ready(match[1])
        if found is None:
            return self.get_response(request)
        return send(request, found)


def send(request: HttpRequest, found: serving.Ready) -> HttpResponse:
    """The same as a response of Django's."""
    status, headers, body = sent(request.META, found, secure=request.is_secure())
    response = HttpResponse(body, status=int(status[:3]))
    response.headers._store.clear()
    for name, value in headers:
        response.headers[name] = value
    return response


def sent(environ: Environ, found: serving.Ready, *, secure: bool) -> Sent:
    """The stored bytes in the encoding asked for, or 304 to one who has them."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    packed = "gzip" in accepted and not NO_GZIP.search(accepted)
    etag = f'"{found.etag}-gz"' if packed else f'"{found.etag}"'
    more = [("X-Request-ID", _known_as(environ))]
    if secure and settings.SECURE_HSTS_SECONDS:
        more.append(("Strict-Transport-Security", hsts()))
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted and (wanted == etag or holds(wanted, etag)):
        return "304 Not Modified", [*FIXED, ("ETag", etag), *more], b""
    body = found.body_gzip if packed else found.body
    more += PACKED if packed else ()
    whole = [*FIXED, ("ETag", etag), ("Content-Length", str(len(body))), *more]
    return "200 OK", whole, b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def hsts() -> str:
    """As Django's own middleware says it."""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)


def request_id(request: HttpRequest) -> str:
    """The one given, when it is fit to be echoed, else a new one."""
    return _known_as(request.META)


def _known_as(environ: Environ) -> str:
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if given and REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def with_headers(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers._store.update(CHECKED)
    response.headers["ETag"] = etag
    return response


def holds(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 asks of If-None-Match."""
    known = parse_etags(if_none_match)
    return "*" in known or etag in known or f"W/{etag}" in known


def send_once(request: HttpRequest, body: bytes) -> HttpResponse:
    """A document that is not held ready, such as one of another day."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if holds(request.META.get("HTTP_IF_NONE_MATCH", ""), etag):
        return with_headers(HttpResponse(status=304), etag)
    return with_headers(HttpResponse(body), etag)
