"""Where an influencer stands, derived from the facts of its log alone: replaying it always gives the same.

An overturned violation is left out of every sum and count, so that all that followed from it falls, too, as if it had
never been. Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ratings.governance import ladder
from ratings.governance.ladder import RUNGS, START

LAPSED_AT_MOST = "L3"  # by time alone nobody is suspended for long: that takes two people
NONE = timedelta()


@dataclass(frozen=True)
class Line:
    """What of an event matters here."""

    kind: str
    at: datetime
    case: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Breach:
    """A confirmed violation and what people decided about it; `cap` is a level chosen lower than called for."""

    case: int
    code: str
    violation_class: str
    points: Decimal
    at: datetime
    level: str
    cap: str
    days: int | None = None
    start: datetime | None = None
    cured_at: datetime | None = None
    lifted_at: datetime | None = None
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    cure_from: datetime | None = None

    def paused(self, at: datetime, since: datetime | None = None) -> timedelta:
        """How long the effect stood still up to a moment."""
        spans = ((max(begin, since or begin), min(end or at, at)) for begin, end in self.pauses)
        return sum((end - begin for begin, end in spans if begin < end), NONE)

    def is_paused(self, at: datetime) -> bool:
        return any(begin <= at and (end is None or at < end) for begin, end in self.pauses)


@dataclass(frozen=True)
class Earned:
    """Points given back; a code means only for violations of that code."""

    at: datetime
    points: Decimal
    code: str = ""


@dataclass(frozen=True)
class Measure:
    """What a breach comes to: its level, and from when to when. `points` are what it costs now."""

    case: int
    code: str
    violation_class: str
    level: str
    called: str
    start: datetime
    end: datetime | None
    cure_until: datetime | None
    paused: bool
    cured: bool
    lifted: bool
    lapsed: bool
    points: Decimal
    points_until: datetime | None

    def in_effect(self, at: datetime) -> bool:
        over = self.cured or self.lifted or (self.end is not None and self.end <= at)
        return self.start <= at and not over and not self.paused


@dataclass(frozen=True)
class Picture:
    """A standing at a moment, and the next moment at which time alone changes it."""

    at: datetime
    balance: Decimal
    measures: tuple[Measure, ...]
    next_change: datetime | None

    @property
    def level(self) -> str:
        return max((m.level for m in self.measures if m.in_effect(self.at)), default="")

    def of(self, case: int) -> Measure | None:
        return next((m for m in self.measures if m.case == case), None)


def replay(log: Iterable[Line], at: datetime) -> Picture:
    """The standing at a moment, from an empty one and the log up to it."""
    return derive(*facts(line for line in log if line.at <= at), at)


def facts(log: Iterable[Line]) -> tuple[list[Breach], list[Earned]]:
    """What the log says was found and decided; an overturned case is no fact."""
    found: dict[int, Breach] = {}
    earned: list[Earned] = []
    for line in log:
        if line.kind == "earned":
            earned.append(Earned(line.at, Decimal(str(line.data["points"])), str(line.data.get("code", ""))))
        elif line.case is None:
            continue
        elif line.kind == "issued":
            found[line.case] = _issued(line)
        elif (breach := found.get(line.case)) is None:
            continue
        elif line.kind == "overturned":
            del found[line.case]
        else:
            found[line.case] = _changed(breach, line)
    return list(found.values()), earned


def _issued(line: Line) -> Breach:
    data = line.data
    assert line.case is not None
    return Breach(
        case=line.case,
        code=str(data["code"]),
        violation_class=str(data["class"]),
        points=Decimal(str(data["points"])),
        at=line.at,
        level=str(data["level"]),
        cap=str(data.get("cap") or "L5"),
        days=data.get("days"),
        start=datetime.fromisoformat(data["start"]) if data.get("start") else None,
    )


def _changed(breach: Breach, line: Line) -> Breach:
    if line.kind == "cured":
        return replace(breach, cured_at=line.at)
    if line.kind == "lifted":
        return replace(breach, lifted_at=line.at)
    if line.kind == "paused":
        return replace(breach, pauses=(*breach.pauses, (line.at, None)))
    if line.kind == "resumed" and breach.pauses and breach.pauses[-1][1] is None:
        return replace(breach, pauses=(*breach.pauses[:-1], (breach.pauses[-1][0], line.at)))
    if line.kind == "reduced" and "cap" in line.data:
        return replace(breach, cap=min(breach.cap, str(line.data["cap"])))
    if line.kind == "appeal_reduced":
        level = str(line.data["level"])
        points = Decimal(str(line.data.get("points", breach.points)))
        changed = replace(breach, level=level, cap=level, days=line.data.get("days"), points=points, start=None)
        return replace(changed, cure_from=line.at) if level == "L0" else changed
    return breach


@dataclass
class _Cost:
    """Points of one breach that are off the balance."""

    breach: Breach
    left: Decimal
    until: datetime


def derive(breaches: Iterable[Breach], earned: Iterable[Earned], at: datetime) -> Picture:
    """The standing at a moment, from the facts before it."""
    known = sorted((b for b in breaches if b.at <= at), key=lambda b: (b.at, b.case))
    costs: dict[int, _Cost] = {}
    measures: dict[int, Measure] = {}
    steps: list[tuple[datetime, int, int, Breach | Earned]] = []
    lapses: dict[int, datetime] = {}
    for number, breach in enumerate(known):
        if not _is_notice(breach, known[:number]):
            steps.append((breach.at, 1, number, breach))
            continue
        until = _cure_until(breach, at)
        if breach.cured_at is None and breach.lifted_at is None and until <= at and not breach.is_paused(at):
            lapses[breach.case] = until
            steps.append((until, 1, number, breach))
        else:
            measures[breach.case] = _notice(breach, until, at)
    steps += [(e.at, 0, number, e) for number, e in enumerate(earned) if e.at <= at]
    for moment, _order, _number, step in sorted(steps, key=lambda s: s[:3]):
        if isinstance(step, Earned):
            _give_back(step, costs, moment)
            continue
        costs[step.case] = _Cost(step, step.points, ladder.expires(step.violation_class, moment))
        called = ladder.called_for(
            violation_class=step.violation_class,
            balance=_balance(costs, moment),
            same_code=_same_code(step, known),
        )
        measures[step.case] = _measure(step, called, moment, at, lapsed=step.case in lapses)
    for case, cost in costs.items():
        if cost.until > at:
            measures[case] = replace(measures[case], points=cost.left, points_until=cost.until)
    shown = tuple(measures[b.case] for b in known)
    return Picture(at, _balance(costs, at), shown, _next_change(shown, at))


def _is_notice(breach: Breach, before: list[Breach]) -> bool:
    minor = [b.at for b in before if b.violation_class in ladder.MINOR]
    return breach.cap == "L0" or ladder.is_first(violation_class=breach.violation_class, at=breach.at, earlier=minor)


def _cure_until(breach: Breach, at: datetime) -> datetime:
    since = breach.cure_from or breach.at
    return ladder.deadline(since, ladder.CURE_DAYS) + breach.paused(at, since)


def _notice(breach: Breach, until: datetime, at: datetime) -> Measure:
    return Measure(
        case=breach.case,
        code=breach.code,
        violation_class=breach.violation_class,
        level="L0",
        called="L0",
        start=breach.at,
        end=until,
        cure_until=until,
        paused=breach.is_paused(at),
        cured=breach.cured_at is not None,
        lifted=breach.lifted_at is not None,
        lapsed=False,
        points=Decimal(0),
        points_until=None,
    )


def _measure(breach: Breach, called: str, applied: datetime, at: datetime, *, lapsed: bool) -> Measure:
    cap = min(LAPSED_AT_MOST, breach.cap if breach.cap != "L0" else "L5") if lapsed else breach.cap
    level = min(called, cap)
    as_issued = level == breach.level and not lapsed
    start = (breach.start if as_issued else None) or ladder.starts(level, breach.violation_class, applied)
    lasts = ladder.duration(level, breach.days if as_issued else None)
    return Measure(
        case=breach.case,
        code=breach.code,
        violation_class=breach.violation_class,
        level=level,
        called=called,
        start=start,
        end=None if lasts is None else start + lasts + breach.paused(at),
        cure_until=None,
        paused=breach.is_paused(at),
        cured=False,
        lifted=breach.lifted_at is not None,
        lapsed=lapsed,
        points=Decimal(0),
        points_until=None,
    )


def _same_code(breach: Breach, known: list[Breach]) -> int:
    since = breach.at - ladder.REPEATS_WITHIN
    return sum(b.code == breach.code and since < b.at and (b.at, b.case) <= (breach.at, breach.case) for b in known)


def _balance(costs: Mapping[int, _Cost], at: datetime) -> Decimal:
    return max(Decimal(0), START - sum((c.left for c in costs.values() if c.until > at), Decimal(0)))


def _give_back(earned: Earned, costs: Mapping[int, _Cost], at: datetime) -> None:
    """What was earned lowers what is still owed, the oldest first; nothing is saved up beyond 100."""
    left = earned.points
    for cost in costs.values():
        mine = not earned.code or cost.breach.code == earned.code
        if mine and cost.breach.violation_class != ladder.NEVER_EARNED and cost.until > at:
            given = min(left, cost.left)
            cost.left -= given
            left -= given


def _next_change(measures: Iterable[Measure], at: datetime) -> datetime | None:
    moments: list[datetime] = []
    for m in measures:
        if not (m.cured or m.lifted):
            moments.append(m.start)
            if m.end is not None and not m.paused:
                moments.append(m.end)
        if m.points_until is not None and m.points:
            moments.append(m.points_until)
    return min((moment for moment in moments if moment > at), default=None)


__all__ = ["RUNGS", "Breach", "Earned", "Line", "Measure", "Picture", "derive", "facts", "replay"]
