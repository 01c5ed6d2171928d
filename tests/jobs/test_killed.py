"""A worker killed in the middle of a close: the next one takes the close up again, and it happens once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from ratings import close, ledger, pieces
from ratings.days import policy_date
from ratings.models import Publication, PublicRun, Run, Watch
from ratings.publication.serving import forget
from tests.jobs.queueing import empty_queue, wait_for
from tests.pages.rated import rated_world

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTES = 240.0  # a tick comes every minute, and a busy machine starts a worker slowly


def address() -> str:
    of = connection.settings_dict
    return f"postgres://{of['USER']}:{quote(of['PASSWORD'])}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@pytest.fixture
def yesterday() -> Iterator[None]:
    """A world whose last close was two days ago, so that one is due."""
    forget()
    pieces._kept.clear()
    ledger._state_named.cache_clear()
    empty_queue()
    rated_world(at=timezone.now() - timedelta(days=1))
    yield
    empty_queue()
    with connection.cursor() as cursor:  # the log of publications refuses DELETE, as it should
        cursor.execute(
            "TRUNCATE ratings_run, ratings_trustclose, ratings_reviewtrust, ratings_bucketday, ratings_orderday, "
            "influencers_influencer, influencers_category CASCADE"
        )


@contextmanager
def worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py worker` on the test's database, in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def asked(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def closing_waits() -> bool:
    """Whether a close has come as far as its scorecards, and no further."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'ratings_scorecard'::regclass"
    return bool(asked(waiting)) and bool(asked("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'close_day'"))


def test_a_close_that_was_cut_off_is_made_once_by_the_next_worker(yesterday: None) -> None:
    due = close.due(at=timezone.now())
    assert due is not None
    before = Run.objects.get().pk
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with closing(psycopg.connect(address())) as other, worker(log) as first:
            other.execute("LOCK TABLE ratings_scorecard IN SHARE MODE")
            wait_for(closing_waits, seconds=MINUTES)
            first.send_signal(signal.SIGKILL)
            first.wait(60)
        wait_for(lambda: not asked("SELECT 1 FROM pg_locks WHERE relation = 'ratings_scorecard'::regclass"))
        assert list(Run.objects.values_list("pk", flat=True)) == [before]
        still = close.due(at=timezone.now())
        assert still is not None
        assert still >= due  # later, if a day has ended meanwhile
        stuck = asked("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'close_day' AND status = 'doing'")
        assert stuck == [("doing",)]
        asked("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING id")
        with worker(log):
            wait_for(lambda: Watch.objects.exclude(run=before).exists(), seconds=MINUTES)
        said = log.read_text()
    assert "of a worker that died is taken up again" in said
    run = Run.objects.exclude(pk=before).get()
    day = run.as_of - timedelta(days=1)
    assert still <= day < policy_date(timezone.now())
    assert f"closed {day}" in said
    assert PublicRun.objects.get().run_id == run.pk
    assert Publication.objects.filter(run=run).count() == 1
    assert close.due(at=timezone.now()) is None
    assert not asked("SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'")
