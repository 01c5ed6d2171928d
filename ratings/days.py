"""Days in the policy's zone, as numbers and as dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from ratings.scoring.policy import ZONE_SECONDS

POLICY_ZONE = timezone(timedelta(seconds=ZONE_SECONDS))
EPOCH = date(1970, 1, 1)


def policy_date(at: datetime) -> date:
    """The day it is there."""
    return at.astimezone(POLICY_ZONE).date()


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days
