"""`Idempotency-Key`: a request sent twice is done once, and answered the same both times.

The key's row, what the request does and its answer commit together. Whoever sends the same at the same moment waits
for that and is answered the same; a crash leaves neither. Refusals (4xx) change nothing and are not kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback.models import Answered, ApiKey

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{16,255}")
KEPT = timedelta(hours=24)
SALT = b"clearhost idempotency\0"
PARAMETER = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    pattern=r"^[\x21-\x7e]{16,255}$",
    description="Random, 16 to 255 characters (a UUID, say). The same request sent again within a day with the same "
    "key is answered as the first was, and done once. The same key with another request is a 422.",
)

View = TypeVar("View", bound=APIView)
Given = ParamSpec("Given")
Handler = Callable[Concatenate[View, Request, Given], Response]


class KeyReused(exceptions.APIException):
    status_code = 422
    default_detail = "This Idempotency-Key was used for another request."
    default_code = "idempotency_key_reused"


def once(handler: Handler[View, Given]) -> Handler[View, Given]:
    """Around a handler that changes something: with an `Idempotency-Key` it does so once."""

    @wraps(handler)
    def around(view: View, request: Request, /, *args: Given.args, **kwargs: Given.kwargs) -> Response:
        given = request.headers.get(HEADER)
        if given is None:
            return handler(view, request, *args, **kwargs)
        if not KEY.fullmatch(given):
            raise exceptions.ParseError(f"{HEADER} is 16 to 255 visible ASCII characters, best random ones.")
        secret = hmac.new(force_bytes(settings.SECRET_KEY), SALT + f"{_who(request)}\0{given}".encode(), hashlib.sha256)
        digest, asked, at = hashlib.sha256(secret.digest()).hexdigest(), _fingerprint(request), timezone.now()
        seal = Fernet(base64.urlsafe_b64encode(secret.digest()))
        with transaction.atomic():
            first = _first(digest, asked, at)
            if first is not None:
                return _again(first, asked, seal)
            response = handler(view, request, *args, **kwargs)
            if response.status_code < 400:
                sealed = seal.encrypt(JSONRenderer().render(response.data))
                Answered.objects.filter(pk=digest).update(status=response.status_code, sealed=sealed)
            else:
                transaction.set_rollback(True)
        return response

    return around


def forget(*, at: datetime) -> int:
    """Let go of answers older than a day."""
    return Answered.objects.filter(at__lt=at - KEPT).delete()[0]


def _first(digest: str, asked: str, at: datetime) -> Answered | None:
    """What was answered to this key before, or nothing, and then the key is ours; waits for one under way."""
    try:
        with transaction.atomic():
            Answered.objects.create(digest=digest, fingerprint=asked, at=at)
    except IntegrityError:
        found = Answered.objects.select_for_update().filter(pk=digest).first()
        if found is None:  # let go of at this very moment
            return _first(digest, asked, at)
        if found.at >= at - KEPT:
            return found
        Answered.objects.filter(pk=digest).update(fingerprint=asked, at=at)
    return None


def _again(first: Answered, asked: str, seal: Fernet) -> Response:
    if not hmac.compare_digest(first.fingerprint, asked):
        raise KeyReused
    body: Any = json.loads(seal.decrypt(bytes(first.sealed)) or "null")
    return Response(body, status=first.status, headers={"Idempotent-Replayed": "true"})


def _who(request: Request) -> str:
    if isinstance(request.auth, ApiKey):
        return f"key {request.auth.prefix}"
    return f"user {request.user.pk}" if isinstance(request.user, User) else "anyone"


def _fingerprint(request: Request) -> str:
    """The request as it was meant: method, address and what was sent, whatever its spaces and order."""
    data: Any = request.data
    parts = [request.method, request.path, request.META.get("QUERY_STRING", "")]
    if request.FILES:
        files = [(name, [_digest(file) for file in request.FILES.getlist(name)]) for name in sorted(request.FILES)]
        fields = [(name, data.getlist(name)) for name in sorted(data) if name not in request.FILES]
        said: Any = [files, fields]
    elif isinstance(data, bytes):
        said = hashlib.sha256(data).hexdigest()
    else:
        said = data
    text = json.dumps([*parts, said], sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
