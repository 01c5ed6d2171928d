"""Appeals: acknowledged, and decided by someone else with an answer to every ground."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from influencers.models import Influencer
from ratings.admin.cases import TEXT, row_of
from ratings.admin.steps import Given, ReasonForm, Step, StepAdmin, StepForm
from ratings.governance import appeals
from ratings.models.governance import OPEN_APPEALS, Appeal, AppealState, Level, Outcome


class DecideForm(ReasonForm):
    """The outcome, and an answer to each ground beside it."""

    outcome = forms.ChoiceField(label=gettext_lazy("outcome"), choices=Outcome.choices)
    level = forms.ChoiceField(
        label=gettext_lazy("reduced to level"), choices=[("", "–"), *Level.choices], required=False
    )
    days = forms.IntegerField(label=gettext_lazy("reduced to days"), required=False, min_value=1, max_value=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, ground in enumerate(self.record.grounds):
            self.fields[f"answer{number}"] = forms.CharField(
                label=_("Answer to: %(ground)s") % {"ground": ground}, widget=TEXT
            )

    def clean(self) -> Given:
        given = super().clean() or {}
        names = [f"answer{number}" for number in range(len(self.record.grounds))]
        given["answers"] = [given.get(name, "") for name in names]
        return given


def _decide(appeal: Appeal, given: Given, by: User, at: datetime) -> object:
    return appeals.decide_appeal(
        appeal=appeal,
        outcome=Outcome(given["outcome"]),
        answers=given["answers"],
        reason=given["reason"],
        by=by,
        at=at,
        level=Level(given["level"]) if given["level"] else None,
        days=given["days"],
    )


@admin.register(Appeal)
class AppealAdmin(StepAdmin):
    list_display = ["id", "action", "state", "outcome", "filed_at", "decide_due", "late", "stay", "decided_by_name"]
    list_filter = ["state", "outcome", "late", "on_behalf"]
    search_fields = ["=id", "=action__influencer__source_id"]
    search_help_text = gettext_lazy("the number of an appeal, or the id of an influencer")
    list_select_related = ["action"]
    ordering = ["-id"]
    sortable_by = ()
    exclude = ["key"]
    steps = (
        Step(
            "acknowledge", gettext_lazy("Acknowledge it"), "ratings.decide_appeal", StepForm,
            lambda appeal: appeal.state == AppealState.FILED,
            lambda appeal, given, by, at: appeals.acknowledge(appeal=appeal, by=by, at=at),
        ),
        Step(
            "decide", gettext_lazy("Decide it"), "ratings.decide_appeal", DecideForm,
            lambda appeal: appeal.state in OPEN_APPEALS, _decide,
        ),
        Step(
            "withdraw", gettext_lazy("Withdraw at the host's wish"), "ratings.file_appeal", ReasonForm,
            lambda appeal: appeal.state in OPEN_APPEALS,
            lambda appeal, given, by, at: appeals.withdraw_appeal(appeal=appeal, by=by, at=at, **given),
        ),
    )  # fmt: skip

    def influencer_of(self, record: Appeal) -> Influencer:
        return record.action.influencer

    def render_change_form(self, request: HttpRequest, context: Given, *args: Any, **kwargs: Any) -> HttpResponse:
        appeal = context.get("original")
        if appeal is not None:
            context["parts"] = [(_("What happened"), [row_of(event) for event in appeal.events.order_by("-id")])]
        return super().render_change_form(request, context, *args, **kwargs)
