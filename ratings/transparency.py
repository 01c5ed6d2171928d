"""The transparency report: what was found, decided and held down, as far as the service keeps it."""

from datetime import datetime, timedelta, timezone
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Avg, Count, F, Q

from feedback.models import Complaint, Violation
from feedback.taxonomy import CODES
from ratings.models import Publication, PublicRun

POLICY_ZONE = timezone(timedelta(hours=8))  # the policy's day, wherever the service runs
PERIOD = timedelta(days=365)
KEPT_SECONDS = 15 * 60
PUBLICATIONS = 10

FROM_CARDS = """
SELECT COALESCE(SUM(json_array_length(card->'traffic')), 0),
       COALESCE(SUM((SELECT COUNT(*) FROM json_array_elements(card->'traffic') s WHERE (s->>'flagged')::boolean)), 0),
       COALESCE(SUM((card->'evidence'->>'held_down')::int), 0),
       COUNT(*) FILTER (WHERE status = 'provisional'), COUNT(*) FILTER (WHERE status = 'suspended')
FROM ratings_scorecard WHERE run_id = %s
"""


def figures(public: PublicRun) -> dict[str, Any]:
    """The whole report of the public run and the year before it; kept for a quarter of an hour."""
    key = f"transparency:{public.run_id}:{public.published_at.timestamp():.0f}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = gather(public)
        cache.set(key, found, KEPT_SECONDS)
    return found


def gather(public: PublicRun) -> dict[str, Any]:
    until = datetime.combine(public.run.as_of, datetime.min.time(), POLICY_ZONE)
    since = until - PERIOD
    with connection.cursor() as cursor:
        cursor.execute(FROM_CARDS, [public.run_id])
        sessions, flagged, held, provisional, suspended = (int(value) for value in cursor.fetchone())
    return {
        "from": since.date().isoformat(),
        "until": until.date().isoformat(),
        "run": public.run_id,
        "policy": public.run.policy_id,
        "published_at": public.published_at.isoformat(timespec="seconds"),
        "influencers": {
            "all": public.run.influencers,
            "rated": public.run.rated,
            "provisional": provisional,
            "suspended": suspended,
        },
        "evidence": public.run.evidence_counts,
        "reviews_held_down": held,
        "sessions": {"judged": sessions, "flagged": flagged},
        "violations": violations(since, until),
        "complaints": complaints(since, until),
        "publications": [
            {"run": p.run_id, "action": p.action, "at": p.at.isoformat(timespec="seconds"), "reason": p.reason}
            for p in Publication.objects.order_by("-at")[:PUBLICATIONS]
        ],
    }


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
        decided_after=Avg(F("resolved_at") - F("created_at"), filter=Q(resolved_at__isnull=False)),
    )
    taken = row.pop("decided_after")
    return {**row, "mean_days_to_decision": None if taken is None else round(taken.total_seconds() / 86_400, 1)}
