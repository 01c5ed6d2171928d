"""Complaints whose clock ran out go to a senior, every clock once, in the log that everyone involved reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from feedback.clocks import (
    ACKNOWLEDGE_WITHIN,
    ANSWER_WITHIN,
    DECIDE_WITHIN,
    REMEDY_WITHIN,
    ClockName,
    clocks,
)
from feedback.models import Case, CaseEvent, Desk, Remedy, Role, State

OPEN = (State.RECEIVED, State.ACKNOWLEDGED, State.ANSWERED)
AT_ONCE = 500


def escalate_overdue(*, at: datetime) -> int:
    """Escalate what is overdue at this moment and was not before; how many clocks there were."""
    moved = 0
    last = 0
    while True:
        with transaction.atomic():
            found = list(_candidates(at).filter(pk__gt=last).select_for_update(skip_locked=True)[:AT_ONCE])
            for case in found:
                moved += _escalate(case, at)
        if len(found) < AT_ONCE:
            return moved
        last = found[-1].pk


def _candidates(at: datetime) -> QuerySet[Case]:
    def running(clock: ClockName, since: str, within: timedelta, **more: object) -> Q:
        return Q(**{f"{since}__lt": at - within}, **more) & ~Q(escalated__contains=[clock])

    undecided = (
        running(ClockName.ACKNOWLEDGE, "opened_at", ACKNOWLEDGE_WITHIN, acknowledged_at=None)
        | running(ClockName.ANSWER, "opened_at", ANSWER_WITHIN, answered_at=None)
        | running(ClockName.DECIDE, "opened_at", DECIDE_WITHIN)
    )
    unremedied = running(ClockName.REMEDY, "closed_at", REMEDY_WITHIN) & ~Q(remedy=Remedy.NONE)
    waiting = Q(state__in=OPEN) & undecided | Q(state=State.UPHELD) & unremedied
    return Case.objects.filter(waiting).order_by("pk")


def _escalate(case: Case, at: datetime) -> int:
    late = [
        clock
        for clock in clocks(case, at=at)
        if clock.late and clock.done_at is None and clock.name not in case.escalated
    ]
    for clock in late:
        CaseEvent.objects.create(
            case=case, at=at, kind=CaseEvent.Kind.ESCALATED, role=Role.STAFF, text=str(clock.name.value)
        )
    if late:
        case.escalated = [*case.escalated, *(clock.name.value for clock in late)]
        case.desk = Desk.SENIORS
        case.save(update_fields=["escalated", "desk"])
    return len(late)
