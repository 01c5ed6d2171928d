"""How a machine's key opens a view."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework_api_key.permissions import KeyParser

from feedback.addresses import address_of
from feedback.models import ApiKey
from feedback.pace import MINUTE, taken


class KeyAuthentication(BaseAuthentication):
    """Read `Authorization: Api-Key …`; without a valid key the answer is 401."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        given = KeyParser().get(request)
        if not given:
            return None
        prefix = given.partition(".")[0]
        key = ApiKey.objects.filter(prefix=prefix, revoked=False).first() if prefix.isalnum() else None
        if key is None or not key.is_valid(given) or key.has_expired:
            wait = settings.THROTTLE and taken(scope="keys-tried", who=address_of(request), most=60, window=MINUTE)
            raise Throttled(wait) if wait else AuthenticationFailed("This key is unknown, expired or revoked.")
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
