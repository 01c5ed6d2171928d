"""From the first release to this one: nothing lost, nobody waits long, and what cannot be done yet changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from config.management.commands import migrate
from ratings import verify
from tests import databases
from tests.upgrades import installation

pytestmark = pytest.mark.slow

NAME = "test_clearhost_upgrade"
ROWS = 20_000
PATIENCE = 5.0  # seconds that nobody may wait longer for


@pytest.fixture
def old(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of its own in which the first release worked."""
    before = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        databases.make(NAME)
        connection.close()
        connection.settings_dict["NAME"] = NAME
        try:
            installation.first_release(ROWS)
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            databases.drop(NAME)


def applied() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def test_forward_under_load_and_past_a_table_in_use(old: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as hurried, psycopg.connect(**installation.conninfo()) as reader:
        for name, value in (("LOCK_TIMEOUT", "300ms"), ("PAUSE", 0.05), ("ATTEMPTS", 2)):
            hurried.setattr(migrate, name, value)
        reader.execute("SELECT count(*) FROM feedback_review")  # and stays open, as a long report does
        with installation.used("first") as user:
            with pytest.raises(CommandError, match="in use through 2 attempts"):
                call_command("migrate", verbosity=0)
            half = applied()
    assert ("feedback", "0001_initial") in half
    assert ("feedback", "0006_evidence_without_foreign_keys") not in half
    assert user.wrong == []
    assert user.again <= 2
    assert len(user.written) > 10
    assert max(user.waits) < PATIENCE

    took, second = installation.forward()
    assert second.wrong == []
    assert second.again <= 2
    assert max(second.waits) < PATIENCE, took
    (checked,) = verify.look(only=["schema"])
    assert checked.faults == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT source_id) FROM feedback_review")
        there = ROWS + len(user.written) + len(second.written)
        assert cursor.fetchone() == (there, there)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
