"""The growth plan: which channel has most to win, what to aim at, and what that brings in 30, 90 and 180 days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from influencers.models import Influencer
from ratings.growth.ahead import lately, to_come, volume, window_of, with_future
from ratings.growth.measures import DIMENSION, Measure, improved, measure
from ratings.growth.missing import Missing, missing
from ratings.growth.own import NothingPublished, Own, Standing, Tables, own, standing_of
from ratings.growth.what_if import Lever, supported
from ratings.models import Claim, GrowthPlan
from ratings.scoring.policy import Policy

MIDDLE = 90
HORIZONS = (30, MIDDLE, 180)
CLOSELY = 3  # steps whose way is told at every horizon
SHOWN = 5  # pieces of evidence named with a step
FRESH = timedelta(days=7)  # a plan is made anew after so long


@dataclass(frozen=True)
class Path:
    """Scores at the horizons, if all goes on and if it goes as planned."""

    unchanged: dict[int, Standing]
    planned: dict[int, Standing]


def make(*, own: Own) -> dict[str, Any]:
    """The plan as a document: JSON-able, in codes; pages put it into words."""
    scores = own.scores()
    now, real, window = standing_of(scores), supported(scores), window_of(own)
    recent = lately(own, window)
    measures = [m for lever in DIMENSION if not (m := measure(recent, lever, real)).perfect]
    coming = {days: to_come(own, days) for days in HORIZONS}
    path = Path(
        {days: _at(own, coming[days], days) for days in HORIZONS},
        {days: _at(own, _all(coming[days], measures, real), days) for days in HORIZONS},
    )
    steps = [_step(own, m, coming, path, real, [MIDDLE]) for m in measures]
    steps = [step for step in steps if step["points"][str(MIDDLE)] > 0]
    steps.sort(key=lambda step: (-step["points"][str(MIDDLE)], step["lever"]))
    for step in steps[:CLOSELY]:
        found = next(m for m in measures if m.lever == step["lever"])
        others = [days for days in HORIZONS if days != MIDDLE]
        step["points"] |= _step(own, found, coming, path, real, others)["points"]
    needed = missing(own=own, scores=scores)
    return {
        "as_of": own.as_of.isoformat(),
        "run": own.run.pk,
        "policy": own.run.policy_id,
        "window_days": window,
        "volume": asdict(volume(own, window)),
        "now": asdict(now),
        "unchanged": {str(days): found.score for days, found in path.unchanged.items()},
        "planned": {str(days): found.score for days, found in path.planned.items()},
        "next_grade": _next_grade(now, path, own.policy),
        "steps": steps,
        "missing": asdict(needed) if isinstance(needed, Missing) else None,
    }


def latest(*, influencer: Influencer) -> GrowthPlan | None:
    """The plan in force, if one has been made yet."""
    return GrowthPlan.objects.filter(influencer=influencer).order_by("-made_at").first()


def keep(*, influencer: Influencer, at: datetime) -> GrowthPlan:
    """The plan in force: a fresh one, or the latest when that is no older than a week.

    Making one takes many ratings: no lock is held meanwhile, and pages show what is kept.
    """
    found = latest(influencer=influencer)
    if found is not None and at - found.made_at < FRESH:
        return found
    mine = own(influencer=influencer, at=at)
    return GrowthPlan.objects.create(
        influencer=influencer, run=mine.run, as_of=mine.as_of, document=make(own=mine), made_at=at
    )


def keep_all(*, at: datetime) -> int:
    """The plans that are due, of everyone who has somebody to read them; how many were made."""
    read = Influencer.objects.filter(claims__state=Claim.State.APPROVED, voided_at=None, merged_into=None)
    fresh = GrowthPlan.objects.filter(influencer=OuterRef("pk"), made_at__gt=at - FRESH)
    made = 0
    for influencer in read.exclude(Exists(fresh)).distinct().defer("search"):
        try:
            keep(influencer=influencer, at=at)
        except NothingPublished:
            break
        made += 1
    return made


def progress(*, influencer: Influencer, at: datetime) -> list[dict[str, Any]]:
    """What became of an earlier plan: of the latest that is four weeks old, or else of the first there is."""
    plans = GrowthPlan.objects.filter(influencer=influencer)
    before = plans.filter(made_at__lte=at - timedelta(days=28)).order_by("-made_at").first()
    before = before or plans.order_by("made_at").first()
    if before is None:
        return []
    mine = own(influencer=influencer, at=at)
    days = max((mine.as_of - before.as_of).days, 1)
    since = lately(mine, days)
    asks_viewers = any(step["lever"] == Lever.VIEWERS for step in before.document["steps"])
    real = supported(mine.scores()) if asks_viewers else {}  # a rating, which nothing else here needs
    rows = []
    for step in before.document["steps"]:
        now = measure(since, Lever(step["lever"]), real)
        rows.append(
            {
                "lever": step["lever"],
                "since": before.as_of.isoformat(),
                "then": _per_day(step["value"], step, before.document["window_days"]),
                "target": _per_day(step["target"], step, before.document["window_days"]),
                "now": _per_day(now.value, step, days),
                "enough": now.of > 0,
            }
        )
    for row in rows:
        better = row["now"] >= row["target"] if row["lever"] in MARK_LEVERS else row["now"] <= row["target"]
        row["reached"] = row["enough"] and better
    return rows


MARK_LEVERS = ("professionalism", "service", "as_described")


def _per_day(value: float, step: dict[str, Any], days: int) -> float:
    """Counts as so many in 90 days, whatever the stretch they were counted in; means as they are."""
    return value if step["lever"] in MARK_LEVERS else round(value * MIDDLE / days, 1)


def _at(own: Own, coming: Tables, days: int) -> Standing:
    return own.standing(with_future(own, coming), own.as_of + timedelta(days=days))


def _all(coming: Tables, measures: list[Measure], real: dict[str, int]) -> Tables:
    for m in measures:
        coming = improved(coming, m.lever, real)
    return coming


def _step(
    own: Own, m: Measure, coming: dict[int, Tables], path: Path, real: dict[str, int], horizons: list[int]
) -> dict[str, Any]:
    points = {
        str(days): round(_at(own, improved(coming[days], m.lever, real), days).score - path.unchanged[days].score, 4)
        for days in horizons
    }
    return {
        "lever": m.lever.value,
        "dimension": DIMENSION[m.lever],
        "value": m.value,
        "of": m.of,
        "target": m.target,
        "points": points,
        "evidence": list(m.ids[:SHOWN]),
    }


def _next_grade(now: Standing, path: Path, policy: Policy) -> dict[str, Any] | None:
    """The next grade, and the first horizon at which the plan reaches it."""
    above = [(bound, name) for bound, name in policy.grades if bound > now.score]
    if not above or not now.rated:
        return None
    bound, name = above[-1]
    days = next((days for days in HORIZONS if path.planned[days].score >= bound), None)
    return {"grade": name, "from": bound, "days": days}
