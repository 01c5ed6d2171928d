"""The ladder: what a violation costs, which level it calls for, how long that lasts and how points come back.

Plain data and pure functions; the clock comes in as an argument. A number here changes only with `VERSION`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ratings.days import POLICY_ZONE, policy_date

VERSION = "2026.1"  # with the policy of the same version

START = Decimal(100)
POINTS = {"A": Decimal(24), "B": Decimal(12), "C": Decimal(4), "D": Decimal(2)}
LARGE = Decimal("1.25")  # a large audience is more people misled
MINOR = ("C", "D")
NEVER_EARNED = "A"

EXPIRE_DAYS = {"D": 90, "C": 180, "B": 365}
EXPIRE_YEARS = {"A": 3}

DAY = timedelta(days=1)
FIRST_WITHIN = timedelta(days=180)
CURE_DAYS = 14
REPEATS = 6
REPEATS_WITHIN = timedelta(days=90)

HOLD = timedelta(hours=72)
REVOCATION_NOTICE = timedelta(days=30)
REAPPLY_MONTHS = 12

CLEAN = timedelta(days=30)
CLEAN_POINTS = Decimal(1)
COURSE_POINTS = Decimal(2)
COURSE_WITHIN = timedelta(days=90)

APPEAL_DAYS = 30
LATE_MONTHS = 6
ACKNOWLEDGE = timedelta(hours=24)


@dataclass(frozen=True)
class Rung:
    """One level: what calls for it, what it does, for how long, who decides, and what undoes it."""

    level: str
    trigger: str
    effect: str
    shortest: int | None  # days; None is until it is lifted
    longest: int | None
    approvers: int
    decision_kind: str
    public_from: str  # the least class whose measures are public; "-" is none
    hides: bool = False  # off the leaderboards
    freezes: bool = False  # the card stands still and says so
    closes: bool = False
    stays: bool = False  # an appeal in time puts it in abeyance
    pauses: bool = False  # an overdue appeal does
    decide_days: int = 7
    undone_by: tuple[str, ...] = ("reverse",)


LADDER = (
    Rung(
        *("L0", "first C or D in 180 days", "education, 14 days to cure, no points if cured", 14, 14, 1),
        *("visibility", "-"),
        stays=True,
        pauses=True,
        undone_by=("cure", "reverse"),
    ),
    Rung(
        *("L1", "points applied, balance 70 or more", "on the dashboard; public when B", 90, 90, 1),
        *("visibility", "B"),
        stays=True,
        pauses=True,
        undone_by=("lift", "expire", "reverse"),
    ),
    Rung(
        *("L2", "balance below 70", "off the leaderboards, exported to the platform, course and quiz", 7, 14, 1),
        *("ranking", "D"),
        hides=True,
        stays=True,
        pauses=True,
        undone_by=("lift", "expire", "reverse"),
    ),
    Rung(
        *("L3", "balance below 50", "card frozen, shown as suspended", 15, 30, 1),
        *("provision", "D"),
        hides=True,
        freezes=True,
        pauses=True,
        decide_days=5,
        undone_by=("lift", "expire", "reverse"),
    ),
    Rung(
        *("L4", "balance below 30, or the same code 6 times in 90 days", "as L3", 90, 90, 2),
        *("provision", "D"),
        hides=True,
        freezes=True,
        decide_days=5,
        undone_by=("lift", "expire", "reverse"),
    ),
    Rung(
        *("L5", "balance 0, or a proven A", "card closed, may re-apply after 12 months", None, None, 2),
        *("account", "D"),
        hides=True,
        freezes=True,
        closes=True,
        decide_days=15,
        undone_by=("lift", "reverse"),
    ),
)
RUNGS = {rung.level: rung for rung in LADDER}
BELOW = (("L2", Decimal(70)), ("L3", Decimal(50)), ("L4", Decimal(30)))
GRAVITY = {violation_class: number for number, violation_class in enumerate("DCBA")}


def points_of(violation_class: str, *, large: bool) -> Decimal:
    """What a violation of this class costs."""
    return POINTS[violation_class] * (LARGE if large else 1)


def expires(violation_class: str, applied: datetime) -> datetime:
    """The start of the policy day from which points applied then count no more."""
    day = policy_date(applied)
    if years := EXPIRE_YEARS.get(violation_class):
        return start_of(add_months(day, 12 * years))
    return start_of(day + timedelta(days=EXPIRE_DAYS[violation_class]))


def called_for(*, violation_class: str, balance: Decimal, same_code: int) -> str:
    """The level a confirmed violation calls for once its points are off the balance.

    `same_code` counts the confirmed violations of this code in the 90 days up to and with this one. Whether a minor
    one is the first, and so a notice, is decided before any points are applied (`is_first`).
    """
    if violation_class == "A" or balance <= 0:
        return "L5"
    called = "L4" if same_code >= REPEATS else "L1"
    for level, bound in BELOW:
        if balance < bound:
            called = max(called, level)
    return called


def is_first(*, violation_class: str, at: datetime, earlier: list[datetime]) -> bool:
    """Whether a minor violation is the first in 180 days; `earlier` are the confirmed minor ones before it."""
    return violation_class in MINOR and all(other <= at - FIRST_WITHIN for other in earlier)


def lowest(violation_class: str) -> str:
    """The mildest level that may be chosen for a class."""
    return "L0" if violation_class in MINOR else "L1"


def is_public(level: str, violation_class: str) -> bool:
    least = RUNGS[level].public_from
    return least != "-" and GRAVITY[violation_class] >= GRAVITY[least]


def duration(level: str, days: int | None = None) -> timedelta | None:
    """How long a level lasts, by default its shortest; None is until it is lifted.

    Raises ValueError for days the level does not allow.
    """
    rung = RUNGS[level]
    if rung.shortest is None or rung.longest is None:
        if days is not None:
            raise ValueError(f"{level} has no end")
        return None
    if days is not None and not rung.shortest <= days <= rung.longest:
        raise ValueError(f"{level} lasts {rung.shortest} to {rung.longest} days")
    return timedelta(days=days or rung.shortest)


def starts(level: str, violation_class: str, at: datetime) -> datetime:
    """When a level takes effect: a revocation after 30 days' notice, unless it is for class A."""
    return at + REVOCATION_NOTICE if level == "L5" and violation_class != "A" else at


def may_earn_clean(*, at: datetime, since: list[datetime], sessions: int) -> bool:
    """Whether 30 clean days are over: none of `since` (violations, days already rewarded) is later, and one worked."""
    return sessions > 0 and all(moment <= at - CLEAN for moment in since)


def may_earn_course(*, violation_class: str, at: datetime, passed: list[datetime]) -> bool:
    """Whether a passed course counts: never for A, and once per code in 90 days."""
    return violation_class != NEVER_EARNED and all(moment <= at - COURSE_WITHIN for moment in passed)


def deadline(at: datetime, days: int) -> datetime:
    """The end of the policy day so many days on; one that falls on a weekend is the end of the Monday after.

    For what a host has to do. The service's own clocks are elapsed hours and know no weekends; neither knows
    daylight saving, because policy days have none.
    """
    day = policy_date(at) + timedelta(days=days)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return start_of(day + timedelta(days=1))


def appeal_until(notified: datetime) -> datetime:
    return deadline(notified, APPEAL_DAYS)


def late_review_until(notified: datetime) -> datetime:
    return start_of(add_months(policy_date(notified), LATE_MONTHS) + timedelta(days=1))


def decide_by(level: str, filed: datetime) -> datetime:
    return filed + timedelta(days=RUNGS[level].decide_days)


def start_of(day: date) -> datetime:
    """Midnight of the policy's zone."""
    return datetime.combine(day, time(), POLICY_ZONE)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))
