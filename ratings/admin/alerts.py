"""Alerts: looked at, dismissed with a reason one by one or many at once, or the beginning of a case."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from influencers.admin import pretty
from ratings.admin.steps import Given, ReasonForm, Step, StepAdmin
from ratings.admin.words import said
from ratings.governance.alerts import act_on_alert, dismiss_alert
from ratings.governance.errors import CannotAct
from ratings.models import Alert, AlertEvent

AT_ONCE = 1_000


def _open(alert: Alert) -> bool:
    return alert.state == Alert.State.OPEN


@admin.register(Alert)
class AlertAdmin(StepAdmin):
    list_display = ["id", "influencer", "rule", "severity", "state", "desk", "raised_at", "due_at"]
    list_filter = ["state", "severity", "rule", "desk"]
    search_fields = ["=influencer__source_id"]
    search_help_text = gettext_lazy("the id of an influencer")
    list_select_related = ["influencer"]
    ordering = ["-id"]
    sortable_by = ()
    fields = [
        *("influencer", "rule", "severity", "state", "desk", "why", "what_shows_it", "suggestion", "code"),
        *("raised_at", "due_at", "last_seen_at", "escalated_at", "settled_at", "settled_by", "settled_why"),
    ]
    readonly_fields = ["why", "what_shows_it"]
    actions = ["dismiss_chosen"]
    steps = (
        Step(
            "dismiss", gettext_lazy("Dismiss"), "ratings.settle_alert", ReasonForm, _open,
            lambda alert, given, by, at: dismiss_alert(alert=alert, by=by, at=at, **given),
        ),
        Step(
            "acted", gettext_lazy("Note what was done"), "ratings.settle_alert", ReasonForm, _open,
            lambda alert, given, by, at: act_on_alert(alert=alert, by=by, at=at, **given),
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("reason"))
    def why(self, alert: Alert) -> str:
        return alert.reason

    @admin.display(description=gettext_lazy("evidence"))
    def what_shows_it(self, alert: Alert) -> SafeString:
        return pretty(alert.evidence)

    def links(self, record: Any, user: Any) -> SafeString:
        found = super().links(record, user)
        if not (_open(record) and user.has_perm("ratings.open_case")):
            return found
        url = reverse("admin:ratings_case_open", args=[record.influencer_id])
        more = format_html('<li><a href="{}?alert={}">{}</a></li>', url, record.pk, _("Open a case"))
        return format_html('<ul class="staff-steps">{}</ul>{}', more, found)

    def render_change_form(self, request: HttpRequest, context: Given, *args: Any, **kwargs: Any) -> HttpResponse:
        alert = context.get("original")
        if alert is not None:
            rows = [
                {
                    "at": event.at,
                    "what": event.get_kind_display(),
                    "who": event.by or "",
                    "why": alert.reason if event.kind == AlertEvent.Kind.RAISED else said(event.text),
                }
                for event in alert.events.order_by("-id").select_related("by")
            ]
            context["parts"] = [(_("What happened"), rows)]
        return super().render_change_form(request, context, *args, **kwargs)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ratings.settle_alert")

    @admin.action(description=gettext_lazy("Dismiss with one reason…"), permissions=["settle"])
    def dismiss_chosen(self, request: HttpRequest, chosen: QuerySet[Alert]) -> HttpResponse | None:
        """Ask for the reason; each alert keeps it in its own story."""
        by = request.user
        if not isinstance(by, User):
            raise PermissionDenied
        rows = list(chosen.filter(state=Alert.State.OPEN).select_related("influencer")[: AT_ONCE + 1])
        if not rows or len(rows) > AT_ONCE:
            self.message_user(request, _("Choose between one and 1,000 open alerts."), messages.ERROR)
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Dismiss alerts"),
                "form": form,
                "rows": rows,
                "checkbox": ACTION_CHECKBOX_NAME,
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/ratings/dismiss.html", context)
        done = 0
        for alert in rows:
            try:
                dismiss_alert(alert=alert, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
                done += 1
            except CannotAct as why:
                self.message_user(request, f"{alert}: {why}", messages.WARNING)
        told = ngettext("%(count)s alert was dismissed.", "%(count)s alerts were dismissed.", done)
        self.message_user(request, told % {"count": done}, messages.SUCCESS)
        return None
