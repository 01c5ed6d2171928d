"""Two hosts that are one: asked, shown what it would do to both cards, done; and the same for taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from influencers.models import Influencer
from ratings.admin.steps import Given, ReasonForm
from ratings.governance import actions
from ratings.governance.errors import CannotAct, Incomplete
from ratings.models import PublicDocument, Standing

MAY = "influencers.merge_influencer"


class MergeForm(ReasonForm):
    """Under whom it goes on, and why."""

    into = forms.CharField(
        label=gettext_lazy("goes on as"),
        help_text=gettext_lazy("address (the last part of its page) or source id of the host whose card stays"),
        max_length=128,
    )
    field_order = ["into", "reason"]

    def clean_into(self) -> Influencer:
        named = str(self.cleaned_data["into"]).strip()
        found = Influencer.objects.defer("search").filter(Q(slug=named) | Q(source_id=named)).first()
        if found is None:
            raise forms.ValidationError(_("There is no such host."))
        return found


@dataclass(frozen=True)
class Side:
    """One of the two, as its card and its balance stand."""

    name: str
    slug: str
    score: float | None
    grade: str
    pieces: int
    balance: Any


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, the preview, and the deed."""
    by = request.user
    if not isinstance(by, User) or not by.has_perm(MAY):
        raise PermissionDenied
    host = get_object_or_404(Influencer.objects.select_related("merged_into").defer("search"), pk=pk)
    back = host.merged_into
    form = (ReasonForm if back else MergeForm)(request.POST or None)
    title = _("Take the merge back") if back else _("Merge into another host")
    context: Given = admin.site.each_context(request)
    context |= {"title": title, "form": form, "host": host, "into": back, "at": timezone.now()}
    if request.method == "POST" and form.is_valid():
        other = back or form.cleaned_data["into"]
        try:
            if "confirmed" in request.POST:
                _act(host, other, form.cleaned_data["reason"], by, timezone.now())
                messages.success(request, _("Done: %(what)s.") % {"what": title})
                return redirect(reverse("admin:influencers_influencer_change", args=[pk]))
            if "change" not in request.POST:
                context |= {"into": other, "sides": _rehearsed(host, other, form.cleaned_data["reason"], by)}
        except Incomplete as why:
            form.add_error("reason", str(why))
        except CannotAct as why:
            form.add_error(None, str(why))
    return TemplateResponse(request, "admin/ratings/merge.html", context)


def _act(host: Influencer, other: Influencer, reason: str, by: User, at: datetime) -> None:
    if host.merged_into_id is None:
        actions.merge(influencer=host, into=other, by=by, reason=reason, at=at)
    else:
        actions.unmerge(influencer=host, by=by, reason=reason, at=at)


def _rehearsed(host: Influencer, other: Influencer, reason: str, by: User) -> list[tuple[Side, Side]]:
    """Both as they stand and as they would stand; done in earnest and taken back."""
    before = [_side(one) for one in (host, other)]
    with transaction.atomic():
        _act(host, other, reason, by, timezone.now())
        after = [_side(one) for one in (host, other)]
        transaction.set_rollback(True)
    return list(zip(before, after, strict=True))


def _side(host: Influencer) -> Side:
    document = PublicDocument.objects.filter(influencer=host).first()
    none: dict[str, Any] = {"overall": {"score": None, "grade": ""}, "evidence": {"counts": {}}}
    data = none if document is None else document.data
    standing = Standing.objects.filter(influencer=host).first()
    return Side(
        name=host.name,
        slug=host.slug or "",
        score=data["overall"]["score"],
        grade=data["overall"]["grade"] or "",
        pieces=sum(data["evidence"]["counts"].values()),
        balance=100 if standing is None else standing.balance,
    )
