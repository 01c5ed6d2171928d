"""`/metrics`: what matters of the service, for Prometheus. Shown to who holds `METRICS_TOKEN`; without one, to nobody.

What processes count is added up over all of them (`PROMETHEUS_MULTIPROC_DIR`); what the database knows is asked of it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config import figures

METHODS = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

answers = Counter("clearhost_answers", "Answers, by method and status.", ["method", "status"])
times = Histogram(
    "clearhost_answer_seconds",
    "Seconds to answer, by route; stored documents, which are quicker, are not timed.",
    ["route"],
    buckets=SECONDS,
)
_known: dict[tuple[str, int], Counter] = {}


def answered(method: str, status: int) -> None:
    """Count an answer."""
    key = (method if method in METHODS else "other", status)
    counter = _known.get(key)
    if counter is None:
        counter = _known[key] = answers.labels(key[0], str(status))
    counter.inc()


def timed(route: str | None, seconds: float) -> None:
    """Note how long an answer took."""
    times.labels(route or "none").observe(seconds)


class OfTheDatabase(Collector):
    """What the database knows, asked at the time; a database that does not answer is itself a figure."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("clearhost_database_up", "Whether the database answers.")
        try:
            found = list(figures.gauges(at=timezone.now()))
        except DatabaseError:
            found = []
        up.add_metric([], float(bool(found)))
        yield up
        yield from found


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything, as text, for who knows the token."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=404)  # and no page around it
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        body = generate_latest(registry)
    else:
        body = generate_latest(REGISTRY)
    asked = CollectorRegistry()
    asked.register(OfTheDatabase())
    return HttpResponse(body + generate_latest(asked), content_type=CONTENT_TYPE_LATEST)
