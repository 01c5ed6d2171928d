"""The end of a day, and the change of a policy: trust fixed, priors and ranks refreshed, a run stored and published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from ratings import ledger, publication, runs
from ratings.days import day_number, policy_date
from ratings.models import Run
from ratings.scoring.policy import Policy

Progress = Callable[[str], None]


@transaction.atomic
def close(*, day: date, at: datetime, policy: Policy | None = None, progress: Progress | None = None) -> Run | None:
    """Close all days up to `day`, rate everyone as of the next and publish; None when it is closed already.

    The policy is the one in force unless another is given.
    Raises CannotRate for a day that is not over.
    """
    ledger.one_close_at_a_time()
    policy = policy or runs.policy_in_force()
    as_of = day + timedelta(days=1)
    if not ledger.to_fix(as_of_day=day_number(as_of), policy=policy):
        return None
    if day >= policy_date(at):
        raise runs.CannotRate(f"{day} is not over yet.")
    return _published(as_of, at, policy, f"close of {day}", progress, fix=True)


@transaction.atomic
def rate_and_publish(
    *, as_of: date, at: datetime, policy: Policy, engine: str = "embedded", progress: Progress | None = None
) -> Run:
    """Rate everyone and publish. Days that are over and not closed yet are closed with it.

    Raises CannotRate as `runs.rate` does.
    """
    ledger.one_close_at_a_time()
    fix = as_of <= policy_date(at) and ledger.to_fix(as_of_day=day_number(as_of), policy=policy)
    return _published(as_of, at, policy, "", progress, fix=fix, engine=engine)


def _published(
    as_of: date, at: datetime, policy: Policy, reason: str, progress: Progress | None, *, fix: bool,
    engine: str = "embedded",
) -> Run:  # fmt: skip
    run = runs.rate(as_of=as_of, at=at, policy=policy, engine=engine, fix=fix, progress=progress)
    if progress:
        progress("publishing")
    publication.publish(run=run, at=at, reason=reason)
    return run


def due(*, at: datetime) -> date | None:
    """The day that should be closed by now and is not; None when there is nothing to do or nothing ever was.

    Days that were closed under another policy than the one in force are not closed.
    """
    yesterday = policy_date(at) - timedelta(days=1)
    if ledger.last_day() is None:
        return None
    open_ = ledger.to_fix(as_of_day=day_number(yesterday) + 1, policy=runs.policy_in_force())
    return yesterday if open_ else None
