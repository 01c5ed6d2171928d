"""The clocks of a complaint: by when each side owes the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case as Choose
from django.db.models import Expression, F, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from feedback.models import Case, Remedy

ACKNOWLEDGE_WITHIN = timedelta(hours=24)
ANSWER_WITHIN = timedelta(hours=72)
DECIDE_WITHIN = timedelta(days=7)  # after the answer, or after the time for it has passed
REMEDY_WITHIN = timedelta(days=14)  # after a decision that names a remedy


class ClockName(models.TextChoices):
    ACKNOWLEDGE = "acknowledge", _("We acknowledge it")
    ANSWER = "answer", _("The host or merchant answers")
    DECIDE = "decide", _("We decide")
    REMEDY = "remedy", _("The remedy is carried out")


@dataclass(frozen=True)
class Clock:
    """By when something is due, when it was done, and whether it was or is late."""

    name: ClockName
    due: datetime
    done_at: datetime | None
    late: bool


def clocks(case: Case, *, at: datetime) -> list[Clock]:
    """Give the clocks that ran or still run; a case closed early leaves out what nobody waits for any more."""
    answer_due = case.opened_at + ANSWER_WITHIN
    heard = min(case.answered_at or answer_due, answer_due)
    again = max(heard, case.reopened_at or heard)
    steps = [
        (ClockName.ACKNOWLEDGE, case.opened_at + ACKNOWLEDGE_WITHIN, case.acknowledged_at),
        (ClockName.ANSWER, answer_due, case.answered_at),
        (ClockName.DECIDE, again + DECIDE_WITHIN, case.closed_at),
    ]
    running = [step for step in steps if step[2] or case.closed_at is None]
    if case.closed_at is not None and case.remedy not in ("", Remedy.NONE):
        running.append((ClockName.REMEDY, case.closed_at + REMEDY_WITHIN, case.remedied_at))
    return [Clock(name, due, done, late=(done or at) > due) for name, due, done in running]


def next_due() -> Expression:
    """When the earliest running clock of a case is due, as `clocks` says: for the database to sort by."""
    answer_due = F("opened_at") + ANSWER_WITHIN
    heard = Least(Coalesce("answered_at", answer_due), answer_due)
    return Choose(
        When(closed_at__isnull=False, then=F("closed_at") + REMEDY_WITHIN),
        When(acknowledged_at=None, then=F("opened_at") + ACKNOWLEDGE_WITHIN),
        When(answered_at=None, then=answer_due),
        default=Greatest(heard, Coalesce("reopened_at", heard)) + DECIDE_WITHIN,
        output_field=models.DateTimeField(),
    )
