"""Opens a page of one's own to whom it belongs; to everyone else it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from influencers.models import Influencer
from ratings.members import roles
from ratings.models import Merchant

Page = Callable[..., HttpResponseBase]


def signed_in(view: Page) -> Page:
    """Needs an account; anyone else is sent to sign in."""

    @never_cache
    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return guarded


def own_influencer(view: Page) -> Page:
    """Gives the view the influencer of the address, if the account speaks for it."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        influencer = roles.influencer_of(request.user, slug)
        if influencer is None:
            raise Http404
        return view(request, influencer, *args, **kwargs)

    return guarded


def own_merchant(view: Page) -> Page:
    """Gives the view the merchant the account acts for: the one of the address, or the first."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = kwargs.pop("merchant", None)
        own = roles.merchants_of(request.user)
        merchant = next((found for found in own if wanted in (None, found.pk)), None)
        if merchant is None and wanted is None:
            return redirect("pages:register_merchant")
        if merchant is None:
            raise Http404
        return view(request, merchant, *args, **kwargs)

    return guarded


def user_of(request: HttpRequest) -> User:
    """The account; behind `signed_in` there always is one."""
    assert isinstance(request.user, User)
    return request.user


__all__ = ["Influencer", "Merchant", "own_influencer", "own_merchant", "signed_in", "user_of"]
