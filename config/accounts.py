"""How django-allauth and django-axes fit the house."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_bytes

from ratings.pages.slow_down import slow_down

SECOND_FACTORS = b"clearhost second factors\0"
LONGEST_NAME = 254


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff without a page of their own go to the admin."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.is_staff:
            return "/admin/"
        return str(super().get_login_redirect_url(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are stored encrypted: a stolen database makes no codes."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def name_tried(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """Under which name someone tried to sign in: with django-allauth an address or a name, in the admin a name."""
    given: Mapping[str, Any] = credentials or (request.POST if request is not None else {})
    name = next((given[key] for key in ("username", "email", "login") if given.get(key)), "")
    return str(name).strip().lower()[:LONGEST_NAME]


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """What someone reads who failed too often."""
    return slow_down(request, settings.AXES_COOLOFF_TIME * 3600)


def _cipher() -> MultiFernet:
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    keys = (hashlib.sha256(SECOND_FACTORS + force_bytes(master)).digest() for master in masters)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
