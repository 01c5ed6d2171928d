"""Laws of the replay: from empty always the same, overturned as if it had never been, never above 100."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feedback.taxonomy import CODES
from ratings.governance import ladder
from ratings.governance.standing import Line, Picture, derive, facts, replay

START = datetime(2026, 1, 5, 4, tzinfo=UTC)
SOME = ("PRM-01", "PRM-02", "PRM-03", "PRC-01", "PRD-01", "RVW-01")


@dataclass(frozen=True)
class Step:
    """Something that happens so many hours after the step before."""

    hours: int
    what: str
    code: str
    which: int
    large: bool


steps = st.lists(
    st.builds(
        Step,
        hours=st.integers(0, 60 * 24),
        what=st.sampled_from(
            ["breach", "breach", "breach", "cured", "lifted", "paused", "resumed", "earned", "course"]
        ),
        code=st.sampled_from(SOME),
        which=st.integers(0, 9),
        large=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


def log_of(story: list[Step]) -> tuple[list[Line], datetime]:
    """The log that people would write: each violation at the level that the ladder called for on that day."""
    log: list[Line] = []
    at, cases = START, 0
    for step in story:
        at += timedelta(hours=step.hours)
        if step.what == "breach":
            cases += 1
            violation_class = CODES[step.code].violation_class
            points = ladder.points_of(violation_class, large=step.large)
            data: dict[str, Any] = {"code": step.code, "class": violation_class, "points": str(points), "level": "L5"}
            measure = replay([*log, Line("issued", at, cases, data)], at).of(cases)
            assert measure is not None
            log.append(Line("issued", at, cases, {**data, "level": measure.level}))
        elif step.what == "earned":
            log.append(Line("earned", at, None, {"points": "1"}))
        elif step.what == "course":
            log.append(Line("earned", at, None, {"points": "2", "code": step.code}))
        elif cases:
            log.append(Line(step.what, at, step.which % cases + 1))
    return log, at


def shown(picture: Picture) -> tuple[Any, ...]:
    return picture.balance, picture.level, picture.measures, picture.next_change


@given(steps, st.integers(0, 2000))
def test_replaying_again_gives_the_same(story: list[Step], later: int) -> None:
    log, last = log_of(story)
    at = last + timedelta(days=later)
    assert shown(replay(log, at)) == shown(replay(list(log), at))
    found, earned = facts(log)
    assert shown(derive(reversed(found), earned, at)) == shown(replay(log, at))


@given(steps, st.integers(0, 9), st.integers(0, 400))
def test_overturning_gives_the_standing_as_if_it_had_never_been(story: list[Step], which: int, later: int) -> None:
    log, last = log_of(story)
    cases = [line.case for line in log if line.kind == "issued"]
    if not cases:
        return
    gone, at = cases[which % len(cases)], last + timedelta(days=later)
    undone = replay([*log, Line("overturned", last, gone)], at)
    never = replay([line for line in log if line.case != gone], at)
    assert shown(undone) == shown(never)


@given(steps, st.integers(0, 9))
def test_overturning_gives_the_levels_that_the_ladder_would_have_called_for(story: list[Step], which: int) -> None:
    """The story told again without one violation, decision by decision, comes to the same."""
    plain = [step for step in story if step.what == "breach"]
    if not plain:
        return
    gone = which % len(plain)
    log, last = log_of(plain)
    hours = plain[gone].hours
    rest = [*plain[:gone], *plain[gone + 1 :]]
    if gone < len(rest):
        first = rest[gone]
        rest[gone] = Step(first.hours + hours, first.what, first.code, first.which, first.large)
    told, _last = log_of(rest)
    undone = replay([*log, Line("overturned", last, gone + 1)], last)
    again = replay(told, last)
    assert undone.balance == again.balance
    assert [(m.code, m.level, m.start, m.end) for m in undone.measures] == [
        (m.code, m.level, m.start, m.end) for m in again.measures
    ]


@given(steps, st.integers(0, 2000))
def test_a_balance_stays_within_its_bounds_and_earning_never_lowers_it(story: list[Step], later: int) -> None:
    log, last = log_of(story)
    at = last + timedelta(days=later)
    balance = replay(log, at).balance
    assert 0 <= balance <= 100
    more = replay([*log, Line("earned", last, None, {"points": "50"})], at).balance
    assert balance <= more <= 100


@given(steps)
def test_everything_expires_and_the_balance_is_whole_again(story: list[Step]) -> None:
    log, last = log_of([step for step in story if step.what != "paused"])
    assert replay(log, last + timedelta(days=3 * 366 + 40)).balance == 100


@given(steps)
def test_nothing_changes_before_the_moment_that_is_foretold(story: list[Step]) -> None:
    log, last = log_of(story)
    now = replay(log, last)
    end = now.next_change or last + timedelta(days=400)
    before = replay(log, end - timedelta(seconds=1)) if end > last + timedelta(seconds=1) else now
    assert (before.balance, before.level) == (now.balance, now.level)


def test_a_class_a_is_never_earned_back() -> None:
    red = {"code": "PRD-01", "class": "A", "points": "24", "level": "L5"}
    log = [Line("issued", START, 1, red), Line("earned", START, None, {"points": "1"})]
    assert replay(log, START).balance == 76


def test_six_times_the_same_code_in_ninety_days() -> None:
    log, at = log_of([Step(24, "breach", "PRM-03", 0, False)] * 6)
    picture = replay(log, at)
    assert [m.level for m in picture.measures] == ["L0", "L1", "L1", "L1", "L1", "L4"]
    assert picture.balance == 80
