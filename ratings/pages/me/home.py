"""`/me/`: which hosts and merchants an account acts for, and how it comes to act for one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings import publication
from ratings.members import claims, merchants, roles
from ratings.members.refusal import NotPossible
from ratings.models import Claim
from ratings.pages.forms import Accessible, CleanTextField
from ratings.pages.me.access import signed_in, user_of
from ratings.pages.views.home import asked, matches


class ClaimForm(Accessible):
    """How staff can tell."""

    statement = CleanTextField(
        length=claims.STATEMENT_LENGTH,
        label=_("How can we tell that you speak for this host?"),
        help_text=_(
            "For example: the platform's back office shows your account, a message we can send to the host's own "
            "account, a contract with the agency. Up to 2,000 characters."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class MerchantForm(Accessible):
    """A merchant's name."""

    name = CleanTextField(length=merchants.NAME_LENGTH, label=_("Name of the shop or company"))


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The account's own hosts, merchants and claims."""
    user = user_of(request)
    claimed = Claim.objects.filter(user=user).select_related("influencer").defer("influencer__search")
    words = asked(request)
    context = {
        "hosts": roles.influencers_of(user),
        "merchants": roles.merchants_of(user),
        "claims": [found for found in claimed if found.state != Claim.State.APPROVED],
        "q": words,
        "lines": matches(publication.public_run(), words, size=8) if words else [],
        "hidden": True,
    }
    return render(request, "ratings/me/home.html", context)


@signed_in
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to speak for a host."""
    influencer = Influencer.objects.defer("search").filter(slug=slug, voided_at=None).first()
    if influencer is None:
        raise Http404
    form = ClaimForm(request.POST or None)
    if form.is_valid():
        try:
            claims.claim(
                influencer=influencer,
                user=user_of(request),
                statement=form.cleaned_data["statement"],
                at=timezone.now(),
            )
        except NotPossible as why:
            form.add_error("statement", str(why))
        else:
            messages.success(request, _("We look into it and tell you here."))
            return redirect("pages:me")
    context = {"form": form, "host": influencer, "hidden": True}
    return render(request, "ratings/me/claim.html", context, status=400 if form.errors else 200)


@signed_in
def register(request: HttpRequest) -> HttpResponse:
    """Open a merchant's page."""
    form = MerchantForm(request.POST or None)
    if form.is_valid():
        try:
            merchants.register(name=form.cleaned_data["name"], user=user_of(request), at=timezone.now())
        except NotPossible as why:
            form.add_error("name", str(why))
        else:
            return redirect("pages:me")
    return render(
        request, "ratings/me/register.html", {"form": form, "hidden": True}, status=400 if form.errors else 200
    )


@signed_in
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Give a claim up, approved or not."""
    found = Claim.objects.filter(pk=number, user=user_of(request)).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            claims.end(claim=found, reason="", by=user_of(request), at=timezone.now())
        except NotPossible as why:
            messages.error(request, str(why))
    return redirect("pages:me")
