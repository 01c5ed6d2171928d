"""What time alone asks for, all that is due at one moment: to be called often, at any time, more than once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as noop

from feedback.escalation import escalate_overdue
from feedback.models import Session
from ratings.governance import alerts, appeals, ladder, passing
from ratings.models.governance import OPEN_APPEALS, Appeal, CaseState, Event, EventKind, Standing

CLEAN_MONTH = noop("Thirty clean days with a show.")
AT_ONCE = 1000  # of what is due; the rest waits for the next turn
log = logging.getLogger("clearhost.worker")
Row = TypeVar("Row")


def turn(*, at: datetime) -> dict[str, int]:
    """Turn every clock to this moment; how many each moved."""
    return {
        "standings settled": settle_due(at=at),
        "appeals escalated": escalate_appeals(at=at),
        "complaints past a clock": escalate_overdue(at=at),
        "alerts that ended": alerts.end_alerts(at=at),
        "cases, proposals and appeals past their time": alerts.watch_overdue(at=at),
        "alerts past their clock": alerts.escalate_alerts(at=at),
    }


def settle_due(*, at: datetime) -> int:
    """Points, actions, cure periods and holds whose time has come."""
    due = Standing.objects.filter(next_change_at__lte=at, influencer__merged_into=None).select_related("influencer")
    return _each(
        due.order_by("next_change_at")[:AT_ONCE],
        lambda standing: passing.settle(influencer=standing.influencer, at=at) is None,
    )


def escalate_appeals(*, at: datetime) -> int:
    """Appeals past the day of their decision: noted, and the effect of L1 to L3 paused."""
    late = Appeal.objects.filter(state__in=OPEN_APPEALS, escalated_at=None, decide_due__lt=at)
    late = late.select_related("action__influencer").order_by("decide_due")
    return _each(late[:AT_ONCE], lambda appeal: appeals.escalate(appeal=appeal, at=at))


def earn_back(*, at: datetime) -> int:
    """A point back for thirty clean days with a session, wherever points are owed."""
    month = at - ladder.CLEAN
    issued = Q(kind=EventKind.ISSUED) & ~Q(case__state=CaseState.OVERTURNED)  # as if it had never been
    counts = issued | Q(kind=EventKind.EARNED, data__code="")
    troubled = Event.objects.filter(counts, influencer=OuterRef("pk"), at__gt=month)
    worked = Session.objects.filter(influencer=OuterRef("pk"), started_at__gt=month, started_at__lte=at, voided_at=None)
    owing = Standing.objects.filter(
        ~Exists(troubled), Exists(worked), balance__lt=ladder.START, influencer__merged_into=None
    )
    return _each(
        owing.select_related("influencer").order_by("pk"),
        lambda standing: passing.earn_back(influencer=standing.influencer, at=at, by=None, reason=CLEAN_MONTH) > 0,
    )


def _each(rows: Iterable[Row], step: Callable[[Row], bool]) -> int:
    """Take the step for each, one transaction each; one that fails is logged and stops nobody else."""
    moved = 0
    for row in rows:
        try:
            moved += step(row)
        except Exception:
            log.exception("the clock of %r could not be turned", row)
    return moved
