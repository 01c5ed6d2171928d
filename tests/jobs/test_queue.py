"""What is put on the queue runs, once; what a dead worker had taken is given back; how far behind it is, is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from procrastinate.contrib.django import app

from feedback import outbox
from influencers.models import Influencer
from ratings.jobs import tasks
from ratings.jobs.queue import Queue, defer_with, lag
from tests.feedback.people import host
from tests.jobs.queueing import empty_queue, jobs, wait_for


@pytest.fixture
def clean(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)  # jobs' threads leave no connection behind
    empty_queue()
    yield
    empty_queue()


def tidy() -> None:
    async def once() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                context: Any = type("Context", (), {"app": app})
                await tasks.tidy_queue.func(context, timestamp=0)

    asyncio.run(once())


@pytest.mark.usefixtures("clean")
def test_a_job_exists_exactly_when_its_transaction_commits() -> None:
    with transaction.atomic():
        defer_with(tasks.watch_touched, influencers=[1])
        assert jobs("watch_touched") == ["todo"]
        transaction.set_rollback(True)
    assert jobs("watch_touched") == []
    defer_with(tasks.watch_touched, influencers=[1])
    assert jobs("watch_touched") == ["todo"]


@pytest.mark.usefixtures("clean")
def test_the_queue_runs_jobs_beside_another_thread_and_stops_when_told() -> None:
    with Queue() as queue:
        wait_for(lambda: lag()["worker_seconds"] is not None)
        defer_with(tasks.watch_touched, influencers=[])
        assert jobs("watch_touched") in (["todo"], ["doing"], [])
        wait_for(lambda: jobs("watch_touched") == [])
    assert not queue._thread.is_alive()
    assert lag()["worker_seconds"] is None


@pytest.mark.usefixtures("clean")
def test_what_a_dead_worker_had_taken_is_given_back() -> None:
    defer_with(tasks.watch_touched, influencers=[])
    defer_with(tasks.watch_touched, influencers=[])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 s'), (now()) RETURNING id"
        )
        dead, alive = (pk for (pk,) in cursor.fetchall())
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        for (job,), worker in zip(cursor.fetchall(), (dead, alive), strict=True):
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job]
            )
    tidy()
    assert jobs("watch_touched") == ["todo", "doing"]


@pytest.mark.usefixtures("clean")
def test_a_tick_of_a_dead_worker_makes_room_for_the_next() -> None:
    """Two ticks of one kind may not wait at once: given back, the stalled one would break whoever tidies."""
    ticks = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, worker_id) VALUES"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 s') RETURNING id"
        )
        ((dead,),) = cursor.fetchall()
        for task, state, worker in (
            ("close_day", "doing", dead),
            ("close_day", "todo", None),
            ("send_letters", "doing", dead),
        ):
            cursor.execute(f"{ticks} ('default', %s, %s, %s, %s, %s)", [task, task, task, state, worker])
    tidy()
    assert jobs("close_day") == ["todo"]
    assert jobs("send_letters") == []


@pytest.mark.django_db
def test_the_lag_is_told(client: Client) -> None:
    before = lag()
    influencer: Influencer = host()
    outbox.put(influencers=[influencer.pk])
    defer_with(tasks.watch_touched, influencers=[influencer.pk])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE feedback_outbox SET at = now() - interval '90 s'")
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '40 s'")
    told = client.get("/readyz").json()["queue"]
    assert told["evidence_waiting"] == before["evidence_waiting"] + 1
    assert told["jobs_waiting"] == before["jobs_waiting"] + 1
    assert 90 <= told["evidence_seconds"] <= 95
    assert 40 <= told["jobs_seconds"] <= 45
