"""What waits for a person, kind by kind: since when, until when, for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.clocks import ClockName, clocks, next_due
from feedback.complaints import OPEN
from feedback.models import Case as Complaint
from feedback.models import Remedy
from feedback.models import State as ComplaintState
from ratings.admin.words import violation
from ratings.governance.alerts.rules.overdue import APPROVE, DECIDE, REVIEW
from ratings.models import Alert, Claim, Contest, Rule
from ratings.models.governance import Action, Appeal, Case
from ratings.models.governance.appeal import OPEN_APPEALS
from ratings.models.governance.words import ActionState, CaseState, Level

Words = str | Promise | Callable[[], str]
CHECK_CLAIM = timedelta(days=7)
URGENCY: dict[int, str | Promise] = {
    4: gettext_lazy("urgent"),
    3: gettext_lazy("high"),
    2: gettext_lazy("medium"),
    1: gettext_lazy("low"),
}
OF_CLASS = {"A": 4, "B": 3, "C": 2, "D": 1}
OF_LEVEL = {"L0": 1, "L1": 2, "L2": 3, "L3": 4, "L4": 4, "L5": 4}
OF_SEVERITY = {"severe": 3, "moderate": 2, "minor": 1}


@dataclass(frozen=True)
class Item:
    """One thing that waits; words that cost something are said when it is shown, for a page passes over many."""

    urgency: int
    due: datetime
    since: datetime
    what: str | Promise
    title: Words
    influencer: Any
    waits_for: Words
    url: Words

    @property
    def order(self) -> tuple[int, datetime]:
        return -self.urgency, self.due


Source = Callable[[int, int], Iterable[Item]]  # urgency, at most so many: in the order of the clock


def appeals(urgency: int, most: int) -> Iterable[Item]:
    levels = [level for level, of in OF_LEVEL.items() if of == urgency]
    rows = Appeal.objects.filter(state__in=OPEN_APPEALS, action__level__in=levels).order_by("decide_due")
    for row in rows.select_related("action__influencer")[:most]:
        acknowledged = row.acknowledged_at is not None
        yield Item(
            urgency,
            row.decide_due if acknowledged else row.acknowledge_due,
            row.filed_at,
            gettext_lazy("appeal"),
            f"{row.action.get_level_display()} {', '.join(map(violation, row.action.codes))}",
            row.action.influencer,
            gettext_lazy("appeals reviewer, not who decided or approved")
            if acknowledged
            else gettext_lazy("appeals reviewer: acknowledge"),
            partial(reverse, "admin:ratings_appeal_change", args=[row.pk]),
        )


def alerts(urgency: int, most: int) -> Iterable[Item]:
    rows = Alert.objects.filter(state=Alert.State.OPEN, severity=urgency).order_by("due_at")
    for row in rows.select_related("influencer").defer("influencer__search")[:most]:
        yield Item(
            urgency,
            row.due_at,
            row.raised_at,
            gettext_lazy("alert"),
            row.reason if row.rule == Rule.OVERDUE else row.get_rule_display,
            row.influencer,
            row.get_desk_display,
            partial(reverse, "admin:ratings_alert_change", args=[row.pk]),
        )


def approvals(urgency: int, most: int) -> Iterable[Item]:
    if urgency != max(URGENCY):
        return
    rows = Action.objects.filter(state=ActionState.PROPOSED).order_by("decided_at").select_related("influencer")
    for row in rows[:most]:
        yield Item(
            urgency,
            row.decided_at + APPROVE,
            row.decided_at,
            gettext_lazy("second approval"),
            f"{row.get_level_display()} {', '.join(map(violation, row.codes))}",
            row.influencer,
            _("senior, not %(name)s") % {"name": row.decided_by_name},
            partial(reverse, "admin:ratings_action_change", args=[row.pk]),
        )


def reviews(urgency: int, most: int) -> Iterable[Item]:
    """Suspensions in force that no second person has looked at yet."""
    if urgency != OF_LEVEL[Level.L3] - 1:
        return
    rows = Action.objects.filter(state=ActionState.IN_FORCE, level=Level.L3).exclude(events__kind="reviewed")
    for row in rows.order_by("decided_at").select_related("influencer")[:most]:
        yield Item(
            urgency,
            row.decided_at + REVIEW,
            row.decided_at,
            gettext_lazy("review of a suspension"),
            ", ".join(map(violation, row.codes)),
            row.influencer,
            _("moderator, not %(name)s") % {"name": row.decided_by_name},
            partial(reverse, "admin:ratings_action_change", args=[row.pk]),
        )


def cases(urgency: int, most: int) -> Iterable[Item]:
    classes = [name for name, of in OF_CLASS.items() if of == urgency]
    rows = Case.objects.filter(state=CaseState.OPEN, violation_class__in=classes).order_by("opened_at")
    for row in rows.select_related("influencer")[:most]:
        yield Item(
            urgency,
            row.opened_at + DECIDE,
            row.opened_at,
            gettext_lazy("case"),
            violation(row.code),
            row.influencer,
            gettext_lazy("moderator: decide"),
            partial(reverse, "admin:ratings_case_change", args=[row.pk]),
        )


def complaints(urgency: int, most: int) -> Iterable[Item]:
    severities = [name for name, of in OF_SEVERITY.items() if of == urgency]
    at = timezone.now()
    unremedied = Q(state=ComplaintState.UPHELD) & ~Q(remedy=Remedy.NONE)
    rows: QuerySet[Complaint] = Complaint.objects.filter(Q(state__in=OPEN) | unremedied, severity__in=severities)
    for row in rows.order_by(next_due(), "pk").select_related("influencer")[:most]:
        clock = min((clock for clock in clocks(row, at=at) if clock.done_at is None), key=lambda found: found.due)
        theirs = clock.name in (ClockName.ANSWER, ClockName.REMEDY) and at <= clock.due
        yield Item(
            urgency,
            clock.due,
            row.opened_at,
            gettext_lazy("complaint"),
            f"{row.get_topic_display()}: {clock.name.label}",
            row.influencer,
            gettext_lazy("host or merchant") if theirs else gettext_lazy("moderator"),
            partial(reverse, "admin:feedback_case_change", args=[row.pk]),
        )


def contests(urgency: int, most: int) -> Iterable[Item]:
    if urgency != 2:
        return
    rows = Contest.objects.filter(state=Contest.State.FILED).order_by("due_at").select_related("influencer")
    for row in rows[:most]:
        yield Item(
            urgency,
            row.due_at,
            row.filed_at,
            gettext_lazy("contest of evidence"),
            f"{row.get_kind_display()} {row.source_id}",
            row.influencer,
            gettext_lazy("moderator"),
            partial(reverse, "admin:ratings_contest_change", args=[row.pk]),
        )


def claims(urgency: int, most: int) -> Iterable[Item]:
    if urgency != 1:
        return
    rows = Claim.objects.filter(state=Claim.State.PENDING).order_by("made_at").select_related("influencer", "user")
    for row in rows[:most]:
        yield Item(
            urgency,
            row.made_at + CHECK_CLAIM,
            row.made_at,
            gettext_lazy("claim of an account"),
            str(row.user),
            row.influencer,
            gettext_lazy("moderator"),
            partial(reverse, "admin:ratings_claim_change", args=[row.pk]),
        )
