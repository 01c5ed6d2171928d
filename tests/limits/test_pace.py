"""So many within a window, for each key, account and address, counted by all processes together."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from feedback import pace
from feedback.addresses import ReadsByAddress, address_of, ip_of
from feedback.keys import create_api_key
from feedback.models import Pace
from tests.accounts.people import buyer_of
from tests.feedback.people import host

pytestmark = pytest.mark.django_db
GOOD = {"professionalism": 5, "service": 4, "as_described": 3}


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> None:
    settings.THROTTLE = True
    cache.clear()


def rewind(seconds: int) -> None:
    """As if so long had passed."""
    for row in Pace.objects.all():
        Pace.objects.filter(pk=row.pk).update(until=row.until - timedelta(seconds=seconds))


def test_a_window_fills_and_opens_again() -> None:
    asked = [pace.taken(scope="s", who="li", most=2, window=60) for _ in range(4)]
    assert asked[:2] == [None, None]
    assert all(wait is not None and 55 < wait <= 60 for wait in asked[2:])
    assert pace.taken(scope="s", who="wang", most=2, window=60) is None
    assert pace.taken(scope="t", who="li", most=2, window=60) is None
    rewind(61)
    assert pace.taken(scope="s", who="li", most=2, window=60) is None


def test_no_address_is_stored() -> None:
    pace.taken(scope="reviews", who="203.0.113.9", most=1, window=60)
    (row,) = Pace.objects.all()
    assert "203" not in row.key
    assert len(row.key) == 64


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_who_asks(given: str, found: str) -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=given)) == found
    assert ip_of(RequestFactory().get("/", REMOTE_ADDR=given)) == (None if found == "unknown" else found)


def test_a_header_that_no_proxy_of_ours_wrote_names_nobody() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 203.0.113.10")
    assert address_of(request) == "198.51.100.1"


def test_reviews_by_address(client: Client) -> None:
    known = host()
    answers = []
    for number in range(pace.ReviewPace.most + 1):
        address = f"2001:db8::{number + 1:x}"  # one network
        body = {**GOOD, "influencer": known.slug}
        answers.append(client.post("/api/v1/reviews/", body, content_type="application/json", REMOTE_ADDR=address))
    assert {answer.status_code for answer in answers[:-1]} == {201}
    last = answers[-1]
    assert last.status_code == 429
    assert last.json()["type"] == "urn:clearhost:problem:throttled"
    assert 3_500 < int(last["Retry-After"]) <= 3_600
    page = client.post(f"/reviews/new/?influencer={known.slug}", GOOD, REMOTE_ADDR="2001:db8::ffff")
    assert page.status_code == 429, "the page counts with the API"
    assert 3_500 < int(page["Retry-After"]) <= 3_600


def test_complaints_and_tokens_by_address(client: Client) -> None:
    known = host()
    body = {"influencer": known.slug, "topic": "other", "text": "It never came."}
    statuses = [
        client.post("/api/v1/complaints/", body, content_type="application/json").status_code
        for _ in range(pace.ComplaintPace.most + 1)
    ]
    assert statuses == [201] * pace.ComplaintPace.most + [429]
    tried = [client.get(f"/api/v1/complaints/{number:032}/").status_code for number in range(pace.TokenPace.most + 1)]
    assert tried == [404] * pace.TokenPace.most + [429]
    assert client.get(f"/complaints/{'x' * 32}/").status_code == 429
    assert client.get(f"/api/v1/complaints/{'x' * 32}/evidence.pdf")["Retry-After"].isdecimal()


def test_a_key_has_its_own_pace_wherever_it_is_used(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.KeyPace, "most", 3)
    _row, one = create_api_key(name="one", scope="ingest")
    _row, two = create_api_key(name="two", scope="ingest")

    def send(key: str, address: str) -> int:
        return client.post("/api/v1/ingest/reviews/", "[]", content_type="application/json", REMOTE_ADDR=address,
                           headers={"Authorization": f"Api-Key {key}"}).status_code  # fmt: skip

    assert [send(one, f"198.51.100.{number}") for number in range(4)] == [200, 200, 200, 429]
    assert send(two, "198.51.100.1") == 200


def test_an_account_has_its_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.KeyPace, "most", 2)
    monkeypatch.setattr(pace.CheckPace, "most", 2)
    monkeypatch.setattr(pace.WritingPace, "most", 2)
    statuses: dict[str, list[int]] = {}
    for name in ("zhao", "qian"):
        user, _merchant = buyer_of(name)
        client = Client()
        client.force_login(user)
        for path, body in (("watchlist/", None), ("checks/", {}), ("me/replies/", {"review_id": "r", "text": "t"})):
            for _ in range(3):
                answer = client.get(f"/api/v1/{path}") if body is None else client.post(
                    f"/api/v1/{path}", body, content_type="application/json")  # fmt: skip
                statuses.setdefault(f"{name} {path}", []).append(answer.status_code)
    assert statuses["zhao watchlist/"] == statuses["qian watchlist/"] == [200, 200, 429]
    assert statuses["zhao checks/"] == statuses["qian checks/"] == [400, 400, 429]
    assert statuses["zhao me/replies/"] == statuses["qian me/replies/"] == [404, 404, 429]


def test_who_guesses_keys_is_held_before_the_database_is_asked_for_more(client: Client) -> None:
    wrong = [
        client.get("/api/v1/changes/?since=1", headers={"Authorization": f"Api-Key {number:08}.{'x' * 32}"}).status_code
        for number in range(61)
    ]
    assert wrong == [401] * 60 + [429]


def test_public_reads_are_held_by_address_and_say_for_how_long(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.addresses.ReadsByAddress.rate", "3/min", raising=False)
    monkeypatch.setattr("ratings.api.views.Profile.throttle_classes", [ReadsByAddress])
    statuses = [client.get("/api/v1/influencers/nobody-1/", REMOTE_ADDR="2001:db8::1").status_code for _ in range(3)]
    assert statuses == [404, 404, 404]
    held = client.get("/api/v1/influencers/nobody-1/", REMOTE_ADDR="2001:db8::2")
    assert held.status_code == 429
    assert 0 < int(held["Retry-After"]) <= 60


@pytest.mark.django_db(transaction=True)
def test_a_flood_at_once_passes_exactly_as_many() -> None:
    """Count and compare in one statement: of forty at the same moment ten pass."""
    passed: list[bool] = []
    start = threading.Barrier(8)

    def ask() -> None:
        try:
            start.wait()
            passed.extend(pace.taken(scope="flood", who="x", most=10, window=60) is None for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False] * 30 + [True] * 10


def test_a_limit_forgets_itself_at_its_end() -> None:
    pace.taken(scope="s", who="li", most=1, window=60)
    assert Pace.objects.get().until > datetime.now(UTC) + timedelta(seconds=50)
