"""How a machine's key opens a view."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework_api_key.permissions import KeyParser

from feedback.models import ApiKey


class KeyAuthentication(BaseAuthentication):
    """Read `Authorization: Api-Key …`; without a valid key the answer is 401."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        given = KeyParser().get(request)
        if not given:
            return None
        prefix = given.partition(".")[0]
        key = ApiKey.objects.filter(prefix=prefix, revoked=False).first() if prefix.isalnum() else None
        if key is None or not key.is_valid(given) or key.has_expired:
            raise AuthenticationFailed("This key is unknown, expired or revoked.")
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema says it."""

    target_class = KeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Api-Key` and the key"}


class HasScope(BasePermission):
    """Let in who holds a key whose scope is the view's `scope`."""

    message = "This key has another scope."

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and request.auth.scope == view.scope


class KeyThrottle(SimpleRateThrottle):
    """So much a minute for each key."""

    scope = "key"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle_key_{request.auth.prefix}" if isinstance(request.auth, ApiKey) else None
