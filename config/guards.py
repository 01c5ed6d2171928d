"""What holds for every answer, whoever gives it, and for every session of staff."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from config import errors, metrics
from config.logs import request_id
from feedback import looks
from ratings.api.documents import hsts

Next = Callable[[HttpRequest], HttpResponseBase]

# Where one of the inner middlewares was not reached (a host that is not ours, a static file), these still hold.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MEGABYTE = 1024 * 1024
MOST_BYTES = 3 * MEGABYTE
# The views behind these have limits of their own; this is what the disk and the memory bear.
LARGER = re.compile(r"/api/v1/(ingest|checks|complaints)/|/complaints/new/|/reviews/new/|/check/")
MOST_LARGER = 256 * MEGABYTE  # pages hear a body out, to say in words that it is too large
MOST_OF_STAFF = 210 * MEGABYTE
STAFF_AT_MOST = 12 * 3600.0  # seconds from signing in
STAFF_IDLE = 30 * 60.0  # seconds without a request
NOTED_EVERY = 60.0
SINCE = "staff_since"
PERSONAL = re.compile(
    r"(feedback_(?:case|review|complaint|refund|order|attachment|ticket|revision|violation)|auth_user|axes_\w+?"
    r"|account_emailaddress|mfa_authenticator|usersessions_usersession|influencers_influencer"
    r"|ratings_(?:claim|contest|appeal|merchantmember|memberevent|reply|attempt|case|action|notice|outgoingemail)"
    r"|staff_import|staff)_(changelist|change|history|delete|file|step|preview|rejects|audit|merge)"
)


class EveryAnswer:
    """Outermost: every answer carries the headers of the house and an id, and is counted."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        if "X-Frame-Options" not in headers or "Content-Security-Policy" not in headers:
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        if "X-Request-ID" not in headers:
            headers["X-Request-ID"] = uuid.uuid4().hex
        if settings.SECURE_HSTS_SECONDS and "Strict-Transport-Security" not in headers and request.is_secure():
            headers["Strict-Transport-Security"] = hsts()
        metrics.answered(request.method or "", response.status_code)
        return response


class NoSuchPath:
    """No address has a zero byte in it, and the database would not take one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class BodyLimit:
    """Refuses a body that no view would take, before anything reads it; staff alone may send large files.

    One that does not say its length would be taken for none at all, and what was sent for nothing.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return errors.length_required(request)
        given = request.META.get("CONTENT_LENGTH") or "0"
        length = int(given) if given.isdecimal() else 0
        if length > MOST_BYTES and length > allowed(request):
            return errors.too_large(request)
        return self.get_response(request)


def allowed(request: HttpRequest) -> int:
    """The bytes that whoever asks may send there."""
    if LARGER.match(request.path):
        return MOST_LARGER
    if request.path.startswith("/admin/") and isinstance(request.user, User) and request.user.is_staff:
        return MOST_OF_STAFF
    return MOST_BYTES


class StaffSessions:
    """In the admin a session ends after half an hour without a request, and after twelve hours anyway."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/admin/") and request.user.is_authenticated:
            self.look_at(request)
        return self.get_response(request)

    def look_at(self, request: HttpRequest) -> None:
        now = time.time()
        began, last = request.session.get(SINCE, (now, now))
        if now - began > STAFF_AT_MOST or now - last > STAFF_IDLE:
            logout(request)
        elif now - last > NOTED_EVERY or SINCE not in request.session:
            request.session[SINCE] = (began, now)


class StaffLooks:
    """Writes down who of the staff saw which page of personal data."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match if request.path.startswith("/admin/") else None
        found = PERSONAL.fullmatch(match.url_name or "") if match and response.status_code == 200 else None
        if match and found and isinstance(request.user, User):
            subject = next(iter((*match.kwargs.values(), *match.args)), "")
            looks.looked(
                user=request.user,
                what=f"{found[1]} {found[2]}",
                subject=str(subject),
                request_id=request_id.get() or response.headers.get("X-Request-ID", ""),
                at=timezone.now(),
            )
        return response
