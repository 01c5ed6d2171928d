"""What publishing another run would change: who moves, by how much, and from which evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ratings.models import Run, Scorecard

STEADY = 0.05  # points: what the list shows as 0.0 has not moved
LOOKED_INTO = 200  # of those who move most, for the causes of the whole
MOST_LISTED = 20_000
SHOWN = {
    "moved": "abs(coalesce(b.score - a.score, 0)) >= %(steady)s",
    "up": "b.score - a.score >= %(steady)s",
    "down": "b.score - a.score <= -%(steady)s",
    "grade": "a.grade <> b.grade AND a.status = 'rated' AND b.status = 'rated'",
    "rated": "b.status = 'rated' AND a.status IS DISTINCT FROM 'rated'",
    "unrated": "a.status = 'rated' AND b.status IS DISTINCT FROM 'rated'",
    "came": "a.influencer_id IS NULL",
    "gone": "b.influencer_id IS NULL",
}
CARDS = "SELECT influencer_id, name, status, score, grade, rank FROM ratings_scorecard WHERE run_id = "
BOTH = f"FROM ({CARDS}%(before)s) a FULL JOIN ({CARDS}%(after)s) b USING (influencer_id)"
SUMMARY = f"""
SELECT count(*) FILTER (WHERE a.score IS NOT NULL), count(*) FILTER (WHERE b.score IS NOT NULL),
       {", ".join(f"count(*) FILTER (WHERE {condition})" for condition in SHOWN.values())},
       percentile_cont(ARRAY[0.5, 0.9, 0.99, 1]) WITHIN GROUP (ORDER BY abs(b.score - a.score)),
       avg(b.score - a.score),
       corr(a.rank, b.rank) FILTER (WHERE a.status = 'rated' AND b.status = 'rated')
{BOTH}
"""
GRADES = f"""
SELECT a.grade, b.grade, count(*) {BOTH}
WHERE a.status = 'rated' AND b.status = 'rated' GROUP BY 1, 2
"""
FURTHEST = "ORDER BY abs(coalesce(b.score - a.score, 0)) DESC, influencer_id"
LISTED = f"""
SELECT influencer_id {BOTH} WHERE ({{condition}}) AND coalesce(b.name, a.name) LIKE %(begins)s
{FURTHEST} LIMIT %(limit)s
"""
ASKED = "AND influencer_id = ANY(%(who)s)"
MOVES = f"""
SELECT influencer_id, coalesce(b.name, a.name), a.score, b.score, a.grade, b.grade, a.rank, b.rank, a.status, b.status
FROM ({CARDS}%(before)s {ASKED}) a FULL JOIN ({CARDS}%(after)s {ASKED}) b USING (influencer_id) {FURTHEST}
"""  # noqa: S608


@dataclass(frozen=True)
class Cause:
    """Points of the overall score that a channel gained or lost."""

    dimension: str
    channel: str
    points: float


@dataclass(frozen=True)
class Move:
    """One influencer in both runs; None where one run does not have it."""

    influencer: int
    name: str
    score: tuple[float | None, float | None]
    grade: tuple[str, str]
    rank: tuple[int | None, int | None]
    status: tuple[str, str]
    causes: list[Cause]

    @property
    def points(self) -> float | None:
        before, after = self.score
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class Difference:
    """Two runs side by side, in numbers; `counts` by the names of SHOWN."""

    before: int
    after: int
    counts: dict[str, int]
    median: float
    p90: float
    p99: float
    most: float
    mean: float
    correlation: float | None
    grades: list[tuple[str, str, int]]
    causes: list[Cause]


def difference(*, before: Run, after: Run) -> Difference:
    """Count who moves, and say where the movement of those who move most comes from."""
    names: dict[str, Any] = {"before": before.pk, "after": after.pk, "steady": STEADY}
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY, names)
        had, has, *counts, spread, mean, correlation = cursor.fetchone()
        cursor.execute(GRADES, names)
        grades = sorted((old, new, count) for old, new, count in cursor.fetchall() if old != new)
    median, p90, p99, most = spread or (0.0, 0.0, 0.0, 0.0)
    share: Counter[tuple[str, str]] = Counter()
    for move in moves(before=before, after=after, who=listed(before=before, after=after, most=LOOKED_INTO)):
        for cause in move.causes:
            share[cause.dimension, cause.channel] += abs(cause.points)  # type: ignore[assignment]  # sums of points
    whole = sum(share.values()) or 1
    causes = [Cause(*where, points / whole) for where, points in share.most_common()]
    return Difference(
        had,
        has,
        dict(zip(SHOWN, counts, strict=True)),
        median,
        p90,
        p99,
        most,
        mean or 0.0,
        correlation,
        grades,
        causes,
    )


def listed(*, before: Run, after: Run, shown: str = "moved", begins: str = "", most: int = MOST_LISTED) -> list[int]:
    """Primary keys of those who move, the furthest first; `begins` is what their names begin with."""
    names: dict[str, Any] = {
        "before": before.pk, "after": after.pk, "steady": STEADY, "limit": most,
        "begins": begins.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LISTED.format(condition=SHOWN[shown]), names)
        return [who for (who,) in cursor.fetchall()]


def moves(*, before: Run, after: Run, who: list[int]) -> list[Move]:
    """How these move, the furthest first, each with where its points came from."""
    with connection.cursor() as cursor:
        cursor.execute(MOVES, {"before": before.pk, "after": after.pk, "who": who})
        rows = cursor.fetchall()
    parts = _parts([row[0] for row in rows], before, after)
    return [
        Move(
            who, name, (old, new), (grade_old or "", grade_new or ""), (rank_old, rank_new),
            (status_old or "", status_new or ""),
            causes(parts.get((before.pk, who), ()), parts.get((after.pk, who), ())),
        )
        for who, name, old, new, grade_old, grade_new, rank_old, rank_new, status_old, status_new in rows
    ]  # fmt: skip


def causes(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """The difference of two cards' contributions by channel, the largest first; nothing when one of them is missing."""
    found: Counter[tuple[str, str]] = Counter()
    before, after = list(before), list(after)
    if not before or not after:
        return []
    for sign, rows in ((-1, before), (1, after)):
        for row in rows:
            found[row["dimension"], row["channel"]] += sign * row["points"]
    differing = [Cause(*where, points) for where, points in found.items() if abs(points) >= 0.005]
    return sorted(differing, key=lambda cause: -abs(cause.points))


def _parts(influencers: list[int], before: Run, after: Run) -> dict[tuple[int, int], list[dict[str, Any]]]:
    cards = Scorecard.objects.filter(run__in=[before.pk, after.pk], influencer__in=influencers)
    return {(run, who): card["contributions"] for run, who, card in cards.values_list("run", "influencer", "card")}
