"""What was decided: cases, actions, appeals, alerts and contests of a period."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, QuerySet

from feedback.models import Case as ComplaintCase
from feedback.taxonomy import CODES
from ratings.models import Alert, Contest
from ratings.models.governance import (
    Action,
    ActionState,
    Appeal,
    AppealState,
    Case,
    CaseState,
    Level,
    Origin,
    Outcome,
)
from ratings.transparency.period import Period

SMALL = 5
"""Fewer complaints about one thing than this are not told apart: someone might know who filed them."""


class Median(Aggregate):
    """The median of a time between."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def counts(rows: QuerySet[Any], column: str, names: list[str]) -> dict[str, int]:
    found = dict(rows.order_by().values_list(column).annotate(count=Count("pk")))
    return {name: found.get(name, 0) for name in names}


def cases(period: Period) -> dict[str, Any]:
    """Cases opened in the period, by code, source and outcome, and how long it took to decide them."""
    opened = Case.objects.filter(**period.within("opened_at"))
    decided = Action.objects.filter(**period.within("decided_at"), supersedes=None)
    took = decided.aggregate(took=Median(F("decided_at") - F("case__opened_at")))["took"]
    by_code = opened.order_by("code").values("code", "state").annotate(count=Count("pk"))
    codes: dict[str, dict[str, Any]] = {}
    for row in by_code:
        code = CODES[row["code"]]
        empty = dict.fromkeys(CaseState.values, 0)
        told = codes.setdefault(
            code.code,
            {
                "code": code.code,
                "name_en": code.name_en,
                "name_zh": code.name_zh,
                "class": code.violation_class,
                **empty,
            },
        )
        told[row["state"]] = row["count"]
    return {
        "opened": opened.count(),
        "by_code": sorted(codes.values(), key=lambda told: told["code"]),
        "by_source": counts(opened, "source", Origin.values),
        "by_outcome": counts(opened, "state", CaseState.values),
        "detected_automatically": opened.filter(automated_detection=True).count(),
        "median_hours_to_decision": None if took is None else round(took.total_seconds() / 3600, 1),
    }


def actions(period: Period) -> dict[str, Any]:
    """Measures decided in the period, by level and by what became of them; follow-ups of another one left out.

    What followed by itself from a notice that was not cured is such a follow-up, and told apart.
    """
    every = Action.objects.filter(**period.within("decided_at"))
    decided = every.filter(supersedes=None)
    return {
        "decided": decided.count(),
        "by_level": counts(decided, "level", Level.values),
        "by_state": counts(decided, "state", ActionState.values),
        "decided_automatically": every.filter(automated_decision=True).count(),
    }


def appeals(period: Period) -> dict[str, Any]:
    """Appeals filed in the period, and what became of those decided in it."""
    filed = Appeal.objects.filter(**period.within("filed_at"))
    decided = Appeal.objects.filter(state=AppealState.DECIDED, **period.within("decided_at"))
    by_outcome = counts(decided, "outcome", Outcome.values)
    total = sum(by_outcome.values())
    took = decided.aggregate(took=Median(F("decided_at") - F("filed_at")))["took"]
    return {
        "filed": filed.count(),
        "decided": total,
        "by_outcome": by_outcome,
        "share_overturned": round(by_outcome[Outcome.OVERTURNED] / total, 4) if total else None,
        "median_days_to_decision": None if took is None else round(took.total_seconds() / 86_400, 1),
        "overdue": filed.filter(escalated_at__isnull=False).count(),
    }


def topics(period: Period) -> list[dict[str, Any]]:
    """Complaints filed here, by what they are about; null where there are too few to tell."""
    rows = ComplaintCase.objects.filter(**period.within("opened_at")).order_by().values("topic")
    found = rows.annotate(count=Count("pk")).values_list("topic", "count")
    return [{"topic": topic, "count": count if count >= SMALL else None} for topic, count in sorted(found)]


def alerts(period: Period) -> dict[str, Any]:
    """What was noticed, and what people made of it."""
    raised = Alert.objects.filter(**period.within("raised_at"))
    return {"raised": raised.count(), **counts(raised, "state", Alert.State.values)}


def contests(period: Period) -> dict[str, int]:
    """Evidence that hosts contested, by the outcome."""
    filed = Contest.objects.filter(**period.within("filed_at"))
    return {"contested": filed.count(), **counts(filed, "state", Contest.State.values)}
