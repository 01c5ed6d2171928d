"""The end of a day: trust fixed, priors and ranks refreshed, a run stored and published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from ratings import ledger, publication, runs
from ratings.days import day_number, policy_date
from ratings.models import Run
from ratings.scoring.policy import CURRENT, Policy


@transaction.atomic
def close(
    *, day: date, at: datetime, policy: Policy = CURRENT, progress: Callable[[str], None] | None = None
) -> Run | None:
    """Close all days up to `day`, rate everyone as of the next and publish; None when it is closed already.

    Raises CannotRate for a day that is not over.
    """
    ledger.one_close_at_a_time()
    last = ledger.last_day()
    if last is not None and last >= day_number(day):
        return None
    if day >= policy_date(at):
        raise runs.CannotRate(f"{day} is not over yet.")
    run = runs.rate(as_of=day + timedelta(days=1), at=at, policy=policy, fix=True, progress=progress)
    publication.publish(run=run, at=at, reason=f"close of {day}")
    return run


def due(*, at: datetime) -> date | None:
    """The day that should be closed by now and is not; None when there is nothing to do or nothing ever was."""
    yesterday = policy_date(at) - timedelta(days=1)
    last = ledger.last_day()
    return yesterday if last is not None and last < day_number(yesterday) else None
