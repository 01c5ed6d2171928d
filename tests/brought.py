"""What migrations brought along: rows that a test which empties every table must not take from those after it.

pytest-django puts such tests last, but of two processes one may finish them while the other still has the rest to give.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from pytest_django import DjangoDbBlocker

from ratings.models import Course, Question

NAME = ("content_type__app_label", "content_type__model", "codename")
EMPTYING = {"transactional_db", "live_server"}
PERMITTED = Group.permissions.through


class Brought:
    """The rows as they were before the first test, and permissions by name: their keys are others each time."""

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self.blocker, self.database = blocker, str(connection.settings_dict["NAME"])
        self.rows: list[tuple[Any, list[Any]]] = [
            (kind, list(kind._default_manager.order_by("pk"))) for kind in (Group, Course, Question)
        ]
        by_name = [f"permission__{part}" for part in NAME]
        self.permitted = list(PERMITTED.objects.values_list("group_id", *by_name))

    def bring_back(self) -> None:
        if str(connection.settings_dict["NAME"]) != self.database or Group.objects.exists():
            return
        for kind, rows in self.rows:
            kind._default_manager.bulk_create(rows)
        keys = {tuple(name): key for key, *name in Permission.objects.values_list("pk", *NAME)}
        PERMITTED.objects.bulk_create(
            PERMITTED(group_id=group, permission_id=keys[tuple(name)]) for group, *name in self.permitted
        )


brought: list[Brought] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tests' database, of which the first rows are remembered."""
    with django_db_blocker.unblock():
        brought[:] = [Brought(django_db_blocker)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield
    marker = item.get_closest_marker("django_db")
    emptied = marker is not None and bool(marker.kwargs.get("transaction"))
    if brought and (emptied or not EMPTYING.isdisjoint(getattr(item, "fixturenames", ()))):
        with brought[0].blocker.unblock():
            brought[0].bring_back()
