"""What was found, decided and held down in a period, as far as the service keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Avg, Count, F, Q

from feedback.models import Complaint, Violation
from feedback.taxonomy import CODES
from ratings.models import HistoryPoint, PolicyVersion, Publication, PublicRun
from ratings.transparency import enforcement
from ratings.transparency.period import Period

KEPT_SECONDS = 60
PUBLICATIONS = 10

FROM_CARDS = """
SELECT COALESCE(SUM(t.judged), 0), COALESCE(SUM(t.flagged), 0),
       COALESCE(SUM((c.card->'evidence'->>'held_down')::int), 0),
       COALESCE(SUM(greatest((b.card->'evidence'->>'held_down')::int - (c.card->'evidence'->>'held_down')::int, 0)), 0)
FROM ratings_scorecard c
LEFT JOIN ratings_scorecard b ON b.run_id = %(before)s AND b.influencer_id = c.influencer_id
CROSS JOIN LATERAL (
    SELECT count(*) AS judged, count(*) FILTER (WHERE (s->>'flagged')::boolean) AS flagged
    FROM json_array_elements(c.card->'traffic') s
    WHERE (s->>'started_at')::timestamptz >= %(since)s AND (s->>'started_at')::timestamptz < %(until)s) t
WHERE c.run_id = %(run)s
"""


def figures(public: PublicRun, period: Period) -> dict[str, Any]:
    """The whole report of the public run and a period before it; kept for a minute."""
    key = f"transparency:{public.run_id}:{public.published_at.timestamp():.0f}:{period.name}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = gather(public, period)
        cache.set(key, found, KEPT_SECONDS)
    return found


def gather(public: PublicRun, period: Period) -> dict[str, Any]:
    since, until = period.since, period.until
    with connection.cursor() as cursor:
        names = {"run": public.run_id, "before": public.previous_id, "since": since, "until": until}
        cursor.execute(FROM_CARDS, names)
        sessions, flagged, held, restored = (int(value) for value in cursor.fetchone())
    versions = PolicyVersion.objects.filter(**period.within("created_at")).order_by("created_at")
    published = Publication.objects.filter(**period.within("at")) if period.name else Publication.objects.all()
    return {
        "period": period.name or None,
        "from": period.start.isoformat(),
        "until": period.end.isoformat(),
        "run": public.run_id,
        "policy": public.run.policy_id,
        "published_at": public.published_at.isoformat(timespec="seconds"),
        "influencers": people(public, period),
        "evidence": public.run.evidence_counts,
        "reviews_held_down": held,
        "reviews_restored": restored,
        "sessions": {"judged": sessions, "flagged": flagged},
        "violations": violations(since, until),
        "cases": enforcement.cases(period),
        "actions": enforcement.actions(period),
        "appeals": enforcement.appeals(period),
        "complaints": {**complaints(since, until), "by_topic": enforcement.topics(period)},
        "contests": enforcement.contests(period),
        "alerts": enforcement.alerts(period),
        "policies": [
            {"version": version.version, "since": version.created_at.isoformat(timespec="seconds")}
            for version in versions
        ],
        "publications": [
            {"run": p.run_id, "action": p.action, "at": p.at.isoformat(timespec="seconds"), "reason": p.reason}
            for p in published.order_by("-at")[:PUBLICATIONS]
        ],
    }


def people(public: PublicRun, period: Period) -> dict[str, int]:
    """How many were rated at the end of the period, as it was public then."""
    last = HistoryPoint.objects.filter(as_of__lte=period.end).order_by("-as_of").values("as_of")[:1]
    found = dict(HistoryPoint.objects.filter(as_of=last).order_by().values_list("status").annotate(count=Count("pk")))
    told = {name: found.get(name, 0) for name in ("rated", "provisional", "suspended")}
    return {"all": sum(told.values()), **told}


def violations(since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The hosts' own, by code; most confirmed first."""
    own = Violation.objects.filter(occurred_at__gte=since, occurred_at__lt=until, voided_at=None)
    own = own.filter(Q(subject="influencer") | Q(subject=None) | Q(subject=""))
    rows = own.values("code").annotate(
        alleged=Count("pk", filter=Q(status="alleged")),
        confirmed=Count("pk", filter=Q(status="confirmed")),
        overturned=Count("pk", filter=Q(status="overturned")),
    )
    found = [
        {
            "code": row["code"],
            "name_en": CODES[row["code"]].name_en,
            "name_zh": CODES[row["code"]].name_zh,
            "class": CODES[row["code"]].violation_class,
            "alleged": row["alleged"],
            "confirmed": row["confirmed"],
            "overturned": row["overturned"],
        }
        for row in rows
        if row["code"] in CODES
    ]
    return sorted(found, key=lambda row: (-row["confirmed"], row["code"]))


def complaints(since: datetime, until: datetime) -> dict[str, Any]:
    """By outcome, and how long a decision took on average."""
    filed = Complaint.objects.filter(created_at__gte=since, created_at__lt=until, voided_at=None)
    row = filed.aggregate(
        open=Count("pk", filter=Q(status="open")),
        upheld=Count("pk", filter=Q(status="upheld")),
        rejected=Count("pk", filter=Q(status="rejected")),
        withdrawn=Count("pk", filter=Q(status="withdrawn")),
        middle=enforcement.Median(F("resolved_at") - F("created_at"), filter=Q(resolved_at__isnull=False)),
        decided_after=Avg(F("resolved_at") - F("created_at"), filter=Q(resolved_at__isnull=False)),
    )
    taken, middle = row.pop("decided_after"), row.pop("middle")
    return {**row, "mean_days_to_decision": _days(taken), "median_days_to_decision": _days(middle)}


def _days(taken: timedelta | None) -> float | None:
    return None if taken is None else round(taken.total_seconds() / 86_400, 1)
