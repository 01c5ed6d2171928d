"""A complaint's events as everyone involved sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedback.clocks import ClockName
from feedback.models import Case, CaseEvent, Role
from feedback.texts import without_contacts

Event = CaseEvent.Kind


@dataclass(frozen=True)
class Line:
    """What everyone involved sees of one event: no names, no contacts."""

    at: datetime
    kind: Event
    role: Role
    text: str


def timeline(case: Case) -> list[Line]:
    """Give the case's events as everyone involved sees them."""
    return [Line(event.at, Event(event.kind), Role(event.role), _said(event)) for event in case.events.all()]


def _said(event: CaseEvent) -> str:
    if event.kind == Event.ESCALATED:
        return str(ClockName(event.text).label)
    return without_contacts(event.text)
