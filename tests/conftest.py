"""What every test stands on: a PostgreSQL of the tests' own, and no silent skip where skips are forbidden."""

import contextlib
import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from config.embedded_postgres import cluster

server = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    if not hasattr(config, "workerinput"):  # under xdist the controller alone starts and stops it
        server.enter_context(cluster().in_use())
    settings.DATABASES["default"].update(cluster().address())


def pytest_unconfigure() -> None:
    server.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if os.environ.get("FORBID_SKIPS") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {report.longrepr[-1]}"
    return report
