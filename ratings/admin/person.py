"""One influencer in one view: standing and its log, cases, alerts, notices, and what was observed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from feedback.models import Case as ComplaintCase
from feedback.models import Complaint, Evidence, Refund, Review, Session, Violation
from influencers.models import Influencer
from ratings.admin.actions import notice_row
from ratings.admin.cases import row_of
from ratings.admin.words import violation
from ratings.models import Alert, Contest, Standing
from ratings.models.governance import Action, Appeal, Case, Event, Notice

PER_PART = 20
PER_TIMELINE = 40
Row = dict[str, Any]


def view(request: HttpRequest, influencer: Influencer) -> Row:
    """Everything the page shows beside the card and the profile, as far as this person may see it."""
    may = request.user.has_perm
    standing = Standing.objects.filter(influencer=influencer).first() or Standing(influencer=influencer)
    who = Influencer.with_merged(influencer.pk)
    parts: list[tuple[str, list[Row]]] = []
    if may("ratings.view_alert"):
        parts.append((_("Alerts"), _alerts(who)))
    if may("ratings.view_case"):
        parts += [
            (_("Cases"), _cases(who)),
            (_("Measures"), _actions(who)),
            (_("Appeals"), _appeals(who)),
        ]
    if may("feedback.view_case"):
        parts.append((_("Complaints"), _complaints(who)))
    if may("ratings.view_contest"):
        parts.append((_("Contests of evidence"), _contests(who)))
    if may("ratings.view_event"):
        events = Event.objects.filter(influencer__in=who).order_by("-id")[:PER_PART]
        parts.append((_("Log of the compliance balance"), [row_of(event) for event in events]))
    if may("ratings.view_notice"):
        notices = Notice.objects.filter(influencer__in=who).order_by("-at")[:PER_PART]
        parts.append((_("Notices"), [notice_row(notice) for notice in notices]))
    before = parse_datetime(request.GET.get("before", "").replace(" ", "+")) or timezone.now()
    if timezone.is_naive(before):
        before = timezone.make_aware(before)
    timeline = _timeline(who, before)
    return {
        "standing": standing,
        "parts": parts,
        "timeline": timeline,
        "older": timeline[-1]["at"].isoformat() if len(timeline) == PER_TIMELINE else "",
        "may_open": may("ratings.open_case"),
    }


def _timeline(who: list[int], before: datetime) -> list[Row]:
    """What was observed, of all kinds, newest first; each kind by its index of influencer and time."""
    found = heapq.merge(
        *(kind(who, before) for kind in (_sessions, _reviews, _refunds, _complained, _violations)),
        key=lambda row: row["at"],
        reverse=True,
    )
    return [row for _number, row in zip(range(PER_TIMELINE), found, strict=False)]


def _rows(model: type[Evidence], time: str, who: list[int], before: datetime) -> Any:
    rows = model._default_manager.filter(influencer__in=who, **{f"{time}__lt": before})
    return rows.order_by(f"-{time}")[:PER_TIMELINE]


def _observed(row: Any, at: datetime, what: str, why: str = "") -> Row:
    if row.voided_at:
        what = f"{what} · {_('void')}: {row.void_reason}"
    url = reverse(f"admin:feedback_{row._meta.model_name}_change", args=[row.pk])
    return {"at": at, "what": what, "why": why, "url": url, "who": row.source_id}


def _sessions(who: list[int], before: datetime) -> Iterator[Row]:
    for row in _rows(Session, "started_at", who, before):
        shown = "–" if row.viewers is None else f"{row.viewers:,}"
        what = _("show: %(orders)s orders, %(viewers)s viewers shown") % {"orders": row.orders, "viewers": shown}
        yield _observed(row, row.started_at, what)


def _reviews(who: list[int], before: datetime) -> Iterator[Row]:
    for row in _rows(Review, "created_at", who, before):
        marks = f"{row.professionalism}/{row.service}/{row.as_described}"
        yield _observed(row, row.created_at, _("review: %(marks)s") % {"marks": marks}, row.text or "")


def _refunds(who: list[int], before: datetime) -> Iterator[Row]:
    for row in _rows(Refund, "created_at", who, before):
        what = _("refund: %(reason)s") % {"reason": row.reason}
        yield _observed(row, row.created_at, what, row.reason_text or "")


def _complained(who: list[int], before: datetime) -> Iterator[Row]:
    for row in _rows(Complaint, "created_at", who, before):
        what = _("complaint: %(severity)s, %(status)s") % {"severity": row.severity, "status": row.status}
        yield _observed(row, row.created_at, what, row.text or "")


def _violations(who: list[int], before: datetime) -> Iterator[Row]:
    for row in _rows(Violation, "occurred_at", who, before):
        what = _("violation: %(code)s, %(status)s") % {"code": violation(row.code), "status": row.status}
        yield _observed(row, row.occurred_at, what, row.note or "")


def _alerts(who: list[int]) -> list[Row]:
    return [
        {
            "at": alert.raised_at,
            "what": f"{alert.get_severity_display()} · {alert.get_rule_display()} · {alert.get_state_display()}",
            "why": alert.reason,
            "url": reverse("admin:ratings_alert_change", args=[alert.pk]),
        }
        for alert in Alert.objects.filter(influencer__in=who).order_by("-id")[:PER_PART]
    ]


def _cases(who: list[int]) -> list[Row]:
    return [
        {
            "at": case.opened_at,
            "what": f"{violation(case.code)} · {case.get_state_display()}",
            "who": case.opened_by_name,
            "why": case.facts,
            "url": reverse("admin:ratings_case_change", args=[case.pk]),
        }
        for case in Case.objects.filter(influencer__in=who).order_by("-opened_at")[:PER_PART]
    ]


def _actions(who: list[int]) -> list[Row]:
    return [
        {
            "at": action.decided_at,
            "what": f"{action.get_level_display()} {', '.join(action.codes)} · {action.get_state_display()}",
            "who": action.decided_by_name,
            "why": action.public_summary,
            "url": reverse("admin:ratings_action_change", args=[action.pk]),
        }
        for action in Action.objects.filter(influencer__in=who).order_by("-decided_at")[:PER_PART]
    ]


def _appeals(who: list[int]) -> list[Row]:
    rows = Appeal.objects.filter(action__influencer__in=who).select_related("action").order_by("-id")
    return [
        {
            "at": appeal.filed_at,
            "what": f"{appeal.action} · {appeal.get_outcome_display() or appeal.get_state_display()}",
            "who": appeal.decided_by_name,
            "why": "\n".join(appeal.grounds),
            "url": reverse("admin:ratings_appeal_change", args=[appeal.pk]),
        }
        for appeal in rows[:PER_PART]
    ]


def _complaints(who: list[int]) -> list[Row]:
    return [
        {
            "at": case.opened_at,
            "what": f"{case.get_topic_display()} · {case.get_state_display()}",
            "why": case.text,
            "url": reverse("admin:feedback_case_change", args=[case.pk]),
        }
        for case in ComplaintCase.objects.filter(influencer__in=who).order_by("-opened_at")[:PER_PART]
    ]


def _contests(who: list[int]) -> list[Row]:
    return [
        {
            "at": contest.filed_at,
            "what": f"{contest.get_kind_display()} {contest.source_id} · {contest.get_state_display()}",
            "why": contest.text,
            "url": reverse("admin:ratings_contest_change", args=[contest.pk]),
        }
        for contest in Contest.objects.filter(influencer__in=who).order_by("-id")[:PER_PART]
    ]
