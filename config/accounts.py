"""How django-allauth and django-axes fit the house."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.encoding import force_bytes
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from ratings.pages.slow_down import slow_down

SECOND_FACTORS = b"clearhost second factors\0"
LONGEST_NAME = 254
NOWHERE = "staff.invalid"  # RFC 2606: no letter ever arrives there


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Computes one hash for a try, whether the account exists or not, under whichever name: time tells nothing."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        self._tried: dict[Any, AbstractBaseUser | None] = {}
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        if user is None:
            return None
        if user.pk not in self._tried:
            self._tried[user.pk] = super()._check_password(user, password)
        return self._tried[user.pk]


class SignUp(SignupForm):  # type: ignore[misc]
    """Computes one hash for an address that has an account already, as for one that has none: time tells nothing."""

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff go to the admin; whoever makes a staff account vouches for its address."""

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        if user.is_staff and not EmailAddress.objects.filter(user=user).exists():
            email = user.email or f"{user.username}@{NOWHERE}"
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        answer: HttpResponse | None = super().pre_login(request, user, **login)
        return answer

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


def staff_login(request: HttpRequest) -> HttpResponse:
    """Send staff to the one door there is: Django's own would ask for no second factor."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        wanted = "/admin/"
    if not request.user.is_authenticated:
        return redirect_to_login(wanted)
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect(wanted)


def demand_second_factor(request: HttpRequest) -> HttpResponse | None:
    """Where staff without a second factor go first, where one is required; None for who may go on."""
    if not settings.STAFF_SECOND_FACTOR or not request.path.startswith("/admin/"):
        return None
    if not request.user.is_authenticated or not request.user.is_staff or is_mfa_enabled(request.user):
        return None
    messages.warning(request, _("Staff sign in with a second factor here: set one up, and keep the recovery codes."))
    return redirect("mfa_activate_totp")


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
