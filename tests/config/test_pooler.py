"""Past a pooler that lends a connection for one transaction: everything asked over HTTP, and the worker beside it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from config import state
from feedback.keys import create_api_key
from feedback.outbox import waiting
from influencers.models import Influencer
from ratings.models import PublicDocument
from tests.benchmarks.servers import database_url, serving
from tests.benchmarks.world import published
from tests.config.neighbours import pooler

pytestmark = [pytest.mark.slow, pytest.mark.external, pytest.mark.django_db(transaction=True)]
SIZE = 2
PATHS = ("/", "/rankings/", "/transparency/", "/api/v1/rankings/", "/api/v1/influencers/?q=a", "/api/v1/methodology/")


@pytest.fixture
def pooled() -> Iterator[str]:
    with pooler(size=SIZE) as url:
        published(12, days=60)
        yield url


def call(url: str, body: object = None, **headers: str) -> int:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def review(number: int, host: str) -> dict[str, object]:
    marks = {"professionalism": 5, "service": 4, "as_described": 5, "verified": True}
    at = "2026-03-01T12:00:00+08:00"
    return {"review_id": f"p{number}", "influencer_id": host, "reviewer_id": f"u{number}", "created_at": at, **marks}


def test_many_clients_share_two_connections(pooled: str) -> None:
    slugs = list(PublicDocument.objects.values_list("slug", flat=True))
    hosts = list(Influencer.objects.values_list("source_id", flat=True))
    _key, secret = create_api_key(name="shop", scope="ingest", source="")
    with serving("config.wsgi:application", "/healthz", DATABASE_URL=pooled, DIRECT_DATABASE_URL=database_url()) as web:

        def visit(number: int) -> list[int]:
            slug = slugs[number % len(slugs)]
            paths = (*PATHS, f"/influencers/{slug}/", f"/api/v1/influencers/{slug}/evidence/")
            said = [call(web + path) for path in paths]
            body = [review(number, hosts[number % len(hosts)])]
            return [*said, call(f"{web}/api/v1/ingest/reviews/", body, Authorization=f"Api-Key {secret}")]

        with psycopg.connect(pooled, prepare_threshold=None) as direct:
            assert direct.execute("SHOW statement_timeout").fetchone() == ("20s",)
        with ThreadPoolExecutor(12) as people:
            said = list(itertools.chain.from_iterable(people.map(visit, range(36))))
        assert set(said) == {200}, said
        with psycopg.connect(pooled.rpartition("/")[0] + "/pgbouncer", autocommit=True) as admin:
            admin.prepare_threshold = None
            cursor = psycopg.ClientCursor(admin)
            cursor.execute("SHOW SERVERS")
            assert 1 <= len(cursor.fetchall()) <= SIZE
    known = PublicDocument.objects.filter(live=True).count()
    assert waiting() > 0
    assert known == 0
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=state.PROJECT,
        env={**os.environ, "DATABASE_URL": pooled, "DIRECT_DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while waiting() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert waiting() == 0
        assert PublicDocument.objects.filter(live=True).count() == len(hosts)
    finally:
        worker.terminate()
        worker.wait()


@pytest.mark.parametrize(
    ("direct", "pooled"), [("", False), ("postgres://a:b@127.0.0.1:1/c", False), ("postgres://a:b@127.0.0.1:2/c", True)]
)
def test_no_cursor_is_left_with_a_server_that_others_use(direct: str, pooled: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from config import settings as s; print(s.DATABASES['default'])"],
        cwd=state.PROJECT,
        env={**os.environ, "DATABASE_URL": "postgres://a:b@127.0.0.1:1/c", "DIRECT_DATABASE_URL": direct},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"'DISABLE_SERVER_SIDE_CURSORS': {pooled}" in said.stdout
