"""What Prometheus is told, and whom; what is logged of slow queries; and each reason why the service is not well."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config import figures, health, shared_counts
from config.state import PROJECT
from feedback.models import Case, Ingest, Outbox
from influencers.models import Influencer
from ratings.models import PublicRun, Run
from tests.accounts.people import AT

TOKEN = "a token of thirty-two characters"


@pytest.fixture
def asked(settings: Settings) -> Any:
    """The samples that who holds the token reads, by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def ask() -> dict[str, float]:
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {f"{s.name}{sorted(s.labels.values())}": s.value for family in families for s in family.samples}

    return ask


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer x", f"Bearer {TOKEN}x", TOKEN[:-1]])
def test_it_is_shown_to_nobody_without_the_token(settings: Settings, given: str) -> None:
    for token in ("", TOKEN):
        settings.METRICS_TOKEN = token
        assert Client().get("/metrics", headers={"Authorization": given}).status_code == 404, token


def test_what_matters_is_told(asked: Any, closed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_held", None)
    before = asked()
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("ratings.publication.public_run", lambda **given: 1 / 0)
    for _ in range(3):
        assert client.get("/rankings/?x=7").status_code == 500
    monkeypatch.undo()
    Ingest.objects.create(kind="reviews", file="f", digest="", rows=9, loaded=4, older=0, duplicate=0, skipped=0,
                          rejected=5, at=timezone.now())  # fmt: skip
    Outbox.objects.create(
        influencer=Influencer.objects.first(), day=AT.date(), at=timezone.now() - timedelta(seconds=90)
    )
    PublicRun.objects.update(published_at=timezone.now() - timedelta(hours=2))
    now = asked()
    assert now["clearhost_answers_total['500', 'GET']"] - before.get("clearhost_answers_total['500', 'GET']", 0) == 3
    rejected = "clearhost_rows_last_day['rejected', 'reviews']"
    assert now[rejected] - before.get(rejected, 0) == 5
    assert 60 <= now["clearhost_ingest_lag_seconds[]"] <= 120
    assert 7_200 <= now["clearhost_run_age_seconds[]"] <= 7_260
    assert now["clearhost_worker_silent_seconds[]"] == -1
    assert now["clearhost_database_up[]"] == 1
    assert now["clearhost_reviews_held[]"] >= 0
    assert {"clearhost_queue_lag_seconds[]", "clearhost_jobs_waiting[]"} <= now.keys()
    assert any(name.startswith("clearhost_answer_seconds_bucket") for name in now)
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_figure(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(figures, "lag", refuse)
    assert asked()["clearhost_database_up[]"] == 0


@pytest.mark.django_db
def test_no_route_names_a_token_and_no_label_a_stranger_s_word(asked: Any) -> None:
    Client().get("/api/v1/complaints/planted-token-planted-token/")
    Client().get("/planted-path/")
    Client().generic("PLANTED", "/")
    text = str(asked())
    assert "api/v1/complaints/<str:token>/" in text
    assert "planted" not in text.lower()


def test_processes_of_one_server_count_together(tmp_path: Path) -> None:
    script = "from config import metrics; metrics.answered('GET', 500); print('counted')"
    prepared = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup(); "
    environment = {**os.environ, shared_counts.VARIABLE: str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", prepared + script], cwd=PROJECT, env=environment, check=True)
    added = (
        "from prometheus_client import CollectorRegistry, generate_latest, multiprocess as m; r = CollectorRegistry();"
        "m.MultiProcessCollector(r); print(generate_latest(r).decode())"
    )
    done = subprocess.run([sys.executable, "-c", added], env=environment, capture_output=True, text=True, check=True)
    assert re.search(r'clearhost_answers_total\{method="GET",status="500"\} 2.0', done.stdout)


@pytest.mark.django_db
def test_a_slow_query_is_logged_without_its_values(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SLOW_QUERY_MS = 0
    with caplog.at_level(logging.WARNING, logger="clearhost.slow"):
        client.get("/api/v1/complaints/planted-token-planted-token/")
    fields = [getattr(record, "fields", {}) for record in caplog.records if record.name == "clearhost.slow"]
    assert any("feedback_case" in field["statement"] for field in fields)
    assert "planted" not in str(fields)
    settings.SLOW_QUERY_MS = 10_000
    caplog.clear()
    client.get("/api/v1/complaints/planted-token-planted-token/")
    assert not [record for record in caplog.records if record.name == "clearhost.slow"]


WELL = {"worker_seconds": 3, "evidence_seconds": None, "jobs_seconds": None}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("queue", "hours", "why"),
    [
        ({}, 1, ""),
        ({"worker_seconds": None}, 1, "No worker"),
        ({"worker_seconds": 61}, 1, "No worker"),
        ({"evidence_seconds": 121}, 1, "New evidence waits"),
        ({"jobs_seconds": 301}, 1, "Jobs that are due wait"),
        ({}, 37, "older than a day"),
    ],
)
def test_each_reason_to_be_unwell(queue: dict[str, Any], hours: int, why: str) -> None:
    found = health.behind({**WELL, **queue}, timedelta(hours=hours))
    assert len(found) == bool(why)
    assert why in "".join(found)


@pytest.mark.django_db
def test_a_database_that_takes_no_writes_is_said(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_transaction_read_only = on")
    assert health.behind(WELL, timedelta(0)) == ["The database takes no writes."]


def test_readyz_says_so_and_goes_on_serving(client: Client, closed: Run) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "degraded", "the tests have no worker"
    assert any("No worker" in reason for reason in body["degraded"])


def test_folders_of_servers_that_are_gone_go_and_a_folder_that_cannot_be_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(shared_counts.VARIABLE, raising=False)
    monkeypatch.setattr("config.shared_counts.state.folder", lambda: tmp_path)
    gone = tmp_path / "metrics" / "999999999"
    gone.mkdir(parents=True)
    shared_counts.begin()
    assert os.environ.pop(shared_counts.VARIABLE) == str(tmp_path / "metrics" / str(os.getppid()))
    assert [path.name for path in (tmp_path / "metrics").iterdir()] == [str(os.getppid())]
    (tmp_path / "file").touch()
    monkeypatch.setattr("config.shared_counts.state.folder", lambda: tmp_path / "file")
    shared_counts.begin()
    assert shared_counts.VARIABLE not in os.environ
