"""Claims to be decided, merchants, and the log of what members did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from influencers.admin import RecordAdmin
from ratings.members import claims, contests, replies
from ratings.members.refusal import NotPossible
from ratings.models import Claim, Contest, MemberEvent, Merchant, MerchantKey, MerchantMember, Reply


class ReasonForm(forms.Form):
    """Why: whoever asked will read it."""

    reason = forms.CharField(label=_("Reason"), help_text=_("The person concerned reads it."), widget=forms.Textarea)


def with_reason(
    model_admin: admin.ModelAdmin[Any],
    request: HttpRequest,
    chosen: QuerySet[Any],
    *,
    title: str,
    action: str,
    verb: Callable[[Any, str, User], object],
) -> HttpResponse | None:
    """Ask for the reason, then take the step for each chosen row and say what could not be done."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "form": form,
            "rows": chosen,
            "action": action,
            "opts": model_admin.opts,
        }
        return TemplateResponse(request, "admin/ratings/with_reason.html", context)
    done = 0
    for row in chosen:
        try:
            verb(row, form.cleaned_data["reason"], request.user)
            done += 1
        except NotPossible as why:
            model_admin.message_user(request, f"{row}: {why}", messages.ERROR)
    if done:
        model_admin.message_user(request, _("Done: %(count)s.") % {"count": done}, messages.SUCCESS)
    return None


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    list_display = ["influencer", "user", "state", "made_at", "decided_by", "decided_at"]
    list_filter = ["state"]
    list_select_related = ["influencer", "user", "decided_by"]
    search_fields = ["=influencer__source_id", "influencer__name", "=user__username", "=user__email"]
    fields = [
        *("influencer", "user", "statement", "state", "made_at", "decided_at", "decided_by", "reason", "ended_at"),
    ]
    actions = ["approve", "refuse", "end"]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ratings.change_claim"))

    @admin.action(description=_("Approve: this account speaks for the influencer"), permissions=["decide"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Claim]) -> HttpResponse | None:
        return self._decide(request, chosen, "approve", str(_("Approve claims")), approve=True)

    @admin.action(description=_("Refuse"), permissions=["decide"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[Claim]) -> HttpResponse | None:
        return self._decide(request, chosen, "refuse", str(_("Refuse claims")), approve=False)

    @admin.action(description=_("End: this account speaks for the influencer no longer"), permissions=["decide"])
    def end(self, request: HttpRequest, chosen: QuerySet[Claim]) -> HttpResponse | None:
        def verb(row: Claim, reason: str, by: User) -> object:
            return claims.end(claim=row, reason=reason, by=by, at=timezone.now())

        return with_reason(self, request, chosen, title=str(_("End claims")), action="end", verb=verb)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[Claim], action: str, title: str, *, approve: bool
    ) -> HttpResponse | None:
        def verb(row: Claim, reason: str, by: User) -> object:
            return claims.decide(claim=row, approve=approve, reason=reason, by=by, at=timezone.now())

        return with_reason(self, request, chosen, title=title, action=action, verb=verb)


@admin.register(Contest)
class ContestAdmin(RecordAdmin):
    list_display = ["influencer", "kind", "source_id", "state", "filed_at", "due_at", "decided_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["influencer", "decided_by"]
    search_fields = ["=source_id", "=influencer__source_id"]
    ordering = ["due_at"]
    actions = ["uphold", "reject"]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ratings.change_contest"))

    @admin.action(description=_("Uphold: take the evidence out"), permissions=["decide"])
    def uphold(self, request: HttpRequest, chosen: QuerySet[Contest]) -> HttpResponse | None:
        return self._decide(request, chosen, "uphold", str(_("Uphold contests")), uphold=True)

    @admin.action(description=_("Reject: the evidence stays"), permissions=["decide"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Contest]) -> HttpResponse | None:
        return self._decide(request, chosen, "reject", str(_("Reject contests")), uphold=False)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[Contest], action: str, title: str, *, uphold: bool
    ) -> HttpResponse | None:
        def verb(row: Contest, reason: str, by: User) -> object:
            return contests.decide(contest=row, uphold=uphold, reason=reason, by=by, at=timezone.now())

        return with_reason(self, request, chosen, title=title, action=action, verb=verb)


@admin.register(Reply)
class ReplyAdmin(RecordAdmin):
    list_display = ["influencer", "review_id", "at", "ended_at", "removed_by"]
    list_select_related = ["influencer", "removed_by"]
    search_fields = ["=review_id", "=influencer__source_id"]
    actions = ["remove"]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ratings.change_reply"))

    @admin.action(description=_("Remove from the card for good"), permissions=["decide"])
    def remove(self, request: HttpRequest, chosen: QuerySet[Reply]) -> HttpResponse | None:
        def verb(row: Reply, reason: str, by: User) -> object:
            return replies.remove(reply=row, reason=reason, by=by, at=timezone.now())

        return with_reason(self, request, chosen, title=str(_("Remove replies")), action="remove", verb=verb)


@admin.register(Merchant)
class MerchantAdmin(RecordAdmin):
    list_display = ["name", "created_at"]
    search_fields = ["name"]


@admin.register(MerchantMember)
class MerchantMemberAdmin(RecordAdmin):
    list_display = ["merchant", "user", "since"]
    list_select_related = ["merchant", "user"]


@admin.register(MerchantKey)
class MerchantKeyAdmin(RecordAdmin):
    list_display = ["merchant", "key"]
    list_select_related = ["merchant", "key"]


@admin.register(MemberEvent)
class MemberEventAdmin(RecordAdmin):
    list_display = ["at", "kind", "actor", "influencer", "subject"]
    list_filter = ["kind"]
    list_select_related = ["actor", "influencer"]
    search_fields = ["=influencer__source_id", "=actor__username", "=subject"]
