"""Taking out evidence that never was: chosen rows, looked at once more, with a reason that stays on record."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback import intake
from feedback.columns import Kind
from feedback.kinds import KINDS
from feedback.stored import MODELS
from influencers.admin import RecordAdmin

AT_ONCE = 10_000
SHOWN = 50
KIND_OF = {model.lower(): KINDS[kind] for kind, model in MODELS.items()}


class VoidingAdmin(RecordAdmin):
    """Evidence that staff may void."""

    actions = ["void_chosen"]

    def has_void_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("feedback.void_evidence")

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.opts.label_lower]

    @admin.action(description=gettext_lazy("Take out as never having been…"), permissions=["void"])
    def void_chosen(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        """Ask first: what it is, whose, and why."""
        open_rows = chosen.filter(voided_at=None).order_by("-id")
        if any(field.name == "influencer" for field in self.opts.fields):
            open_rows = open_rows.select_related("influencer")
        rows = list(open_rows[: AT_ONCE + 1])
        if not rows or len(rows) > AT_ONCE:
            refusal = _("Choose at most %(most)s rows at once.") if rows else _("All of these are void already.")
            self.message_user(request, refusal % {"most": f"{AT_ONCE:,}"}, messages.ERROR)
            return None
        reason = request.POST.get("reason", "").strip()
        if "confirmed" in request.POST and reason:
            self._void(request, [row.source_id for row in rows], reason[:1000])
            return None
        columns = [str(name) for name in self.list_display if name not in ("source_id", "influencer", "voided_at")]
        labels = [str(self.opts.get_field(name).verbose_name) for name in columns]  # type: ignore[union-attr]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take out as never having been"),
            "opts": self.opts,
            "count": len(rows),
            "of": Counter(str(getattr(row, "influencer", "–")) for row in rows).most_common(20),
            "labels": labels,
            "rows": [(row, [getattr(row, name) for name in columns]) for row in rows[:SHOWN]],
            "more": max(len(rows) - SHOWN, 0),
            "chosen": [row.pk for row in rows],
            "checkbox": ACTION_CHECKBOX_NAME,
            "missing": "confirmed" in request.POST,
        }
        return TemplateResponse(request, "admin/feedback/void.html", context)

    def _void(self, request: HttpRequest, ids: list[str], reason: str) -> None:
        found = intake.void(kind=self.kind, ids=ids, reason=reason, at=timezone.now())
        named = ", ".join(sorted(ids)[:20]) + (", …" if len(ids) > 20 else "")
        LogEntry.objects.create(
            user_id=request.user.pk or 0,
            content_type_id=get_content_type_for_model(self.model).pk,
            object_repr=f"{found.voided} × {self.opts.verbose_name}"[:200],
            action_flag=CHANGE,
            change_message=f"void: {reason} [{named}]",
        )
        told = ngettext("%(count)s row was taken out.", "%(count)s rows were taken out.", found.voided)
        self.message_user(request, told % {"count": found.voided}, messages.SUCCESS)
