"""The queue beside the live loop: a thread with an event loop of its own, and how far behind things are."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import DeleteJobCondition
from procrastinate.manager import JobManager
from procrastinate.tasks import Task, configure_task

AT_ONCE = 3  # a close takes long; clocks and e-mails do not wait for it
PAUSE = 5.0  # seconds until the queue is opened again after it broke
LAST_WORDS = 20.0  # seconds that running jobs get to end
log = logging.getLogger("clearhost.worker")


class Queue:
    """Runs the queue's jobs in a thread until it is stopped; whatever breaks it, it comes back."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._job: asyncio.Task[None] | None = None

    def __enter__(self) -> Queue:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._loop is not None and self._job is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._job.cancel)
        self._thread.join(LAST_WORDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._serve())
            except Exception:
                log.exception("the queue broke; it is opened again")
                self._stop.wait(PAUSE)

    async def _serve(self) -> None:
        self._loop, self._job = asyncio.get_running_loop(), asyncio.current_task()
        connector = DjangoConnector().get_worker_connector()
        with contextlib.suppress(asyncio.CancelledError), app.replace_connector(connector):
            async with app.open_async():
                await app.run_worker_async(
                    name="clearhost",
                    concurrency=AT_ONCE,
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.SUCCESSFUL,
                    shutdown_graceful_timeout=LAST_WORDS,
                )


def defer_with(task: Task[Any, Any, Any], **arguments: Any) -> None:
    """Put a job on the queue in the caller's transaction: it is there exactly when that commits."""
    within = JobManager(DjangoConnector())  # the app's own connector has connections apart while the queue runs here
    job = configure_task(name=task.name, job_manager=within, queue=task.queue, lock=task.lock)
    job.defer(**arguments)


@dataclass(frozen=True)
class Lag:
    """How far behind the worker is; ages in seconds, None where nothing waits or nobody works."""

    evidence_waiting: int
    evidence_seconds: int | None
    jobs_waiting: int
    jobs_seconds: int | None
    worker_seconds: int | None
    """Since the last sign of life of a worker."""


LAG = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM feedback_outbox LIMIT 100000) o),
       (SELECT extract(epoch FROM now() - at)::bigint FROM feedback_outbox ORDER BY id LIMIT 1),
       count(*), extract(epoch FROM max(now() - waits))::bigint,
       (SELECT extract(epoch FROM now() - max(last_heartbeat))::bigint FROM procrastinate_workers)
FROM (SELECT coalesce(j.scheduled_at, (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)) AS waits
      FROM procrastinate_jobs j
      WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())) waiting
"""


def lag() -> dict[str, Any]:
    """Say how far behind things are."""
    with connection.cursor() as cursor:
        cursor.execute(LAG)
        return asdict(Lag(*cursor.fetchone()))
