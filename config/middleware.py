"""What every request passes on its way in and out."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from config import metrics, slow
from config.accounts import demand_second_factor
from config.logs import request_id

logger = logging.getLogger("clearhost.request")

Next = Callable[[HttpRequest], HttpResponse]

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestId:
    """Give each request an id, echo it, and log the request under it.

    The log names the route, not the path: some paths hold a token that only its owner should know.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        this = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(this)
        began = time.perf_counter()
        try:
            with connection.execute_wrapper(slow.queries):
                response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else None
            metrics.timed(route, time.perf_counter() - began)
            logger.info(
                "%s %s",
                request.method,
                response.status_code,
                extra={"fields": {"route": route, "ms": round((time.perf_counter() - began) * 1000, 1)}},
            )
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = this
        response["Permissions-Policy"] = NO_DEVICES
        return response


class LanguageFromQuery:
    """Let `?lang=` win over the cookie of the switch and over what the browser prefers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.known = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("lang", "").lower()
        if wanted in self.known:
            translation.activate(wanted)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class StaffSecondFactor:
    """Let nobody into the admin who has no second factor, where one is required."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return demand_second_factor(request) or self.get_response(request)
