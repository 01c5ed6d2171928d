"""Every error under /api/ as application/problem+json (RFC 9457), each with a `type` that does not change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.encoding import force_str
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
PREFIX = "urn:clearhost:problem:"

TITLES = {
    "bad-request": "Bad request",
    "invalid": "Some values are not acceptable",
    "unknown-parameter": "Unknown query parameter",
    "bad-cursor": "Not a cursor of this list",
    "bad-period": "There is no report of this period",
    "cursor-gone": "The run this list was read from is no longer kept",
    "not-authenticated": "Authentication needed",
    "permission-denied": "Not allowed",
    "not-found": "Not found",
    "method-not-allowed": "Method not allowed",
    "not-acceptable": "Not acceptable",
    "length-required": "Say how long the body is (Content-Length)",
    "too-large": "Too large",
    "unsupported-media-type": "Unsupported media type",
    "conflict": "In conflict with what is stored",
    "key-reused": "This key was used for another request",
    "throttled": "Too many requests",
    "not-published": "Nothing is published yet",
    "server-error": "Our fault",
    "unavailable": "Not available now; try again a little later",
}
BY_STATUS = {
    400: "bad-request",
    401: "not-authenticated",
    403: "permission-denied",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    411: "length-required",
    413: "too-large",
    415: "unsupported-media-type",
    422: "key-reused",
    429: "throttled",
    503: "unavailable",
}


class Problem(exceptions.APIException):
    """An error with a type of its own."""

    def __init__(self, kind: str, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status_code = status_code


def problem(kind: str, status_code: int, detail: str, *, instance: str, **more: Any) -> dict[str, Any]:
    head = {"type": PREFIX + kind, "title": TITLES[kind], "status": status_code, "detail": detail}
    return {**head, "instance": instance, **more}


def handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """What the REST framework answers to an exception; None lets an unexpected one become a 500."""
    path = context["request"].path
    if isinstance(exc, IntegrityError):
        body = problem("conflict", 409, "What is stored does not allow this.", instance=path)
        return Response(body, status=status.HTTP_409_CONFLICT, content_type=CONTENT_TYPE)
    response = exception_handler(exc, dict(context))
    if response is None:
        return None
    more: dict[str, Any] = {}
    if isinstance(exc, exceptions.ValidationError):
        kind, detail, more["errors"] = "invalid", TITLES["invalid"] + ".", exc.get_full_details()
    elif isinstance(exc, Problem):
        kind, detail = exc.kind, force_str(exc.detail)
    else:
        kind = BY_STATUS.get(response.status_code, "bad-request")
        if isinstance(exc, Http404 | PermissionDenied):
            detail = TITLES[kind] + "."
        else:
            detail = force_str(getattr(exc, "detail", TITLES[kind]))
    response.data = problem(kind, response.status_code, detail, instance=path, **more)
    response.content_type = CONTENT_TYPE
    return response


def plain(request: HttpRequest, status_code: int) -> JsonResponse:
    """The same shape for errors that never reach the REST framework (no such path, a crash, a bad host)."""
    kind = BY_STATUS.get(status_code, "server-error" if status_code >= 500 else "bad-request")
    body = problem(kind, status_code, TITLES[kind] + ".", instance=request.path)
    return JsonResponse(body, status=status_code, content_type=CONTENT_TYPE)
