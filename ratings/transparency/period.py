"""What time a report speaks of: the year before the public run, or a calendar year, quarter or month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ratings.days import POLICY_ZONE
from ratings.models import PublicRun

YEAR = timedelta(days=365)
FORM = re.compile(r"^(20\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$")


class BadPeriod(ValueError):
    """Not a period, or one that has not begun."""


@dataclass(frozen=True)
class Period:
    """Days from `start` until before `end`; `name` is empty for the rolling year."""

    name: str
    start: date
    end: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.start, time(), POLICY_ZONE)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.end, time(), POLICY_ZONE)

    def within(self, column: str) -> dict[str, datetime]:
        """The condition that a column lies in it."""
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}


def period_of(name: str, *, public: PublicRun) -> Period:
    """Read `2026`, `2026-Q4` or `2026-11`; empty is the year before the public run. None reaches beyond that run.

    Raises BadPeriod.
    """
    as_of = public.run.as_of
    if not name:
        return Period("", as_of - YEAR, as_of)
    found = FORM.match(name)
    if found is None:
        raise BadPeriod(name)
    year, quarter, month = int(found[1]), found[2], found[3]
    first, months = (1, 12) if not (quarter or month) else (int(quarter) * 3 - 2, 3) if quarter else (int(month), 1)
    start, end = date(year, first, 1), _first_of(year, first + months)
    if start >= as_of:
        raise BadPeriod(name)
    return Period(name, start, min(end, as_of))


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
