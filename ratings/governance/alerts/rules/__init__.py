"""What is watched for, one file each; the live ones are looked for as soon as evidence comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ratings.governance.alerts.finding import Finding, Look
from ratings.governance.alerts.rules import (
    balance,
    cancellations,
    complaint_burst,
    expired,
    held_down,
    hired_comments,
    inflated,
    overdue,
    refunds,
    service,
    unanswered,
)

__all__ = ["AT_CLOSE", "LIVE", "Find", "overdue"]

Find = Callable[[Look], Iterator[Finding]]

LIVE: tuple[Find, ...] = (
    refunds.find,
    complaint_burst.find,
    unanswered.find,
    held_down.find,
    cancellations.find,
)
AT_CLOSE: tuple[Find, ...] = (*LIVE, service.find, inflated.find, hired_comments.find, expired.find, balance.find)
