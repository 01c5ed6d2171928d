"""A step on a record in three looks: what it needs, what it would do to whom in which words, and done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from influencers.admin import RecordAdmin
from influencers.models import Influencer
from ratings.governance import notices
from ratings.governance.errors import CannotAct, Incomplete
from ratings.models import Action, Notice, Standing

Given = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One verb on a record: who may, when it is possible, what it asks for."""

    name: str
    label: str | Promise
    permission: str
    form: type[forms.Form]
    when: Callable[[Any], bool]
    take: Callable[[Any, Given, User, datetime], object]


@dataclass(frozen=True)
class Rehearsal:
    """What a step would write, without having written it."""

    letters: list[Notice]
    before: Standing
    after: Standing


def rehearse(*, influencer: Influencer, act: Callable[[], object]) -> Rehearsal:
    """Take a step in earnest, read what it wrote, and take it back. Raises what the step does."""
    last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    newest = Action.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    before = _standing(influencer)
    with transaction.atomic():
        act()
        written = Notice.objects.filter(influencer=influencer, pk__gt=last).order_by("pk")
        letters = [
            _unnumbered(letter) if letter.action_id and letter.action_id > newest else letter
            for letter in written.select_related("action__case")
        ]
        after = _standing(influencer)
        transaction.set_rollback(True)
    return Rehearsal(letters, before, after)


def _unnumbered(letter: Notice) -> Notice:
    """The same letter without the number of a decision, which it gets only when it is taken."""
    action = letter.action
    assert action is not None
    action.pk = None
    return notices.preview(action)


def _standing(influencer: Influencer) -> Standing:
    return Standing.objects.filter(influencer=influencer).first() or Standing(influencer=influencer)


class StepAdmin(RecordAdmin):
    """Records that staff take steps on; every step is checked again on the server, by permission and by its verb."""

    steps: tuple[Step, ...] = ()

    def influencer_of(self, record: Any) -> Influencer:
        found: Influencer = record.influencer
        return found

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        own = path("<int:pk>/step/<slug:step>/", self.admin_site.admin_view(self.take_step), name=name)
        return [own, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        self.asked_by = request.user
        return list(super().get_readonly_fields(request, obj))

    def possible(self, record: Any, user: Any) -> list[Step]:
        return [step for step in self.steps if user.has_perm(step.permission) and step.when(record)]

    def render_change_form(self, request: HttpRequest, context: Given, *args: Any, **kwargs: Any) -> HttpResponse:
        record = context.get("original")
        context["links"] = self.links(record, request.user) if record is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)

    change_form_template = "admin/ratings/record.html"

    def links(self, record: Any, user: Any) -> SafeString:
        """The steps this person may take now."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
        rows = ((reverse(name, args=[record.pk, step.name]), step.label) for step in self.possible(record, user))
        items = format_html_join("", '<li><a href="{}">{}</a></li>', rows)
        return format_html('<ul class="staff-steps">{}</ul>', items) if items else SafeString("")

    def take_step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask, show, do."""
        record = get_object_or_404(self.model, pk=pk)
        found = next((known for known in self.steps if known.name == step), None)
        if found is None:
            raise Http404
        if not isinstance(request.user, User) or not request.user.has_perm(found.permission):
            raise PermissionDenied
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        return asked(
            request,
            form_of=lambda *given: found.form(*given, record=record),  # type: ignore[call-arg]  # StepForm takes it
            act=lambda given, by, at: found.take(record, given, by, at),
            influencer=self.influencer_of(record),
            title=format_html("{}: {}", found.label, record),
            back=lambda _done: back,
            context={**self.admin_site.each_context(request), "opts": self.opts, "record": record, "back": back},
        )


def asked(
    request: HttpRequest,
    *,
    form_of: Callable[..., forms.Form],
    act: Callable[[Given, User, datetime], object],
    influencer: Influencer,
    title: str,
    back: Callable[[object], str],
    context: Given,
) -> HttpResponse:
    """The three looks: form, preview, done."""
    by = request.user
    assert isinstance(by, User)
    form = form_of(request.POST) if request.method == "POST" else form_of()
    context |= {"title": title, "form": form, "influencer": influencer}
    if request.method == "POST" and form.is_valid():
        try:
            if "confirmed" in request.POST:
                done = act(form.cleaned_data, by, timezone.now())
                messages.success(request, _("Done: %(what)s.") % {"what": title})
                return redirect(back(done))
            if "change" not in request.POST:
                at = timezone.now()
                context["rehearsal"] = rehearse(influencer=influencer, act=lambda: act(form.cleaned_data, by, at))
                return TemplateResponse(request, "admin/ratings/step_preview.html", context)
        except Incomplete as why:
            form.add_error(why.field if why.field in form.fields else None, str(why))
        except CannotAct as why:
            form.add_error(None, str(why))
    return TemplateResponse(request, "admin/ratings/step.html", context)


class StepForm(forms.Form):
    """What a step asks for; most ask only why."""

    error_css_class = "errors"

    def __init__(self, *args: Any, record: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        for name, value in self.from_record(record).items():
            self.fields[name].initial = value

    def from_record(self, record: Any) -> Given:
        return {}


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("reason"),
        help_text=gettext_lazy("Stays in the log; the person concerned may read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Lines(forms.CharField):
    """One entry a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list where a text was
        if isinstance(value, list):
            return value
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        return

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value
