"""Appeals: filed with grounds, acknowledged, decided by someone else with an answer to every ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User

from ratings.models.governance import Action, Appeal, Level, Outcome


def file_appeal(
    *,
    action: Action,
    grounds: Sequence[str],
    at: datetime,
    by: User | None = None,
    on_behalf: bool = False,
    key: str | None = None,
) -> Appeal:
    """File an appeal: within 30 days with a stay for L1 and L2, until six months as a late review without."""
    raise NotImplementedError


def acknowledge(*, appeal: Appeal, by: User, at: datetime) -> Appeal:
    """Tell the host that a person has seen the appeal."""
    raise NotImplementedError


def decide_appeal(
    *,
    appeal: Appeal,
    outcome: Outcome,
    answers: Sequence[str],
    reason: str,
    by: User,
    at: datetime,
    level: Level | None = None,
    days: int | None = None,
) -> Appeal:
    """Decide, answering every ground; `level` (and `days`) say what a reduced action becomes."""
    raise NotImplementedError


def escalate(*, appeal: Appeal, at: datetime) -> bool:
    """Note that an appeal is overdue and pause what it is about, up to L3; false when it is not or was noted."""
    raise NotImplementedError


def withdraw_appeal(*, appeal: Appeal, by: User | None, at: datetime, reason: str) -> Appeal:
    """End an appeal at the host's wish; what was stayed takes effect again."""
    raise NotImplementedError
