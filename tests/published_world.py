"""One small world, loaded, closed and published once: a database of its own, which tests change and roll back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from ratings import ledger, live
from ratings.close import close
from ratings.models import Run
from tests import databases
from tests.accounts.people import AT, LAST
from tests.feedback.loading import load_folder

SIZE = ("--influencers=12", "--days=150", "--seed=7", f"--until={LAST + timedelta(days=1)}")


@pytest.fixture(scope="session")
def world_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a copy of the tests' empty database with the world in it."""
    empty = str(connection.settings_dict["NAME"])
    world = f"{empty}_world"
    with django_db_blocker.unblock():
        databases.make(world, template=empty)
        _connect_to(world)
        try:
            _fill(tmp_path_factory)
        finally:
            _connect_to(empty)
    yield world
    with django_db_blocker.unblock():
        databases.drop(world)


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _fill(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("world")
    call_command("demo_world", str(folder), *SIZE, verbosity=0)
    with ledger.forgotten():
        _summaries, rejects = load_folder(folder)
        assert rejects == []
        assert close(day=LAST, at=AT) is not None
        while live.take_up(at=AT):
            pass


@pytest.fixture(scope="module")
def in_the_world(world_database: str) -> Iterator[None]:
    """A whole module's tests in the world's database; of module scope, since a test's own transaction comes after."""
    empty = str(connection.settings_dict["NAME"])
    _connect_to(world_database)
    yield
    _connect_to(empty)


@pytest.fixture
def closed(in_the_world: None, db: None) -> Iterator[Run]:
    """The world's run."""
    with ledger.forgotten():
        yield Run.objects.get()
