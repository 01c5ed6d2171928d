"""A request sent twice with its key is done once and answered the same; the key with another request is refused."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback import reviews
from feedback.api import idempotency
from feedback.models import Answered, Case, Review
from influencers.models import Influencer
from ratings.members import merchants
from ratings.models import Follow
from tests.accounts.people import buyer_of
from tests.feedback.people import host

pytestmark = pytest.mark.django_db
KEY = "7f0c2c9e-9d5e-4c53-8a5b-0f3a2f9f6f11"
GOOD = {"influencer": "host-h1", "professionalism": 5, "service": 4, "as_described": 3, "text": "As shown."}
COMPLAINT = {"influencer": "host-h1", "topic": "other", "text": "It never came."}


@pytest.fixture
def h1(db: None) -> Influencer:
    return host()


def post(client: Client, body: Any, *, key: str = KEY, path: str = "reviews/", **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json",
                       headers={"Idempotency-Key": key, **headers})  # fmt: skip


def test_the_same_again_is_answered_the_same_and_done_once(client: Client, h1: Influencer) -> None:
    first, second = post(client, GOOD), post(client, json.dumps(dict(reversed(GOOD.items())), indent=2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second["Idempotent-Replayed"] == "true"
    assert Review.objects.count() == 1
    assert client.delete(f"/api/v1/reviews/{second.json()['token']}/").status_code == 204


def test_the_key_with_another_request_is_refused(client: Client, h1: Influencer) -> None:
    post(client, GOOD)
    for body, path in (({**GOOD, "service": 1}, "reviews/"), (COMPLAINT, "complaints/")):
        answer = post(client, body, path=path)
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:clearhost:problem:key-reused"
    assert Review.objects.count() == 1
    assert not Case.objects.exists()
    assert post(client, GOOD).json() == post(client, GOOD).json(), "the first stays as it was"


def test_without_a_key_twice_is_two(client: Client, h1: Influencer) -> None:
    for _ in range(2):
        assert client.post("/api/v1/reviews/", GOOD, content_type="application/json").status_code == 201
    assert Review.objects.count() == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 15, "x" * 256, "no spaces in a key", "é" * 20])
def test_a_key_that_others_could_have_is_none(client: Client, h1: Influencer, key: str) -> None:
    assert post(client, GOOD, key=key).status_code == 400
    assert not Review.objects.exists()


def test_a_refusal_is_not_kept(client: Client, h1: Influencer) -> None:
    assert post(client, {**GOOD, "service": 6}).status_code == 400
    assert not Answered.objects.exists()
    assert post(client, GOOD).status_code == 201


def test_a_failure_in_the_midst_leaves_neither(client: Client, h1: Influencer, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(reviews.signing, "dumps", lambda *given, **more: 1 / 0)  # after the row is written
        assert post(client, GOOD).status_code == 500
    assert not Answered.objects.exists()
    assert not Review.objects.exists(), "what was half done is undone with its key"
    assert post(client, GOOD).status_code == 201
    assert Review.objects.count() == 1


def test_a_day_later_the_key_is_free_again(client: Client, h1: Influencer) -> None:
    first = post(client, GOOD)
    Answered.objects.update(at=timezone.now() - idempotency.KEPT - timedelta(minutes=1))
    second = post(client, {**GOOD, "service": 1})
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]
    Answered.objects.update(at=timezone.now() - idempotency.KEPT - timedelta(minutes=1))
    assert idempotency.forget(at=timezone.now()) == 1


def test_what_is_kept_opens_to_the_key_alone(client: Client, h1: Influencer) -> None:
    token = post(client, GOOD).json()["token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text || encode(sealed, 'escape') FROM feedback_answered t")
        (stored,) = cursor.fetchone()
    assert KEY not in stored
    assert token not in stored


def test_a_complaint_with_a_file(client: Client, h1: Influencer, settings: Settings, tmp_path: Any) -> None:
    settings.ATTACHMENTS_ROOT = tmp_path

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("bill.pdf", content)
        return client.post("/api/v1/complaints/", {**COMPLAINT, "attachments": file}, headers={"Idempotency-Key": KEY})

    first, second = send(b"%PDF-1.4 one %%EOF"), send(b"%PDF-1.4 one %%EOF")
    assert first.status_code == 201, first.content
    assert first.json() == second.json()
    assert send(b"%PDF-1.4 two %%EOF").status_code == 422
    assert Case.objects.count() == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_one_s_key_is_nobody_else_s(h1: Influencer) -> None:
    answers = []
    for name in ("zhao", "qian"):
        _user, merchant = buyer_of(name)
        _row, secret = merchants.create_key(merchant=merchant, name="till")
        answers.append(post(Client(), {"influencer": h1.slug}, path="watchlist/", Authorization=f"Api-Key {secret}"))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)
    assert Follow.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_is_done() -> None:
    host()
    answers: list[dict[str, Any]] = []
    start = threading.Barrier(6)

    def send() -> None:
        try:
            start.wait()
            answers.append(post(Client(), GOOD).json())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Review.objects.count() == 1
    assert answers == [answers[0]] * 6
