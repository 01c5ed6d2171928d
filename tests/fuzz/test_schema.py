"""The whole schema, with every kind of credential: no 5xx, and no answer that the schema does not promise."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from pytest_django import DjangoDbBlocker
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from influencers.models import Influencer
from ratings.models import Check, PublicRun
from tests.copies import copy_of
from tests.fuzz.cases import Found, fuzzed, loaded
from tests.fuzz.credentials import credentials

CALLS = int(os.environ.get("FUZZ_CALLS", "4"))  # of each operation with each credential
# Cursors, receipts, periods and addresses are signed, past or resolved: no schema can say which of them are good.
EXCLUDED = [positive_data_acceptance]
# A session comes along also where it is to be left out; tests/accounts/test_matrix.py looks at that.
OF_SESSIONS = [*EXCLUDED, ignored_auth]
ONLY = os.environ.get("FUZZ_ONLY", "")  # such as "POST /api/v1/complaints/", with the log of what it does wrong
SEED = int(os.environ.get("FUZZ_SEED", "8"))


@pytest.fixture(scope="module")
def fuzzed_world(world_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the world that calls may change for good; nothing is rolled back, as in life."""
    with django_db_blocker.unblock(), copy_of(world_database, "fuzz"):
        yield


def from_somewhere(app: Any) -> Any:
    """A caller has an address; the client of the tests gives none."""

    def asked(environ: dict[str, Any], start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # it unpacks nothing
        return app({"REMOTE_ADDR": "127.0.0.1", **environ}, start)

    return asked


@pytest.mark.django_db(transaction=True)
def test_no_answer_is_off_the_schema(fuzzed_world: None) -> None:
    logging.disable(logging.WARNING if ONLY else logging.ERROR)
    schema = loaded(from_somewhere(get_wsgi_application()))
    slugs = list(Influencer.objects.order_by("pk").values_list("slug", flat=True))
    run = PublicRun.objects.get().run_id
    known: dict[str, list[Any]] = {
        "slug": slugs,
        "influencer": slugs,
        "run": [run],
        "since": [run],
        "version": ["2026.1"],
        "id": [str(pk) for pk in Check.objects.values_list("pk", flat=True)] or ["0" * 32],
    }
    every = Found()
    for who, credential in credentials().items():
        of_one = Found()
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            if ONLY not in found.ok().label:
                continue
            of_one.add(
                fuzzed(
                    found.ok(),
                    credential=credential,
                    known=known,
                    calls=CALLS,
                    seed=SEED,
                    excluded=OF_SESSIONS if credential.cookies else EXCLUDED,
                )
            )
        print(f"{who}: {of_one.calls} calls, {dict(sorted(of_one.statuses.items()))}")
        every.add(of_one)
    print(f"{every.calls} calls, {len(every.wrong)} wrong")
    if report := os.environ.get("FUZZ_REPORT"):
        Path(report).write_text("\n\n".join(f"{key}: {example}" for key, example in every.wrong.items()))
    assert not every.wrong, sorted(every.wrong)
