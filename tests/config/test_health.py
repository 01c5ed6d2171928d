"""Alive is not ready: ready means a database with all its tables and a published run."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from config import health


def test_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_not_ready_before_the_first_publication(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    queue = body.pop("queue")
    assert (queue["evidence_waiting"], queue["evidence_seconds"]) == (0, None)
    assert body == {
        "type": "urn:clearhost:problem:not-ready",
        "title": "Not ready to serve",
        "status": 503,
        "detail": "No run has been published yet.",
        "instance": "/readyz",
        "database": True,
        "migrations": True,
        "run": None,
    }


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] is False


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] is False
