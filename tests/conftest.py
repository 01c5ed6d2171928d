"""What every test stands on: a PostgreSQL of the tests' own, and no silent skip where skips are forbidden."""

import contextlib
import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from config.embedded_postgres import cluster

pytest_plugins = ["tests.brought", "tests.published_world", "tests.shake"]
FORBID_SKIPS = os.environ.get("FORBID_SKIPS") == "1"

# How fast a machine is busy with something else is not a property of the code; CI tries the same examples every time.
hypothesis.settings.register_profile("clearhost", deadline=None, derandomize=FORBID_SKIPS)
hypothesis.settings.load_profile("clearhost")

server = contextlib.ExitStack()

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    if not hasattr(config, "workerinput"):  # under xdist the controller alone starts and stops it
        server.enter_context(cluster().in_use())
    settings.DATABASES["default"].update(cluster().address())


def pytest_unconfigure() -> None:
    server.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return judge((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return judge((yield))


def judge(report: Report) -> Report:
    """Turn a skip into a failure where skips are forbidden; an expected failure is not a skip."""
    if FORBID_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {reason}"
    return report


@pytest.fixture(autouse=True)
def in_english() -> None:
    """Whatever language the last request of another test was answered in."""
    translation.deactivate()


@pytest.fixture
def as_application(transactional_db: None) -> Iterator[None]:
    """Connect as the application instead of the owner who made the test's tables."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("only the embedded server is known to have a role for the application")
    before = dict(connection.settings_dict)
    application = cluster().application()
    connection.close()
    connection.settings_dict.update({"USER": application["USER"], "PASSWORD": application["PASSWORD"]})
    yield
    connection.close()
    connection.settings_dict.update({"USER": before["USER"], "PASSWORD": before["PASSWORD"]})
