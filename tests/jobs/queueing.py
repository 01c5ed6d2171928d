"""The queue's tables are nobody's models: a flush of the test database leaves them as they are."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection


def empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"
        )


def jobs(name: str) -> list[str]:
    """The states of this task's jobs, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [status for (status,) in cursor.fetchall()]


def wait_for(true: Callable[[], bool], *, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
