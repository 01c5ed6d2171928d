"""A review by REST: taken in as evidence, verified by its receipt, withdrawn by its token, and nothing odd kept."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback.keys import revoke_receipt_key
from feedback.models import Outbox, Review, Ticket
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db

GOOD = {"influencer": "host-h1", "professionalism": 5, "service": 4, "as_described": 3, "text": "Fresh, as shown."}


@pytest.fixture(autouse=True)
def host_h1(db: None) -> None:
    host()


def post(client: Client, **more: Any) -> Any:
    return client.post("/api/v1/reviews/", {**GOOD, **more}, content_type="application/json")


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:clearhost:problem:{kind}"
    return body


def test_a_review_becomes_evidence(client: Client) -> None:
    before = timezone.now()
    answer = post(client)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["verified"], body["receipt"]) == (False, None)
    review = Review.objects.get()
    assert review.source_id == body["id"]
    assert (review.professionalism, review.service, review.as_described) == (5, 4, 3)
    assert (review.verified, review.text, review.influencer.source_id) == (False, "Fresh, as shown.", "h1")
    assert review.received_at is not None
    assert before <= review.created_at == review.received_at
    assert Outbox.objects.filter(influencer=review.influencer).exists()
    assert answer["Cache-Control"] == "private, no-store"
    stored = Ticket.objects.values_list("token_digest", flat=True)
    assert body["token"] not in "".join(stored)


def test_a_receipt_makes_it_verified(client: Client) -> None:
    receipt = Platform().receipt("A-1", session="s9")
    body = post(client, receipt=receipt).json()
    assert (body["verified"], body["receipt"]["status"]) == (True, "accepted")
    review = Review.objects.get()
    assert (review.verified, review.order_id, review.session_id) == (True, "A-1", "s9")


def test_an_order_counts_once_also_after_its_review_was_withdrawn(client: Client) -> None:
    platform = Platform()
    first = post(client, receipt=platform.receipt("A-1")).json()
    second = post(client, receipt=platform.receipt("A-1", amount=5)).json()
    assert (second["verified"], second["receipt"]["status"]) == (False, "used")
    client.delete(f"/api/v1/reviews/{first['token']}/")
    third = post(client, receipt=platform.receipt("A-1")).json()
    assert (third["verified"], third["receipt"]["status"]) == (False, "used")
    assert post(client, receipt=platform.receipt("A-2")).json()["verified"] is True
    assert post(client, receipt=Platform("Douyin").receipt("A-1")).json()["verified"] is True  # another order


def test_an_order_its_platform_already_sent_a_review_of_is_used(client: Client) -> None:
    review_id = post(client, receipt=Platform().receipt("B-7")).json()["id"]
    Ticket.objects.all().delete()  # as if it had come in a file
    assert Review.objects.get().source_id == review_id
    assert post(client, receipt=Platform().receipt("B-7")).json()["receipt"]["status"] == "used"


@pytest.mark.parametrize(
    ("status", "make"),
    [
        ("expired", lambda p: p.receipt(expires=int(time.time()) - 1)),
        ("not_yet_valid", lambda p: p.receipt(issued=int(time.time()) + 3600)),
        ("wrong_influencer", lambda p: p.receipt(influencer="h2")),
        ("tampered", lambda p: p.receipt()[:-4] + "AAAA"),
        ("unknown_key", lambda p: p.receipt(key="k0000000000")),
        ("malformed", lambda p: "chr1.hello"),
        ("malformed", lambda p: "my order was 17"),
    ],
)
def test_a_receipt_that_does_not_count_is_named_and_leaves_an_unverified_review(
    client: Client, status: str, make: Any
) -> None:
    body = post(client, receipt=make(Platform())).json()
    assert (body["verified"], body["receipt"]["status"]) == (False, status)
    assert body["receipt"]["message"]
    review = Review.objects.get()
    assert (review.verified, review.order_id) == (False, None)


def test_a_revoked_key_signs_nothing_any_more(client: Client) -> None:
    platform = Platform()
    receipt = platform.receipt()
    revoke_receipt_key(key_id=platform.key.key_id, at=timezone.now())
    assert post(client, receipt=receipt).json()["receipt"]["status"] == "revoked_key"


def test_a_key_whose_master_secret_was_lost_is_unknown_and_a_fallback_keeps_it(
    client: Client, settings: Settings
) -> None:
    platform = Platform()
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert post(client, receipt=platform.receipt("A-1")).json()["receipt"]["status"] == "unknown_key"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert post(client, receipt=platform.receipt("A-1")).json()["receipt"]["status"] == "accepted"


def test_the_same_person_is_known_again_by_token_or_by_the_platform_s_pseudonym(client: Client) -> None:
    first = post(client).json()
    post(client, reviewer=first["reviewer"])
    post(client)
    post(client, reviewer=first["reviewer"][:-2] + "xx")
    one, again, other, forged = Review.objects.order_by("id").values_list("reviewer_id", flat=True)
    assert one == again
    assert len({one, other, forged}) == 3
    platform = Platform()
    post(client, receipt=platform.receipt("A-1", buyer="b1"))
    post(client, receipt=platform.receipt("A-2", buyer="b1"))
    *_rest, bought, again = Review.objects.order_by("id").values_list("reviewer_id", flat=True)
    assert bought == again


def test_withdrawing(client: Client) -> None:
    body = post(client).json()
    assert client.delete(f"/api/v1/reviews/{body['token']}/").status_code == 204
    review = Review.objects.get()
    assert review.voided_at is not None
    assert review.void_reason == "withdrawn by its author"
    assert client.delete(f"/api/v1/reviews/{body['token']}/").status_code == 204
    problem(client.delete("/api/v1/reviews/nothing/"), 404, "not-found")
    problem(client.delete(f"/api/v1/reviews/{body['id']}/"), 404, "not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"professionalism": value} for value in (0, 6, 4.5, "five", None, True, [5], 10**30)),
        *({"influencer": value} for value in ("nobody", "", None, "h\0", "周小满", ["host-h1"], "x" * 500)),
        *({"text": value} for value in ("a\0b", "\x1b[31m", "\ud800", "x" * 5_001, "x" * 100_000, [])),
        {"receipt": "x" * 3_000},
        {"language": "../../etc"},
    ],
)
def test_bad_values_are_named_and_nothing_is_kept(client: Client, wrong: dict[str, Any]) -> None:
    body = problem(post(client, **wrong), 400, "invalid")
    assert set(body["errors"]) == set(wrong)
    assert not Review.objects.exists()
    assert not Ticket.objects.exists()


def test_text_is_kept_as_text(client: Client) -> None:
    said = "<script>alert(1)</script> 👍🏽 مرحبا \u200f=cmd|' /C calc'!A0"
    post(client, text=f"  {said}\r\n\u202eevil ")
    assert Review.objects.get().text == f"{said}\nevil"
    post(client, text="x" * 5_000)
    post(client, text="👍" * 5_000)
    assert Review.objects.order_by("id").last().text == "👍" * 5_000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "[" * 100_000, '{"influencer": NaN}', b"\xff\xfe", '"text"', "{}"]
)
def test_bodies_that_are_no_review(client: Client, body: Any) -> None:
    answer = client.post("/api/v1/reviews/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Review.objects.exists()


def test_large_bodies_other_types_and_unknown_parameters(client: Client) -> None:
    problem(post(client, text="x" * 300_000), 413, "too-large")
    problem(client.post("/api/v1/reviews/", GOOD), 415, "unsupported-media-type")
    answer = client.post("/api/v1/reviews/?verified=true", GOOD, content_type="application/json")
    problem(answer, 400, "bad-request")
    problem(client.get("/api/v1/reviews/"), 405, "method-not-allowed")
    assert not Review.objects.exists()


def test_too_many_are_told_when_to_come_back(client: Client, settings: Settings) -> None:
    settings.THROTTLE = True
    cache.clear()
    for _ in range(60):
        assert post(client).status_code == 201
    answer = post(client)
    problem(answer, 429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 3600
