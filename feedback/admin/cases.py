"""Complaint cases: the queue, one case with its timeline and files, and the steps staff can take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from feedback import attachments, complaints
from feedback.clocks import clocks
from feedback.models import Against, Attachment, Case, CaseEvent, Fault, Remedy, Role, Severity
from influencers.admin import RecordAdmin

Event = CaseEvent.Kind
BY_STAFF = (
    Event.ACKNOWLEDGED,
    Event.ANSWERED,
    Event.UPHELD,
    Event.REJECTED,
    Event.REMEDIED,
    Event.REOPENED,
    Event.REASSIGNED,
)


def share(fault: Fault) -> forms.IntegerField:
    """Its part of a fault that several share."""
    label = format_lazy(_("of the fault, in per cent: {who}"), who=fault.label)
    return forms.IntegerField(label=label, min_value=0, max_value=100, required=False)


SHARES = {"host": Fault.INFLUENCER, "merchant": Fault.MERCHANT, "courier": Fault.COURIER, "buyer": Fault.BUYER}


class StepForm(forms.Form):
    """What a step needs; the verbs say what is missing."""

    role = forms.ChoiceField(
        label=_("answered by"), choices=[(r.value, r.label) for r in Role if r in complaints.SIDES], required=False
    )
    severity = forms.ChoiceField(label=_("severity"), choices=Severity.choices, required=False)
    fault = forms.ChoiceField(label=_("fault"), choices=Fault.choices, required=False)
    courier = share(Fault.COURIER)
    buyer = share(Fault.BUYER)
    host = share(Fault.INFLUENCER)
    merchant = share(Fault.MERCHANT)
    against = forms.ChoiceField(label=_("against"), choices=Against.choices, required=False)
    against_name = forms.CharField(label=_("name of who it is against"), max_length=200, required=False)
    remedy = forms.ChoiceField(label=_("remedy"), choices=Remedy.choices, required=False)
    text = forms.CharField(
        label=_("text or reason"), help_text=_("Everyone involved reads it."), widget=forms.Textarea, required=False
    )

    def __init__(self, step: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {
            Event.ANSWERED: {"role", "text"},
            Event.UPHELD: {"severity", "fault", "remedy", "text", *SHARES},
            Event.REASSIGNED: {"against", "against_name", "text"},
            Event.REJECTED: {"text"},
            Event.REOPENED: {"text"},
        }.get(step, set())
        for name in set(self.fields) - wanted:
            del self.fields[name]
        for name, field in self.fields.items():
            field.required = name not in {*SHARES, "against_name"}


def minute(at: datetime) -> str:
    """As it is read aloud; `format_html` knows words alone."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def take(step: Event, case: Case, given: dict[str, Any], actor: User) -> Case:
    """Do what was asked, now and in the name of the one who asked."""
    how: dict[str, Any] = {"case": case, "at": timezone.now(), "actor": actor}
    match step:
        case Event.ACKNOWLEDGED:
            return complaints.acknowledge(**how)
        case Event.ANSWERED:
            return complaints.answer(text=given["text"], role=Role(given["role"]), **how)
        case Event.UPHELD:
            return complaints.uphold(
                severity=Severity(given["severity"]),
                fault=Fault(given["fault"]),
                remedy=Remedy(given["remedy"]),
                reason=given["text"],
                shares={who: given[name] for name, who in SHARES.items() if given.get(name)},
                **how,
            )
        case Event.REASSIGNED:
            return complaints.reassign(
                against=Against(given["against"]), name=given["against_name"], reason=given["text"], **how
            )
        case Event.REJECTED:
            return complaints.reject(reason=given["text"], **how)
        case Event.REMEDIED:
            return complaints.remedy_done(**how)
        case Event.REOPENED:
            return complaints.reopen(reason=given["text"], **how)
    raise Http404


@admin.register(Case)
class CaseAdmin(RecordAdmin):
    list_display = [
        "complaint_id",
        "influencer",
        "against",
        "topic",
        "state",
        "severity",
        "desk",
        "opened_at",
        "verified",
    ]
    list_filter = ["desk", "state", "severity", "against", "topic", "verified"]
    search_fields = ["=complaint_id", "=influencer__source_id", "=order_id"]
    list_select_related = ["influencer"]
    ordering = ["-id"]
    exclude = ["token_digest"]
    readonly_fields = ["steps", "due", "happened", "files"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/step/<str:step>/", self.admin_site.admin_view(self.step), name="feedback_case_step"),
            path("<int:pk>/file/<str:name>/", self.admin_site.admin_view(self.file), name="feedback_case_file"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("next steps"))
    def steps(self, case: Case) -> SafeString:
        possible = [step for step in BY_STAFF if case.state in complaints.STEPS[step][0]]
        rows = ((reverse("admin:feedback_case_step", args=[case.pk, step.value]), step.label) for step in possible)
        return format_html_join(" · ", '<a href="{}">{}</a>', rows) or SafeString("–")

    @admin.display(description=_("clocks"))
    def due(self, case: Case) -> SafeString:
        rows = (
            (
                clock.name.label,
                minute(clock.done_at) if clock.done_at else format_lazy(_("due {moment}"), moment=minute(clock.due)),
                _("late") if clock.late else "",
            )
            for clock in clocks(case, at=timezone.now())
        )
        return format_html_join(SafeString("<br>"), "{}: {} <strong>{}</strong>", rows)

    @admin.display(description=_("timeline"))
    def happened(self, case: Case) -> SafeString:
        rows = (
            (
                minute(event.at),
                event.get_kind_display(),
                event.get_role_display(),
                event.actor or "",
                event.text,
            )
            for event in case.events.select_related("actor")
        )
        return format_html_join("", "<p>{} <strong>{}</strong> ({} {})<br>{}</p>", rows)

    @admin.display(description=_("attachments"))
    def files(self, case: Case) -> SafeString:
        rows = (
            (reverse("admin:feedback_case_file", args=[case.pk, file.name]), file.get_media_type_display(), file.size)
            for file in case.attachments.all()
        )
        return format_html_join(SafeString("<br>"), '<a href="{}" download>{}, {} B</a>', rows) or SafeString("–")

    def file(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return attachments.download(get_object_or_404(Attachment, case_id=pk, name=name))

    def step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask what the step needs, then take it."""
        if not request.user.has_perm("feedback.change_case") or not isinstance(request.user, User):
            raise PermissionDenied
        case = get_object_or_404(Case.objects.select_related("influencer"), pk=pk)
        if step not in {known.value for known in BY_STAFF}:
            raise Http404
        form = StepForm(Event(step), request.POST or None)
        back = reverse("admin:feedback_case_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            try:
                take(Event(step), case, form.cleaned_data, request.user)
            except complaints.NotPossibleError as why:
                self.message_user(request, str(why), messages.ERROR)
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": format_html("{}: {}", case, Event(step).label),
            "case": case,
            "form": form,
            "back": back,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/feedback/case/step.html", context)
