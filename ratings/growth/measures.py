"""What a plan speaks of, in figures a person can count: how it is, and what halfway to perfect would be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyarrow.compute as pc

from ratings.growth import changes
from ratings.growth.own import Tables
from ratings.growth.what_if import Lever

ALL = 1_000_000_000
MARKS = (Lever.PROFESSIONALISM, Lever.SERVICE, Lever.AS_DESCRIBED)
DIMENSION = {
    Lever.PROFESSIONALISM: "professionalism",
    Lever.SERVICE: "service_attitude",
    Lever.VIOLATIONS: "compliance",
    Lever.REFUNDS: "after_sales",
    Lever.COMPLAINTS: "after_sales",
    Lever.AS_DESCRIBED: "authenticity",
    Lever.VIEWERS: "authenticity",
}
NEVER = (Lever.VIOLATIONS, Lever.VIEWERS)  # of these the right number is none


@dataclass(frozen=True)
class Measure:
    """One figure of some evidence: a mean of marks, or how often something happened; with the pieces that say so."""

    lever: Lever
    value: float
    of: int
    ids: tuple[str, ...]

    @property
    def target(self) -> float:
        """Halfway to perfect; none at all of what should never happen."""
        if self.lever in MARKS:
            return round(min(5.0, self.value + (5 - self.value) / 2), 1)
        return 0 if self.lever in NEVER else math.floor(self.value / 2)

    @property
    def perfect(self) -> bool:
        return self.of == 0 or (self.value >= 4.95 if self.lever in MARKS else self.value == 0)


def measure(tables: Tables, lever: Lever, real: dict[str, int]) -> Measure:
    """The figure of one lever in some evidence; `real` as `changes.viewers` takes it."""
    if lever in MARKS:
        reviews = tables["reviews"]
        mean = pc.mean(reviews[lever.value]).as_py() or 0.0
        return Measure(lever, round(mean, 2), reviews.num_rows, changes.marks(lever.value)(tables, ALL).ids)
    ids = _counted(tables, lever, real)
    of = tables["sessions"].num_rows if lever in NEVER else int(pc.sum(tables["sessions"]["orders"]).as_py() or 0)
    return Measure(lever, len(ids), max(of, len(ids)), ids)


def improved(coming: Tables, lever: Lever, real: dict[str, int]) -> Tables:
    """The same evidence with the lever at its target: of counts the latest go, of marks the latest are raised."""
    now = measure(coming, lever, real)
    if now.perfect:
        return coming
    if lever in MARKS:
        return changes.marks(lever.value)(coming, _raises(coming, lever, now)).tables
    most = round(now.value - now.target)
    match lever:
        case Lever.COMPLAINTS:
            return changes.complaints(coming, most).tables
        case Lever.REFUNDS:
            return changes.refunds(coming, most).tables
        case Lever.VIOLATIONS:
            return changes.violations(coming, most).tables
    return changes.viewers(coming, real, most).tables


def _counted(tables: Tables, lever: Lever, real: dict[str, int]) -> tuple[str, ...]:
    match lever:
        case Lever.COMPLAINTS:
            return changes.complaints(tables, ALL).ids
        case Lever.REFUNDS:
            return changes.refunds(tables, ALL).ids
        case Lever.VIOLATIONS:
            return changes.violations(tables, ALL).ids
    return changes.viewers(tables, real, ALL).ids


def _raises(coming: Tables, lever: Lever, now: Measure) -> int:
    """How many of the latest imperfect marks must become full ones to reach the target."""
    reviews = coming["reviews"]
    by_id = dict(zip(reviews["review_id"].to_pylist(), reviews[lever.value].to_pylist(), strict=True))
    missing = (now.target - now.value) * now.of
    for k, name in enumerate(now.ids):
        if missing <= 0:
            return k
        missing -= changes.BEST - by_id[name]
    return len(now.ids)
