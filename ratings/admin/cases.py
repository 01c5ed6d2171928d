"""Cases: opened from an alert or by hand, decided with a complete statement of reasons, held, dismissed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from feedback.models import Violation
from feedback.taxonomy import CLASSES, CODES, source
from influencers.models import Influencer
from ratings.admin.steps import Given, Lines, ReasonForm, Step, StepAdmin, StepForm, asked
from ratings.admin.words import said, violation
from ratings.governance import actions
from ratings.governance.alerts import act_on_alert
from ratings.models import Alert
from ratings.models.governance import (
    Case,
    CaseState,
    DecisionKind,
    Event,
    Ground,
    Level,
    Origin,
    Subject,
)

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TEXT = forms.Textarea(attrs={"rows": 4})


def once() -> str:
    """What makes sending a form twice harmless."""
    return secrets.token_hex(16)


class OpenForm(StepForm):
    """What a case says."""

    code = forms.ChoiceField(label=gettext_lazy("code"))
    violation_class = forms.ChoiceField(
        label=gettext_lazy("class"),
        choices=[("", gettext_lazy("as the code says")), *((c, c) for c in CLASSES)],
        required=False,
    )
    occurred_at = forms.DateTimeField(label=gettext_lazy("occurred at"), help_text="2026-01-31 20:00")
    session_id = forms.CharField(label=gettext_lazy("session"), required=False, max_length=128)
    facts = forms.CharField(label=gettext_lazy("facts"), widget=TEXT)
    evidence = Lines(label=gettext_lazy("links to evidence"), help_text=gettext_lazy("one a line"))
    source = forms.ChoiceField(label=gettext_lazy("source"), choices=Origin.choices)
    source_reference = forms.CharField(label=gettext_lazy("reference of the source"), required=False, max_length=200)
    subject = forms.ChoiceField(label=gettext_lazy("subject"), choices=Subject.choices)
    subject_name = forms.CharField(label=gettext_lazy("name of another subject"), required=False, max_length=200)
    violation_id = forms.CharField(
        label=gettext_lazy("violation already on record"), required=False, max_length=128,
        help_text=gettext_lazy("its id, when a source has reported it"),
    )  # fmt: skip
    automated_detection = forms.BooleanField(label=gettext_lazy("detected automatically"), required=False)
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(code, violation(code)) for code in CODES]  # type: ignore[attr-defined]


class IssueForm(StepForm):
    """The statement of reasons; what is left empty comes from the case or the ladder."""

    level = forms.ChoiceField(
        label=gettext_lazy("level"),
        choices=[("", gettext_lazy("as the ladder calls for")), *Level.choices],
        required=False,
    )
    lower_reason = forms.CharField(label=gettext_lazy("reason for a lower level"), widget=TEXT, required=False)
    decision_kind = forms.ChoiceField(
        label=gettext_lazy("kind of decision"),
        choices=[("", gettext_lazy("as the ladder says")), *DecisionKind.choices],
        required=False,
    )
    ground = forms.ChoiceField(label=gettext_lazy("ground"), choices=Ground.choices)
    ground_reference = forms.CharField(label=gettext_lazy("reference of the ground"), max_length=500)
    facts = forms.CharField(label=gettext_lazy("facts"), widget=TEXT)
    evidence = Lines(label=gettext_lazy("links to evidence"), help_text=gettext_lazy("one a line"))
    days = forms.IntegerField(
        label=gettext_lazy("days"), required=False, min_value=1, max_value=400,
        help_text=gettext_lazy("empty: as the ladder says"),
    )  # fmt: skip
    scope = forms.CharField(
        label=pgettext_lazy("of a decision", "scope"), required=False, max_length=500,
        help_text=gettext_lazy("empty: the card and its place in lists"),
    )  # fmt: skip
    public_summary = forms.CharField(
        label=gettext_lazy("public summary"), max_length=500,
        help_text=gettext_lazy("for the card, without personal data"),
    )  # fmt: skip
    appeal_how = forms.CharField(
        label=gettext_lazy("how to appeal"), widget=TEXT, required=False,
        help_text=gettext_lazy("empty: the usual words, with the dates"),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("language of the notice"), choices=LANGUAGES)
    key = forms.CharField(widget=forms.HiddenInput)

    def from_record(self, record: Case) -> Given:
        basis = "; ".join(source(name) for name in CODES[record.code].basis)
        return {
            "facts": record.facts,
            "evidence": record.evidence,
            "ground": Ground.LAW,
            "ground_reference": basis[:500],
            "language": "zh-hans",
            "key": once(),
        }


class HoldForm(ReasonForm):
    """For how long, and why."""

    hours = forms.IntegerField(label=gettext_lazy("hours"), min_value=1, max_value=72, initial=72)
    language = forms.ChoiceField(label=gettext_lazy("language of the notice"), choices=LANGUAGES)


def _issue(case: Case, given: Given, by: User, at: datetime) -> object:
    level, kind = given["level"], given["decision_kind"]
    words = {name: value for name, value in given.items() if name not in ("level", "decision_kind", "ground")}
    return actions.issue(
        case=case,
        by=by,
        at=at,
        ground=Ground(given["ground"]),
        level=Level(level) if level else None,
        decision_kind=DecisionKind(kind) if kind else None,
        **words,
    )


def _open(record: Case) -> bool:
    return record.state == CaseState.OPEN


@admin.register(Case)
class CaseAdmin(StepAdmin):
    list_display = ["id", "influencer", "code", "violation_class", "state", "subject", "source", "opened_at"]
    list_filter = ["state", "violation_class", "source", "subject", "automated_detection", "code"]
    search_fields = ["=violation_id", "=influencer__source_id"]
    search_help_text = gettext_lazy("the id of a violation or of an influencer")
    list_select_related = ["influencer"]
    ordering = ["-id"]
    sortable_by = ()
    exclude = ["key"]
    raw_id_fields = ["influencer"]
    steps = (
        Step("issue", gettext_lazy("Issue a measure"), "ratings.issue_action", IssueForm, _open, _issue),
        Step(
            "hold", gettext_lazy("Hold the card for hours"), "ratings.issue_action", HoldForm,
            lambda case: _open(case) and case.violation_class == "A",
            lambda case, given, by, at: actions.interim_hold(case=case, by=by, at=at, **given),
        ),
        Step(
            "release", gettext_lazy("End the hold"), "ratings.issue_action", ReasonForm,
            lambda case: _open(case) and case.events.filter(kind="held").exists(),
            lambda case, given, by, at: actions.release(case=case, by=by, at=at, **given),
        ),
        Step(
            "dismiss", gettext_lazy("Dismiss the case"), "ratings.open_case", ReasonForm, _open,
            lambda case, given, by, at: actions.dismiss(case=case, by=by, at=at, **given),
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        own = path("open/<int:pk>/", self.admin_site.admin_view(self.open), name="ratings_case_open")
        return [own, *super().get_urls()]

    def open(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open a case about an influencer; `?alert=` and `?violation=` fill in what they know."""
        if not request.user.has_perm("ratings.open_case"):
            raise PermissionDenied
        influencer = get_object_or_404(Influencer, pk=pk)
        alert = self._alert(request, influencer)
        back = reverse("admin:influencers_influencer_change", args=[pk])

        def act(given: Given, by: User, at: datetime) -> Case:
            words = {**given, "source": Origin(given["source"]), "subject": Subject(given["subject"])}
            with transaction.atomic():
                case = actions.open_case(influencer=influencer, by=by, at=at, **words)
                if alert is not None and alert.state == Alert.State.OPEN:
                    act_on_alert(alert=alert, reason=_("Case %(case)s was opened.") % {"case": case.pk}, by=by, at=at)
            return case

        return asked(
            request,
            form_of=lambda *given: OpenForm(*given, initial=self._known(request, influencer, alert)),
            act=act,
            influencer=influencer,
            title=_("Open a case about %(host)s") % {"host": influencer},
            back=lambda case: reverse("admin:ratings_case_change", args=[case.pk]),  # type: ignore[attr-defined]
            context={
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "back": back,
                "about": alert.reason if alert else "",
            },
        )

    def _alert(self, request: HttpRequest, influencer: Influencer) -> Alert | None:
        asked_for = request.GET.get("alert", "")
        if not asked_for.isdecimal() or len(asked_for) > 18:
            return None
        return Alert.objects.filter(pk=int(asked_for), influencer=influencer).first()

    def _known(self, request: HttpRequest, influencer: Influencer, alert: Alert | None) -> Given:
        known: Given = {"key": once(), "source": Origin.OWN_INITIATIVE, "subject": Subject.INFLUENCER}
        if alert is not None:
            known |= {
                "code": alert.code,
                "facts": alert.reason,
                "evidence": [f"alert:{alert.pk}"],
                "automated_detection": True,
                "occurred_at": alert.raised_at,
            }
        reported = Violation.objects.filter(
            influencer=influencer, source_id=request.GET.get("violation", ""), voided_at=None
        ).first()
        if reported is not None:
            known |= {
                "code": reported.code,
                "violation_class": reported.violation_class or "",
                "facts": reported.note or "",
                "evidence": [f"violations:{reported.source_id}"],
                "occurred_at": reported.occurred_at,
                "session_id": reported.session_id or "",
                "violation_id": reported.source_id,
            }
        return known

    def render_change_form(self, request: HttpRequest, context: Given, *args: Any, **kwargs: Any) -> HttpResponse:
        case = context.get("original")
        if case is not None:
            context["parts"] = [(_("What happened"), [row_of(event) for event in case.events.order_by("-id")])]
        return super().render_change_form(request, context, *args, **kwargs)


def row_of(event: Event) -> dict[str, Any]:
    """A line of the log, as the templates show it."""
    change = f" ({event.change:+.2f})" if event.change else ""
    return {
        "at": event.at,
        "what": f"{event.get_kind_display()}{change}",
        "who": event.actor_name or _("the service"),
        "why": said(event.reason),
    }
