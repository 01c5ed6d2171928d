"""Whether the service lives, and whether it can serve."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from config.roles import warnings
from ratings.jobs.queue import lag
from ratings.publication import public_run

_migrated = False

SILENCE = 60  # seconds
EVIDENCE_LATE = 120
JOBS_LATE = 300
RUN_LATE = timedelta(hours=36)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process does; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether there is a database, with all its tables, and a published run in it.

    How old that is and how far the worker is behind are for who watches: pages are served all the same, so that the
    answer stays 200 and `degraded` says why.
    """
    checks: dict[str, object] = {"database": False, "migrations": False, "queue": None, "run": None}
    try:
        connection.ensure_connection()
        checks["database"] = True
        if not migrated():
            return not_ready("There are migrations to apply.", checks)
        checks["migrations"] = True
        checks["queue"] = queue = lag()
        public = public_run()
    except DatabaseError:
        return not_ready("The database does not answer.", checks)
    if public is None:
        return not_ready("No run has been published yet.", checks)
    age = datetime.now(UTC) - public.published_at
    run = {
        "id": public.run_id,
        "as_of": public.run.as_of,
        "policy": public.run.policy_id,
        "published_at": public.published_at,
        "age_seconds": round(age.total_seconds()),
    }
    late = behind(queue, age)
    found = {"status": "degraded" if late else "ok", **checks, "run": run, "degraded": late}
    return JsonResponse({**found, "warnings": warnings(connection)})


def behind(queue: Mapping[str, Any], age: timedelta) -> list[str]:
    """Why what is served grows old or cannot be added to, although it is served."""
    late: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool")
        if cursor.fetchone()[0]:
            late.append("The database takes no writes.")
    silent = queue["worker_seconds"]
    if silent is None or silent > SILENCE:
        late.append("No worker gives a sign of life: nothing new is taken up.")
    if (queue["evidence_seconds"] or 0) > EVIDENCE_LATE:
        late.append("New evidence waits for minutes.")
    if (queue["jobs_seconds"] or 0) > JOBS_LATE:
        late.append("Jobs that are due wait.")
    if age > RUN_LATE:
        late.append("The public run is older than a day and a half.")
    return late


def migrated() -> bool:
    """Say whether every migration is applied; once they are, this process need not ask again."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def not_ready(detail: str, checks: dict[str, object]) -> JsonResponse:
    """Answer 503 as a problem document."""
    problem = {
        "type": "urn:clearhost:problem:not-ready",
        "title": "Not ready to serve",
        "status": 503,
        "detail": detail,
        "instance": "/readyz",
        **checks,
    }
    return JsonResponse(problem, status=503, content_type="application/problem+json")
