"""What differs from machine to machine, made to differ here: SHAKE=7 make test.

Modules and the tests in them come in another order, keys begin anywhere, and pages come in two halves. What passes only
in one order, with low keys or on a fast machine fails here and not on somebody else's.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from itertools import groupby

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from pytest_django import DjangoDbBlocker

SEED = int(os.environ.get("SHAKE", "0"))
HIGHEST_KEY = 5_000
HALF_TIME = 0.3  # seconds between the halves of a page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SEED:
        dice = random.Random(SEED)  # the same in every process: they compare what they collected
        modules = [list(found) for _path, found in groupby(items, key=lambda item: item.path)]
        dice.shuffle(modules)
        for found in modules:
            dice.shuffle(found)
        items[:] = [item for found in modules for item in found]


@pytest.fixture(scope="session", autouse=True)
def keys_begin_anywhere(request: pytest.FixtureRequest) -> None:
    if not SEED:
        return
    request.getfixturevalue("django_db_setup")
    blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
    dice = random.Random(f"{SEED} {connection.settings_dict['NAME']}")
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) FROM pg_sequences ORDER BY 1"
        )
        for (name,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [name, dice.randrange(1_000, HIGHEST_KEY)])


def in_halves(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send the second half of each page later."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        served = "WSGIServer" in request.META.get("SERVER_SOFTWARE", "")  # not to a test's own client
        if not served or not isinstance(answer, HttpResponse) or "text/html" not in answer.get("Content-Type", ""):
            return answer
        time.sleep(HALF_TIME)
        slow = StreamingHttpResponse(halves(answer.content), status=answer.status_code, headers=dict(answer.headers))
        slow.cookies = answer.cookies
        del slow["Content-Length"]
        return slow

    return middleware


def halves(content: bytes) -> Iterator[bytes]:
    middle = max(content.find(b"<main"), len(content) // 9)
    yield content[:middle]
    time.sleep(HALF_TIME)
    yield content[middle:]
