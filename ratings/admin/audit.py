"""Everything that was done, from all logs, newest first: who, when, what and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import CaseEvent, Ingest
from ratings.admin.words import said
from ratings.models import AlertEvent, MemberEvent, Publication
from ratings.models.governance import Event

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    at: datetime
    log: str | Promise
    what: str
    who: str
    why: str
    url: str


@dataclass(frozen=True)
class Log:
    """One append-only table; `actor` is the path to the account that acted."""

    key: str
    name: str | Promise
    model: type[Model]
    actor: str | None
    related: tuple[str, ...]
    line: Callable[[Any], Line]


def _publication(row: Publication) -> Line:
    return Line(
        row.at, LOGS["runs"].name, f"{row.get_action_display()}: {row.run}", str(row.by or ""), row.reason,
        reverse("admin:ratings_run_change", args=[row.run_id]),
    )  # fmt: skip


def _governance(row: Event) -> Line:
    return Line(
        row.at, LOGS["governance"].name, f"{row.get_kind_display()}: {row.influencer}", row.actor_name,
        said(row.reason), reverse("admin:influencers_influencer_change", args=[row.influencer_id]),
    )  # fmt: skip


def _alert(row: AlertEvent) -> Line:
    what = f"{row.get_kind_display()}: {row.alert.get_rule_display()} {row.alert.influencer}"
    url = reverse("admin:ratings_alert_change", args=[row.alert_id])
    why = row.alert.reason if row.kind == AlertEvent.Kind.RAISED else said(row.text)
    return Line(row.at, LOGS["alerts"].name, what, str(row.by or ""), why, url)


def _complaint(row: CaseEvent) -> Line:
    who = str(row.actor or row.get_role_display())
    url = reverse("admin:feedback_case_change", args=[row.case_id])
    return Line(row.at, LOGS["complaints"].name, f"{row.get_kind_display()}: {row.case}", who, row.text, url)


def _member(row: MemberEvent) -> Line:
    url = reverse("admin:ratings_memberevent_change", args=[row.pk])
    what = f"{row.get_kind_display()}: {row.influencer or row.subject}"
    return Line(row.at, LOGS["members"].name, what, str(row.actor or ""), row.reason, url)


def _ingest(row: Ingest) -> Line:
    url = reverse("admin:feedback_ingest_change", args=[row.pk])
    return Line(row.at, LOGS["ingests"].name, f"{row.kind}: {row}", "", "", url)


def _admin(row: LogEntry) -> Line:
    what = f"{row.get_action_flag_display()}: {row.object_repr}"
    return Line(row.action_time, LOGS["admin"].name, what, str(row.user), row.get_change_message(), "")


LOGS = {
    log.key: log
    for log in (
        Log("governance", gettext_lazy("cases and actions"), Event, "actor__username", ("influencer",), _governance),
        Log("alerts", gettext_lazy("alerts"), AlertEvent, "by__username", ("alert__influencer", "by"), _alert),
        Log("complaints", gettext_lazy("complaints"), CaseEvent, "actor__username", ("case", "actor"), _complaint),
        Log("runs", gettext_lazy("publications"), Publication, "by__username", ("run", "by"), _publication),
        Log("members", gettext_lazy("members"), MemberEvent, "actor__username", ("influencer", "actor"), _member),
        Log("ingests", gettext_lazy("evidence loaded"), Ingest, None, (), _ingest),
        Log("admin", gettext_lazy("done in the admin"), LogEntry, "user__username", ("user",), _admin),
    )
}


def page(request: HttpRequest) -> HttpResponse:
    """One page of all logs, or of one; the cursor holds the last id shown of each."""
    chosen, who = request.GET.get("log", ""), request.GET.get("who", "").strip()[:150]
    logs = [log for log in LOGS.values() if chosen in ("", log.key) and (log.actor or not who)]
    logs = [log for log in logs if _may(request, log)]
    last = _read(request.GET.get("after", ""))
    lines, cursor = _merged(logs, who, last)
    context = {
        **admin.site.each_context(request),
        "title": _("Audit trail"),
        "lines": lines,
        "logs": [(log.key, log.name) for log in LOGS.values() if _may(request, log)],
        "chosen": chosen,
        "who": who,
        "after": cursor,
    }
    return TemplateResponse(request, "admin/ratings/audit.html", context)


def _may(request: HttpRequest, log: Log) -> bool:
    return bool(request.user.has_perm(f"{log.model._meta.app_label}.view_{log.model._meta.model_name}"))


def _merged(logs: Sequence[Log], who: str, last: dict[str, int]) -> tuple[list[Line], str]:
    found: list[tuple[Line, str, int]] = []
    for log in logs:
        rows = log.model._default_manager.order_by("-pk").select_related(*log.related)
        if log.key in last:
            rows = rows.filter(pk__lt=last[log.key])
        if who and log.actor:
            rows = rows.filter(**{log.actor: who})
        found += [(log.line(row), log.key, row.pk) for row in rows[: PER_PAGE + 1]]
    found.sort(key=lambda entry: (entry[0].at, entry[2]), reverse=True)
    shown = found[:PER_PAGE]
    seen = dict(last)
    for _line, key, pk in shown:
        seen[key] = min(pk, seen.get(key, pk))
    cursor = ".".join(f"{key}-{pk}" for key, pk in seen.items()) if len(found) > PER_PAGE else ""
    return [line for line, _key, _pk in shown], cursor


def _read(cursor: str) -> dict[str, int]:
    parts = (part.partition("-") for part in cursor[:300].split("."))
    return {key: int(pk) for key, _dash, pk in parts if key in LOGS and pk.isdecimal() and len(pk) < 19}


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Reached through the trail; registered so that its permission can be given."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
