"""The methodology's calculator: evidence typed into a form, scored by the very functions that score everyone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from django.http import QueryDict

from ratings.scoring.inputs import (
    BucketDays,
    DaySums,
    EventDays,
    ExposureDays,
    Ints,
    Population,
    ReviewDays,
    SessionRows,
)
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import COMPOSITE, PPM, Policy
from ratings.scoring.scorecard import Cards, grade, score

TODAY = 20_000  # any day: the calculator's evidence is all of the day before
MOST = 1_000_000
MOST_SHOWS = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What the form holds: counts of a year, and mean marks from 1 to 5."""

    verified: int = 60
    unverified: int = 0
    professionalism: float = 4.5
    service: float = 4.5
    as_described: float = 4.5
    shows: int = 40
    orders: int = 2_000
    refunds_fault: int = 60
    refunds_other: int = 100
    complaints: int = 2
    violations_d: int = 0
    violations_c: int = 0
    violations_b: int = 0
    group: str = ""


MARKS = ("professionalism", "service", "as_described")
COUNTS = tuple(f.name for f in fields(Entry) if f.name not in (*MARKS, "group"))


def read(query: QueryDict, groups: list[str]) -> Entry:
    """The form's values within their bounds; what cannot be read keeps its default."""
    start = Entry()
    values: dict[str, Any] = {}
    for name in COUNTS:
        values[name] = round(
            number(query.get(name, ""), getattr(start, name), 0, MOST_SHOWS if name == "shows" else MOST)
        )
    for name in MARKS:
        values[name] = number(query.get(name, ""), getattr(start, name), 1, 5)
    group = query.get("group", "")
    values["group"] = group if group in groups else (groups[0] if groups else "")
    return Entry(**values)


def number(text: str, default: float, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return min(max(value, low), high) if value == value else default


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def reviews(entry: Entry, policy: Policy) -> ReviewDays:
    """All reviews on one day, one row for the verified and one for the others, each mark at its mean."""
    rows = [
        (n, trust)
        for n, trust in ((entry.verified, PPM), (entry.unverified, round(policy.trust_unverified * PPM)))
        if n
    ]
    count = ints(*(n for n, _trust in rows))
    trust = ints(*(t for _n, t in rows))
    marks = np.array([entry.professionalism, entry.service, entry.as_described]) - 1
    mean = np.append(marks, float(np.dot(COMPOSITE, marks)))
    o = count * trust
    ox = np.floor(mean[:, None] * o).astype(np.int64)
    # marks are whole numbers: at a mean between two of them, reviews lie on both
    low = np.floor(mean)[:, None]
    oxx = np.floor(o * (low**2 + (mean[:, None] - low) * (2 * low + 1))).astype(np.int64)
    zeros = np.zeros_like(count)
    return ReviewDays(
        influencer=zeros,
        day=zeros + TODAY - 1,
        receipt=zeros + TODAY - 1,
        known=zeros + 1,
        band=zeros,
        n=count,
        o=o,
        o2=o * trust,
        full=o,
        ox=ox,
        oxx=oxx,
        fx=ox,
    )


def events(entry: Entry, policy: Policy) -> EventDays:
    """(channel, events, points each): violations 0, refunds 1, complaints 2."""
    p = policy
    rows = [
        (0, entry.violations_d, p.points_violation_d),
        (0, entry.violations_c, p.points_violation_c),
        (0, entry.violations_b, p.points_violation_b),
        (1, entry.refunds_fault, p.points_refund_fault),
        (1, entry.refunds_other, p.points_refund_other),
        (2, entry.complaints, p.points_complaint_moderate),
    ]
    rows = [row for row in rows if row[1]]
    n = ints(*(n for _c, n, _p in rows))
    points = ints(*(round(each) for _c, _n, each in rows))
    zeros = np.zeros_like(n)
    return EventDays(
        channel=ints(*(c for c, _n, _p in rows)),
        influencer=zeros,
        day=zeros + TODAY - 1,
        n=n,
        points=n * points,
        points2=n * points * points,
    )


def exposure(entry: Entry) -> ExposureDays:
    """Shows count towards violations, orders towards refunds and complaints."""
    shows = max(entry.shows, 1)
    squares = entry.orders * entry.orders // shows
    return ExposureDays(
        influencer=ints(0),
        day=ints(TODAY - 1),
        exposure=np.array([[entry.shows], [entry.orders], [entry.orders]], dtype=np.int64),
        exposure2=np.array([[entry.shows], [squares], [squares]], dtype=np.int64),
        orders=ints(entry.orders),
    )


def no_buckets() -> BucketDays:
    """Nothing is held down: the reviews did not come in a burst."""
    none = np.zeros(0, dtype=np.int64)
    return BucketDays(influencer=none, receipt=none, factor=np.zeros((0, 6)))


def sessions(entry: Entry) -> SessionRows:
    """The orders spread evenly over the shows; audiences are not asked for and stay unknown."""
    count = min(max(entry.shows, 1), MOST_SHOWS)
    whole, rest = divmod(entry.orders, count)
    zeros, unknown = np.zeros(count, dtype=np.int64), np.full(count, np.nan)
    covered = np.ones((3, count), dtype=bool)
    covered[0] = entry.shows > 0
    return SessionRows(
        ids=np.array([f"show {n}" for n in range(count)], dtype=object),
        influencer=zeros,
        day=zeros + TODAY - 1,
        started=zeros + (TODAY - 1) * 86_400_000_000,
        orders=zeros + whole + (np.arange(count) < rest),
        covered=covered,
        no_reason=zeros - 1,
        viewers=unknown,
        paid_viewers=unknown,
        commenters=unknown,
        views=unknown,
        watch_seconds=unknown,
        average_online=unknown,
        duration=unknown,
    )


def rate(entry: Entry, parameters: Parameters, policy: Policy) -> dict[str, Any]:
    """The scorecard of the typed evidence, in the shape of a published one as far as one host alone has it."""
    category = entry.group.rpartition("/")[0]
    population = Population(ids=("you",), category=ints(0), categories=(category,), as_of_day=TODAY)
    sums = DaySums(
        reviews=reviews(entry, policy),
        buckets=no_buckets(),
        events=events(entry, policy),
        exposure=exposure(entry),
        sessions=sessions(entry),
        red_line=ints(-1),
    )
    return described(score(population, sums, parameters, policy), policy)


def described(cards: Cards, policy: Policy) -> dict[str, Any]:
    def points(value: float) -> float:
        return round(float(value) * 100, 4)

    overall = points(cards.mean[0])
    rated = bool(cards.rated[0])
    return {
        "status": "rated" if rated else "provisional",
        "overall": {
            "score": overall,
            "low": points(cards.low[0]),
            "high": points(cards.high[0]),
            "grade": grade(overall, policy) if rated else None,
        },
        "dimensions": {
            name: {
                "score": points(d.mean[0]),
                "low": points(d.low[0]),
                "high": points(d.high[0]),
                "weight": d.weight,
                "evidence": float(d.evidence[0]),
            }
            for name, d in cards.dimensions.items()
        },
    }
