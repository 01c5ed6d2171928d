"""How often one may ask: by key, by account, by address. Counted in the database: all processes count as one."""

from __future__ import annotations

import hashlib
import hmac
import math
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from prometheus_client import Counter
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from feedback.addresses import address_of
from feedback.models import ApiKey

MINUTE, HOUR, DAY = 60, 3_600, 86_400
ASK = """
INSERT INTO feedback_pace AS p (key, until, used) VALUES (%(key)s, now() + %(window)s * interval '1 second', 1)
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN p.until <= now() THEN 1 ELSE least(p.used + 1, 1000000000) END,
    until = CASE WHEN p.until <= now() THEN excluded.until ELSE p.until END
RETURNING used, extract(epoch FROM until - now())
"""
refused = Counter("clearhost_refused_for_pace", "Requests refused because they came too often.", ["scope"])


def taken(*, scope: str, who: str, most: int, window: int) -> float | None:
    """Count one more of `who`; the seconds to wait when that is more than `most` within the window."""
    secret = force_bytes(settings.SECRET_KEY)
    key = hmac.new(secret, f"pace\0{scope}\0{who}".encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(ASK, {"key": key, "window": window})
        used, seconds = cursor.fetchone()
    if used <= most:
        return None
    refused.labels(scope).inc()
    return max(1.0, float(seconds))


class TooMany(Exception):
    """More than may come about one influencer, whoever sends it; the seconds to wait."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait:.0f} s")
        self.wait = wait


def demand_pace_about(influencer: int, *, scope: str, most: int) -> None:
    """Bound what comes without a receipt about one influencer in an hour: what a wave of strangers may cost us.

    Raises
    ------
    TooMany
        when there was more. What comes with a receipt never waits for this.
    """
    wait = taken(scope=scope, who=str(influencer), most=most, window=HOUR) if settings.THROTTLE else None
    if wait is not None:
        raise TooMany(wait)


class Paced(BaseThrottle):
    """A limit of so many within a window, for each address."""

    scope = ""
    most = 0
    window = HOUR

    def who(self, request: Request) -> str:
        return address_of(request)

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = taken(scope=self.scope, who=self.who(request), most=self.most, window=self.window)
        return self.seconds is None

    def wait(self) -> float | None:
        return self.seconds


class PacedPrincipal(Paced):
    """A limit for each key, else for each account, else for each address."""

    def who(self, request: Request) -> str:
        if isinstance(request.auth, ApiKey):
            return f"key {request.auth.prefix}"
        if isinstance(request.user, User):
            return f"user {request.user.pk}"
        return address_of(request)


class ReviewPace(Paced):
    scope, most = "reviews", 60


class ComplaintPace(Paced):
    scope, most = "complaints", 20


class TokenPace(Paced):
    """For those who try tokens, and those who look often."""

    scope, most, window = "tokens", 120, MINUTE


class KeyPace(PacedPrincipal):
    """What machines may ask, and people who use the same addresses."""

    scope, most, window = "key", 600, MINUTE


class CheckPace(PacedPrincipal):
    """A check takes tenths of a second of computing."""

    scope, most = "checks", 600


class ManyChecksPace(PacedPrincipal):
    """Files of checks."""

    scope, most = "many-checks", 30


class HookPace(PacedPrincipal):
    """Each new address is looked up."""

    scope, most = "hooks", 30


class WritingPace(PacedPrincipal):
    """What one account may reply, contest and appeal: more than a person writes."""

    scope, most = "writing", 60


def pause(request: HttpRequest, throttle: type[Paced]) -> int | None:
    """For pages: the seconds to wait when this address asks too often, else None."""
    if not settings.THROTTLE:
        return None
    user = getattr(request, "user", None)
    signed_in = issubclass(throttle, PacedPrincipal) and isinstance(user, User)
    who = f"user {user.pk}" if signed_in and user else address_of(request)
    wait = taken(scope=throttle.scope, who=who, most=throttle.most, window=throttle.window)
    return None if wait is None else math.ceil(wait)
