"""A small world, loaded, closed and published: what people's own pages are about."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from ratings import ledger, live
from ratings.close import close
from ratings.models import Run
from tests.accounts.people import AT
from tests.feedback.loading import load_folder

LAST = date(2026, 2, 25)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    size = ("--influencers", "12", "--days", "150", "--seed", "7", "--until", str(LAST + timedelta(days=1)))
    call_command("demo_world", str(folder), *size, verbosity=0)
    return folder


@pytest.fixture
def closed(world: Path, db: None) -> Iterator[Run]:
    with ledger.forgotten():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'")
        _summaries, rejects = load_folder(world)
        assert rejects == []
        run = close(day=LAST, at=AT)
        assert run is not None
        while live.take_up(at=AT):
            pass
        yield run
