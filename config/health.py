"""Whether the service lives, and whether it can serve."""

from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from config.roles import warnings
from ratings.jobs.queue import lag
from ratings.publication import public_run

_migrated = False


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process does; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether there is a database, with all its tables, and a published run in it.

    How old that is and how far the worker is behind are for who watches: pages are served all the same.
    """
    checks: dict[str, object] = {"database": False, "migrations": False, "queue": None, "run": None}
    try:
        connection.ensure_connection()
        checks["database"] = True
        if not migrated():
            return not_ready("There are migrations to apply.", checks)
        checks["migrations"] = True
        checks["queue"] = lag()
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
    return JsonResponse({"status": "ok", **checks, "run": run, "warnings": warnings(connection)})


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
