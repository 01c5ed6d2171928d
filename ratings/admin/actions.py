"""Actions and their statements, with what a second person, a reviewer or time may do about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ratings.admin.cases import once, row_of
from ratings.admin.steps import Given, Lines, ReasonForm, Step, StepAdmin, StepForm
from ratings.governance import actions, appeals
from ratings.models.governance import Action, ActionState, Level


class AppealForm(StepForm):
    """On a host's behalf, in its own words."""

    grounds = Lines(label=gettext_lazy("grounds"), help_text=gettext_lazy("one a line; each gets its own answer"))
    key = forms.CharField(widget=forms.HiddenInput)

    def from_record(self, record: Action) -> Given:
        return {"key": once()}


def _is(*states: ActionState) -> Any:
    return lambda action: action.state in states


def _appealable(action: Action) -> bool:
    return action.may_be_appealed


IN_FORCE, PROPOSED = _is(ActionState.IN_FORCE), _is(ActionState.PROPOSED)


@admin.register(Action)
class ActionAdmin(StepAdmin):
    list_display = ["id", "influencer", "level", "codes", "state", "points", "decided_by_name", "decided_at", "end"]
    list_filter = ["state", "level", "ground", "source", "automated_decision"]
    search_fields = ["=id", "=influencer__source_id", "=case__violation_id"]
    search_help_text = gettext_lazy("the number of a decision, or the id of an influencer or of a violation")
    list_select_related = ["influencer"]
    ordering = ["-id"]
    sortable_by = ()
    exclude = ["key"]
    steps = (
        Step(
            "approve", gettext_lazy("Approve as the second person"), "ratings.approve_action", ReasonForm, PROPOSED,
            lambda action, given, by, at: actions.approve(action=action, by=by, at=at, **given),
        ),
        Step(
            "refuse", gettext_lazy("Refuse as the second person"), "ratings.approve_action", ReasonForm, PROPOSED,
            lambda action, given, by, at: actions.refuse(action=action, by=by, at=at, **given),
        ),
        Step(
            "review", gettext_lazy("Note that I have reviewed it"), "ratings.issue_action", ReasonForm,
            lambda action: IN_FORCE(action) and action.level == Level.L3,
            lambda action, given, by, at: actions.review(action=action, by=by, at=at, **given),
        ),
        Step(
            "cure", gettext_lazy("It was cured"), "ratings.issue_action", ReasonForm,
            lambda action: IN_FORCE(action) and action.level == Level.L0,
            lambda action, given, by, at: actions.cure(action=action, by=by, at=at, **given),
        ),
        Step(
            "lift", gettext_lazy("Lift: end its effect, the points stay"), "ratings.lift_action", ReasonForm, IN_FORCE,
            lambda action, given, by, at: actions.lift(action=action, by=by, at=at, **given),
        ),
        Step(
            "reverse", gettext_lazy("Reverse: as if it had never been"), "ratings.lift_action", ReasonForm, IN_FORCE,
            lambda action, given, by, at: actions.reverse(action=action, by=by, at=at, **given),
        ),
        Step(
            "appeal", gettext_lazy("File an appeal on the host's behalf"), "ratings.file_appeal", AppealForm,
            _appealable,
            lambda action, given, by, at: appeals.file_appeal(action=action, by=by, at=at, on_behalf=True, **given),
        ),
    )  # fmt: skip

    def render_change_form(self, request: HttpRequest, context: Given, *args: Any, **kwargs: Any) -> HttpResponse:
        action = context.get("original")
        if action is not None:
            context["parts"] = [
                (_("What happened"), [row_of(event) for event in action.events.order_by("-id")]),
                (_("Notices"), [notice_row(notice) for notice in action.notices.all()]),
            ]
        return super().render_change_form(request, context, *args, **kwargs)


def notice_row(notice: Any) -> dict[str, Any]:
    return {
        "at": notice.at,
        "what": notice.subject,
        "who": _("read") if notice.read_at else _("not read yet"),
        "why": notice.body,
    }
