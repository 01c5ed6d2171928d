"""Answering a list again as it was answered a moment ago: same page, same publication, asked the same way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ratings.api.documents import holds, request_id
from ratings.publication import serving

PATHS = re.compile(r"/api/v1/(influencers|rankings|compare|transparency|methodology(/[0-9A-Za-z._-]+)?)/")
FRESH_SECONDS = 10.0  # what a publication does not move, such as a voided influencer, is late by no more
ROOM = 500  # pages; about 10 MB
LONGEST_QUERY = 500
OF_ONE_ANSWER = {"x-request-id", "set-cookie"}


Token = tuple[int, datetime]


class Kept(NamedTuple):
    """An answer, the publication it belongs to and the time until which it is fresh."""

    token: Token
    until: float
    body: bytes
    headers: dict[str, tuple[str, str]]
    etag: str


class PublicLists:
    """Second middleware from outside; what is not at hand goes through all the others, rate limits included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.kept: dict[tuple[str, ...], Kept] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if (
            request.method != "GET"
            or PATHS.fullmatch(request.path_info) is None
            or len(query) > LONGEST_QUERY
            or (settings.SECURE_SSL_REDIRECT and not request.is_secure())
        ):
            return self.get_response(request)
        key = (request.scheme or "", request.get_host(), request.path_info, query)
        token, now = serving.publication_token(), time.monotonic()
        kept = self.kept.get(key)
        if kept is None or kept.token != token or now >= kept.until:
            wanted = request.META.pop("HTTP_IF_NONE_MATCH", "")  # compared below, with the whole answer at hand
            response = self.get_response(request)
            if token is None or not isinstance(response, HttpResponse) or response.status_code != 200:
                return response
            kept = self._keep(key, token, now, response)
            return _again(kept, wanted, response.get("X-Request-ID") or request_id(request))
        return _again(kept, request.META.get("HTTP_IF_NONE_MATCH", ""), request_id(request))

    def _keep(self, key: tuple[str, ...], token: Token, now: float, response: HttpResponse) -> Kept:
        headers = {name: pair for name, pair in response.headers._store.items() if name not in OF_ONE_ANSWER}
        kept = Kept(token, now + FRESH_SECONDS, response.content, headers, response.get("ETag", ""))
        while len(self.kept) >= ROOM:
            self.kept.pop(next(iter(self.kept), key), None)
        self.kept[key] = kept
        return kept


def _again(kept: Kept, wanted: str, known_as: str) -> HttpResponse:
    unchanged = bool(wanted and kept.etag and holds(wanted, kept.etag))
    response = HttpResponse(status=304) if unchanged else HttpResponse(kept.body)
    response.headers._store.update(kept.headers)
    if unchanged:
        response.headers.pop("Content-Length", None)
    response.headers["X-Request-ID"] = known_as
    return response
