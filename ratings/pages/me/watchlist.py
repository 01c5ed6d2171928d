"""`/watchlist/`: whom a merchant follows, what happened, where it is called, and its keys."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings import publication
from ratings.members import merchants
from ratings.members.refusal import NotPossible
from ratings.models import Delivery, Hook, Merchant, MerchantKey, WatchEvent
from ratings.pages.forms import Accessible, CleanTextField
from ratings.pages.me.access import own_merchant
from ratings.pages.views.home import asked, matches
from ratings.watchlist import verbs

SHOWN = 50


class HookForm(Accessible):
    """Where to call."""

    url = CleanTextField(
        length=500,
        label=_("Address of the web-hook"),
        help_text=_("Public, beginning with https://. We call it from our server and sign each message."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


class KeyForm(Accessible):
    """What a key is for."""

    name = CleanTextField(length=50, label=_("Name of the key"), help_text=_("For example the program that uses it."))


@own_merchant
def watchlist(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Everything of one merchant's watchlist."""
    return _page(request, merchant)


@own_merchant
def change(request: HttpRequest, merchant: Merchant, what: str) -> HttpResponse:
    """Follow, unfollow, add or end a web-hook, make or revoke a key."""
    if request.method != "POST":
        return redirect("pages:watchlist_of", merchant.pk)
    at = timezone.now()
    try:
        match what:
            case "follow" | "unfollow":
                slug = request.POST.get("slug", "").replace("\x00", "")
                influencer = Influencer.objects.defer("search").filter(slug=slug, voided_at=None).first()
                if influencer is None:
                    raise Http404
                if what == "follow":
                    verbs.follow(merchant=merchant, influencer=influencer, at=at)
                else:
                    verbs.unfollow(merchant=merchant, influencer=influencer)
            case "hook":
                form = HookForm(request.POST)
                if not form.is_valid():
                    return _page(request, merchant, hook=form)
                _hook, secret = verbs.add_hook(merchant=merchant, url=form.cleaned_data["url"], at=at)
                return _page(request, merchant, secret=secret)
            case "end-hook":
                hook = Hook.objects.filter(merchant=merchant, pk=_number(request)).first()
                if hook is None:
                    raise Http404
                verbs.end_hook(hook=hook, at=at)
            case "key":
                named = KeyForm(request.POST)
                if not named.is_valid():
                    return _page(request, merchant, key=named)
                _key, secret = merchants.create_key(merchant=merchant, name=named.cleaned_data["name"])
                return _page(request, merchant, secret=secret)
            case "revoke":
                merchants.revoke_key(merchant=merchant, prefix=request.POST.get("prefix", "").replace("\x00", ""))
            case _:
                raise Http404
    except NotPossible as why:
        if what == "hook":
            form.add_error("url", str(why))
            return _page(request, merchant, hook=form)
        messages.error(request, str(why))
    return redirect("pages:watchlist_of", merchant.pk)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _page(
    request: HttpRequest,
    merchant: Merchant,
    *,
    hook: HookForm | None = None,
    key: KeyForm | None = None,
    secret: str = "",
) -> HttpResponse:
    words = asked(request)
    bad = any(form is not None and form.errors for form in (hook, key))
    context = {
        "merchant": merchant,
        "follows": verbs.followed(merchant=merchant),
        "events": WatchEvent.objects.filter(merchant=merchant).select_related("influencer")[:SHOWN],
        "hooks": Hook.objects.filter(merchant=merchant, ended_at=None).order_by("pk"),
        "failed": Delivery.objects.filter(event__merchant=merchant).exclude(error="")[:5],
        "keys": MerchantKey.objects.filter(merchant=merchant, key__revoked=False).select_related("key"),
        "hook_form": hook or HookForm(),
        "key_form": key or KeyForm(),
        "secret": secret,
        "q": words,
        "lines": matches(publication.public_run(), words, size=8) if words else [],
        "twin": f"/api/v1/watchlist/?merchant={merchant.pk}",
        "hidden": True,
    }
    return render(request, "ratings/me/watchlist.html", context, status=400 if bad else 200)
