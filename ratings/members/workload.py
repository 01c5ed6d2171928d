"""How much someone works live; for the influencer alone, never part of a score.

Guidance: Chinese labour law knows 40 to 44 hours a week and at least one day off in seven (Labour Law, art. 36 and 38;
State Council regulation of 1995); nights are 22:00 to 6:00. It is a comparison, no claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feedback import evidence
from influencers.models import Influencer
from ratings.days import POLICY_ZONE, policy_date

WEEKS = 12
HOURS_A_WEEK = 44.0
DAYS_WITHOUT_REST = 6
NIGHTS_A_WEEK = 2
NIGHT = (22, 6)
NIGHT_LEAST = timedelta(hours=1)
LONGEST = timedelta(hours=24)  # a longer show is a stream left running


@dataclass(frozen=True)
class Workload:
    """Of the last twelve weeks, days in the policy's zone; `unknown` shows have no known end and count no hours."""

    since: date
    weeks: tuple[tuple[date, float], ...]
    shows: int
    unknown: int
    nights: int
    run_without_rest: int

    @property
    def mean_hours(self) -> float:
        return round(sum(hours for _week, hours in self.weeks) / WEEKS, 1)

    @property
    def most_hours(self) -> float:
        return max((hours for _week, hours in self.weeks), default=0.0)

    @property
    def too_many_hours(self) -> bool:
        return self.most_hours > HOURS_A_WEEK

    @property
    def too_few_rests(self) -> bool:
        return self.run_without_rest > DAYS_WITHOUT_REST

    @property
    def too_many_nights(self) -> bool:
        return self.nights > NIGHTS_A_WEEK * WEEKS


def workload(*, influencer: Influencer, at: datetime) -> Workload:
    """Add up the shows of the twelve weeks before today."""
    today = policy_date(at)
    since = today - timedelta(days=7 * WEEKS)
    begin = datetime(since.year, since.month, since.day, tzinfo=POLICY_ZONE)
    shows = evidence.shows_between(influencer.pk, begin, begin + timedelta(days=7 * WEEKS))
    return of_shows(shows, since=since)


def of_shows(shows: list[tuple[datetime, datetime | None]], *, since: date) -> Workload:
    hours, days, nights, unknown = [0.0] * WEEKS, set(), 0, 0
    for started, ended in shows:
        start = started.astimezone(POLICY_ZONE)
        week = (start.date() - since).days // 7
        days.add(start.date())
        length = (ended - started) if ended is not None else None
        if length is None or not timedelta(0) < length <= LONGEST:
            unknown += 1
            continue
        if 0 <= week < WEEKS:
            hours[week] += length / timedelta(hours=1)
        nights += night_hours(start, start + length) >= NIGHT_LEAST
    weeks = tuple((since + timedelta(days=7 * k), round(hours[k], 1)) for k in range(WEEKS))
    return Workload(since, weeks, len(shows), unknown, nights, longest_run(days))


def night_hours(start: datetime, end: datetime) -> timedelta:
    """How much of a stretch lies between 22:00 and 6:00."""
    total = timedelta(0)
    day = start.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    while day < end:
        dusk, dawn = day + timedelta(hours=NIGHT[0]), day + timedelta(days=1, hours=NIGHT[1])
        total += max(min(end, dawn) - max(start, dusk), timedelta(0))
        day += timedelta(days=1)
    return total


def longest_run(days: set[date]) -> int:
    """The most days in a row."""
    best = run = 0
    before: date | None = None
    for day in sorted(days):
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        best, before = max(best, run), day
    return best
