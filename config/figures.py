"""How the service stands, as the database knows it: how old, how far behind, how much waits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily

from feedback.models import Case
from ratings.jobs.queue import lag
from ratings.models import Alert
from ratings.publication import public_run

LOADS = 10_000  # the newest loads that are looked at
HELD_FOR = 600.0  # seconds: reviews held down are counted through, and change with a close
ROWS = """
SELECT kind, sum(loaded), sum(older), sum(duplicate), sum(rejected), extract(epoch FROM %(at)s - max(at))
FROM (SELECT * FROM feedback_ingest ORDER BY id DESC LIMIT %(most)s) newest
WHERE at > %(since)s GROUP BY kind
"""
HELD = "SELECT count(*) FROM ratings_reviewtrust WHERE receipt >= %s AND 2 * trust < full_trust"
_held: tuple[float, int] | None = None


def gauges(*, at: datetime) -> Iterator[GaugeMetricFamily]:
    """Every figure, each asked for now.

    Raises
    ------
    DatabaseError
        when the database does not answer.
    """
    behind = lag()
    for name, key, said in (
        (
            "clearhost_evidence_waiting",
            "evidence_waiting",
            "Days with evidence that waits to be taken up.",
        ),
        ("clearhost_ingest_lag_seconds", "evidence_seconds", "Age of the oldest evidence that waits."),
        ("clearhost_jobs_waiting", "jobs_waiting", "Jobs that are due and wait."),
        ("clearhost_queue_lag_seconds", "jobs_seconds", "Since when the oldest job that is due waits."),
        (
            "clearhost_worker_silent_seconds",
            "worker_seconds",
            "Since a worker's last sign of life; -1 without any.",
        ),
    ):
        none = -1 if key == "worker_seconds" else 0
        yield one(name, said, none if behind[key] is None else behind[key])
    public = public_run()
    age = (at - public.published_at).total_seconds() if public else -1
    yield one("clearhost_run_age_seconds", "Since the public run was published; -1 without one.", age)
    yield from _rows(at)
    yield one("clearhost_reviews_held", "Reviews of the last 30 days that count less than half.", held(at=at))
    alerts = Alert.objects.filter(state=Alert.State.OPEN).values_list("rule").annotate(n=Count("pk"))
    yield many("clearhost_alerts_open", "Open alerts.", ["rule"], [([rule], n) for rule, n in alerts.order_by()])
    cases = Case.objects.filter(closed_at=None).values_list("state").annotate(n=Count("pk"))
    yield many("clearhost_complaints_open", "Open cases.", ["state"], [([state], n) for state, n in cases.order_by()])


def _rows(at: datetime) -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"at": at, "most": LOADS, "since": at - timedelta(days=1)})
        found = cursor.fetchall()
    verdicts = ("loaded", "older", "duplicate", "rejected")
    rows = [
        ([kind, verdict], float(n))
        for kind, *counts, _age in found
        for verdict, n in zip(verdicts, counts, strict=True)
    ]
    yield many("clearhost_rows_last_day", "Rows that came within a day.", ["kind", "verdict"], rows)
    ages = [([kind], float(age)) for kind, *_counts, age in found]
    yield many("clearhost_last_load_seconds", "Since a kind last came, if it did within a day.", ["kind"], ages)


def held(*, at: datetime) -> int:
    """Reviews of the last 30 days that count less than half of what their receipt alone would give."""
    global _held
    if _held is None or time.monotonic() - _held[0] > HELD_FOR:
        day = int(at.timestamp() + 28_800) // 86_400 - 30
        with connection.cursor() as cursor:
            cursor.execute(HELD, [day])
            _held = (time.monotonic(), int(cursor.fetchone()[0]))
    return _held[1]


def one(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=float(value))


def many(
    name: str, said: str, labels: Sequence[str], values: Sequence[tuple[Sequence[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=list(labels))
    for of, value in values:
        family.add_metric(list(of), float(value))
    return family
