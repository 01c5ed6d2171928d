"""Bodies that are too large, too deep or of too many numbers are refused before they cost anything."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client

from config import guards
from feedback.api.parsers import MOST_JSON, MOST_LEVELS, is_deeper
from feedback.keys import create_api_key
from tests.accounts.people import account, buyer_of, speaker
from tests.publication.stored import hosts

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone() -> dict[str, Client]:
    """Clients that may write everywhere."""
    host = Client()
    host.force_login(speaker("host", hosts(1)[0]))
    merchant = Client()
    merchant.force_login(buyer_of("shop")[0])
    _row, secret = create_api_key(name="platform", scope="ingest")
    return {"host": host, "merchant": merchant, "key": Client(headers={"Authorization": f"Api-Key {secret}"})}


JSON_WRITES = [
    ("host", "reviews/"),
    ("host", "complaints/"),
    ("host", "checks/"),
    ("host", "me/replies/"),
    ("host", "me/contests/"),
    ("host", "me/appeals/"),
    ("host", "me/what-if/"),
    ("merchant", "watchlist/"),
    ("merchant", "watchlist/hooks/"),
    ("key", "ingest/reviews/void/"),
]


@pytest.mark.parametrize(("who", "path"), JSON_WRITES)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth(everyone: dict[str, Client], who: str, path: str, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    for levels in (MOST_LEVELS + 2, 1_000, 100_000 if opening == "[" else 30_000):
        body = opening * levels + ("" if opening == "[" else "1") + closing * levels
        began = time.process_time()
        answer = everyone[who].post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 400, (levels, answer.content)
        assert "deep" in answer.json()["detail"]
        assert time.process_time() - began < 1


@pytest.mark.parametrize(("levels", "deeper"), [(1, False), (20, False), (21, True), (22, True)])
def test_levels_are_counted(levels: int, deeper: bool) -> None:
    assert is_deeper(json.loads("[" * levels + "]" * levels), 20) is deeper
    assert is_deeper(json.loads('{"a":' * levels + "1" + "}" * levels), 20) is deeper
    assert is_deeper([1, "a", None, [2, {"b": []}]], 20) is False


@pytest.mark.parametrize(("who", "path"), [pair for pair in JSON_WRITES if pair[1] not in ("ingest/reviews/void/",)])
def test_size(everyone: dict[str, Client], who: str, path: str) -> None:
    most = 52 * 1024 * 1024 if path == "complaints/" else MOST_JSON
    body = json.dumps({"text": "x" * (most + 1)})
    answer = everyone[who].post(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 413, answer.content[:200]
    assert answer["Content-Type"] == "application/problem+json"


def test_numbers_without_end(everyone: dict[str, Client]) -> None:
    for number in ("1" * 5_000, "1e999999999", "NaN", "-Infinity"):
        body = f'{{"influencer": "x", "professionalism": {number}, "service": 1, "as_described": 1}}'
        assert everyone["host"].post("/api/v1/reviews/", body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/i18n/setlang/", "/me/register/", "/"])
def test_a_page_reads_no_more_than_a_form(client: Client, path: str) -> None:
    body = b"x" * (guards.MOST_BYTES + 1)
    answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert b"Nothing of it was kept" in answer.content


def test_only_staff_may_send_large_files_to_the_admin() -> None:
    body = b"x" * (guards.MOST_BYTES + 1)
    stranger, staff = Client(), Client()
    staff.force_login(account("boss", is_staff=True, is_superuser=True))
    sent = [who.post("/admin/import/", body, content_type="text/plain").status_code for who in (stranger, staff)]
    assert sent == [413, 200]


def test_a_body_that_does_not_say_its_length_is_not_taken_for_none(client: Client) -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.generic("POST", "/api/v1/ingest/reviews/", content_type="application/x-ndjson", **chunked)
    assert answer.status_code == 411
    assert answer.json()["type"] == "urn:clearhost:problem:length-required"
    assert client.generic("POST", "/accounts/login/", **chunked).status_code == 411
