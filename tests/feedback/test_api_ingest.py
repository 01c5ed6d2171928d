"""Evidence from platforms by REST: the same rows, rules and verdicts as files, row by row, safe to repeat."""

import errno
import json
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from feedback.keys import create_api_key, revoke_api_key
from feedback.models import Coverage, Ingest, Refund, Review, Session
from feedback.reviews import Marks, leave_review
from influencers.models import Influencer
from tests.feedback.people import host

pytestmark = pytest.mark.django_db


def row(review_id: str = "r1", **more: Any) -> dict[str, Any]:
    base = {
        "review_id": review_id,
        "influencer_id": "h1",
        "reviewer_id": "u1",
        "created_at": "2026-01-05T20:00:00+08:00",
        "professionalism": 5,
        "service": 4,
        "as_described": 3,
    }
    return {**base, **more}


class Caller:
    """A platform with a key."""

    def __init__(self, scope: str = "ingest", source: str = "") -> None:
        self.key, self.secret = create_api_key(name="Shop", scope=scope, source=source)
        self.client = Client()

    def send(self, path: str, body: Any, content_type: str = "application/json") -> Any:
        given = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"authorization": f"Api-Key {self.secret}"}
        return self.client.post(f"/api/v1/ingest/{path}/", given, content_type=content_type, headers=headers)


@pytest.fixture
def shop() -> Caller:
    host()
    return Caller()


def counts(answer: Any) -> tuple[int, int, int, int]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["rows"] == len(body["results"])
    assert body["accepted"] + body["older"] + body["duplicate"] + body["rejected"] == body["rows"]
    return body["accepted"], body["older"], body["duplicate"], body["rejected"]


def test_row_by_row(shop: Caller) -> None:
    before = timezone.now()
    rows = [
        row("r1"),
        row("r2", service=9),
        row("r3", influencer_id="nobody"),
        row("r1"),
        {"review_id": "r5"},
        row("r6"),
    ]
    answer = shop.send("reviews", rows)
    assert counts(answer) == (2, 0, 1, 3)
    results = answer.json()["results"]
    assert [(r["row"], r.get("id"), r["status"]) for r in results] == [
        (1, "r1", "accepted"),
        (2, None, "rejected"),
        (3, "r3", "rejected"),
        (4, "r1", "duplicate"),
        (5, None, "rejected"),
        (6, "r6", "accepted"),
    ]
    assert results[1]["column"] == "service"
    assert "outside 1 to 5" in results[1]["reason"]
    assert results[2]["column"] == "influencer_id"
    assert results[4]["column"] == "influencer_id"
    review = Review.objects.get(source_id="r1")
    assert review.created_at == datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert review.received_at is not None
    assert before <= review.received_at <= timezone.now()
    log = Ingest.objects.get()
    assert (log.rows, log.loaded, log.duplicate, log.rejected) == (6, 2, 1, 3)
    assert shop.key.prefix in log.file


def test_the_whole_request_may_be_repeated(shop: Caller) -> None:
    rows = [row("r1"), row("r2")]
    assert counts(shop.send("reviews", rows)) == (2, 0, 0, 0)
    first = Review.objects.get(source_id="r1").received_at
    assert counts(shop.send("reviews", rows)) == (0, 0, 2, 0)
    assert Review.objects.get(source_id="r1").received_at == first
    assert counts(shop.send("reviews", [row("r1", service=1)])) == (0, 0, 0, 1)


def test_revisions_in_any_order(shop: Caller) -> None:
    early, late = "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"
    assert counts(shop.send("reviews", [row(service=2, updated_at=late)])) == (1, 0, 0, 0)
    assert counts(shop.send("reviews", [row(service=1, updated_at=early), row("r2")])) == (1, 1, 0, 0)
    assert Review.objects.get(source_id="r1").service == 2


def test_received_at_is_ours_to_say(shop: Caller) -> None:
    shop.send("reviews", [row(received_at="2020-01-01T00:00:00Z")])
    received = Review.objects.get().received_at
    assert received is not None
    assert received.year > 2020


def test_json_lines_and_csv_give_what_the_array_gives(shop: Caller) -> None:
    rows = [row("r1", text='said "so", twice\nand more'), row("r2", service=7)]
    lines = "\n".join(json.dumps(r) for r in rows)
    assert counts(shop.send("reviews", lines, "application/x-ndjson")) == (1, 0, 0, 1)
    assert counts(shop.send("reviews", lines + "\n", "application/jsonl")) == (0, 0, 1, 1)
    header = "review_id,influencer_id,reviewer_id,created_at,professionalism,service,as_described,text\n"
    when = "2026-01-05T20:00:00+08:00"
    body = header + f'r1,h1,u1,{when},5,4,3,"said ""so"", twice\nand more"\nr2,h1,u1,{when},5,7,3,\n'
    answer = shop.send("reviews", body, "text/csv; charset=utf-8")
    assert counts(answer) == (0, 0, 1, 1)
    assert [(r["row"], r["line"]) for r in answer.json()["results"]] == [(1, 2), (2, 4)]
    assert counts(shop.send("reviews", rows)) == (0, 0, 1, 1)


def test_every_kind_has_its_way(shop: Caller) -> None:
    who = {"influencer_id": "h9", "name": "新主播", "category": "toys"}
    assert counts(shop.send("influencers", [who])) == (1, 0, 0, 0)
    assert Influencer.objects.get(source_id="h9").name == "新主播"
    show = {"session_id": "s1", "influencer_id": "h9", "started_at": "2026-01-05T12:00:00Z", "orders": 40}
    assert counts(shop.send("sessions", [show])) == (1, 0, 0, 0)
    account = {"account_id": "a1", "influencer_id": "h9", "platform": "douyin", "handle": "xin"}
    assert counts(shop.send("accounts", [account])) == (1, 0, 0, 0)
    assert Session.objects.get().orders == 40
    assert shop.send("gossip", []).status_code == 404


def test_covered_from_the_first_batch_on_an_empty_one_counts(shop: Caller) -> None:
    before = timezone.now()
    assert counts(shop.send("refunds", [])) == (0, 0, 0, 0)
    coverage = Coverage.objects.get(kind="refunds")
    assert coverage.covers_from is not None
    assert before <= coverage.covers_from <= timezone.now()
    shop.send("refunds", [])
    assert Coverage.objects.get(kind="refunds").covers_from == coverage.covers_from
    shop.send("complaints", [{"complaint_id": "c1"}])
    assert not Coverage.objects.filter(kind="complaints").exists()
    assert counts(shop.send("complaints", "\n", "application/x-ndjson")) == (0, 0, 0, 0)
    assert Coverage.objects.filter(kind="complaints").exists()


def test_a_key_s_source_stands_before_every_id() -> None:
    host("ks:h1")
    shop = Caller(source="ks")
    answer = shop.send("reviews", [row("r1", session_id="s1")])
    assert counts(answer) == (1, 0, 0, 0)
    assert answer.json()["results"][0]["id"] == "r1"
    assert Review.objects.get().source_id == "ks:r1"
    body = shop.send("reviews/void", {"ids": ["r1", "r2"], "reason": "test orders"}).json()
    assert body == {"voided": 1, "already": 0, "unknown": ["r2"]}


def test_voiding(shop: Caller) -> None:
    shop.send("reviews", [row("r1"), row("r2")])
    void = {"ids": ["r1", "r9"], "reason": "test orders"}
    assert shop.send("reviews/void", void).json() == {"voided": 1, "already": 0, "unknown": ["r9"]}
    assert shop.send("reviews/void", void).json() == {"voided": 0, "already": 1, "unknown": ["r9"]}
    assert Review.objects.get(source_id="r1").void_reason == "test orders"
    for wrong in (
        {"ids": ["r1"]},
        {"ids": ["r1"], "reason": " "},
        {"ids": "r1", "reason": "x"},
        [],
        {"ids": ["a\0"], "reason": "x"},
    ):
        assert shop.send("reviews/void", wrong).status_code == 400


def test_what_consumers_left_here_is_out_of_a_platform_s_reach(shop: Caller) -> None:
    left = leave_review(influencer=Influencer.objects.get(), marks=Marks(1, 1, 1), text="", at=timezone.now())
    revised = row(left.review_id, updated_at="2099-01-01T00:00:00Z")
    assert counts(shop.send("reviews", [revised, row("r2")])) == (1, 0, 0, 1)
    assert shop.send("reviews/void", {"ids": [left.review_id], "reason": "x"}).json()["unknown"] == [left.review_id]
    review = Review.objects.get(source_id=left.review_id)
    assert (review.service, review.voided_at) == (1, None)


def test_who_may_send(shop: Caller) -> None:
    answer = Client().post("/api/v1/ingest/reviews/", [row()], content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Api-Key")
    assert answer["Content-Type"] == "application/problem+json"
    for secret in (shop.secret[:-1] + "x", "nonsense", shop.key.prefix, "%00.%00", "x" * 5_000):
        shop.secret, kept = secret, shop.secret
        assert shop.send("reviews", [row()]).status_code == 401
        shop.secret = kept
    assert Caller("read").send("reviews", [row()]).status_code == 403
    assert Caller("check").send("reviews/void", {"ids": [], "reason": "x"}).status_code == 403
    revoke_api_key(prefix=shop.key.prefix)
    assert shop.send("reviews", [row()]).status_code == 401
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ({"review_id": "r1"}, "application/json", 400),
        ("", "application/json", 400),
        ("[{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe\x00", "application/json", 400),
        ("", "text/csv", 400),
        ("hello,world\n1,2\n", "text/csv", 400),
        (b"review_id\0,x\n", "text/csv", 400),
        ("a=1", "application/x-www-form-urlencoded", 415),
        (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 415),
    ],
)
def test_bodies_that_are_no_batch(shop: Caller, body: Any, content_type: str, status: int) -> None:
    answer = shop.send("reviews", body, content_type)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Ingest.objects.exists()
    assert not Coverage.objects.exists()


@pytest.mark.parametrize("odd", [17, None, "text", [], [1], {}, {"a": {"b": 1}}, True])
def test_odd_elements_are_rejected_alone(shop: Caller, odd: Any) -> None:
    assert counts(shop.send("reviews", [odd, row("r1")])) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    "odd",
    [
        *({"text": "a\0b"}, {"review_id": "r\0"}, {"text": "x" * 100_000}, {"reviewer_id": "=1+1()"}),
        *({"professionalism": 1e300}, {"professionalism": "5; DROP TABLE"}, {"created_at": "2026-01-05"}),
        *({"session_id": {"a": 1}, "professionalism": []}, {"review_id": "x" * 200}, {"text": "\ud800"}),
    ],
)
def test_odd_values_are_rejected_alone(shop: Caller, odd: dict[str, Any]) -> None:
    assert counts(shop.send("reviews", [{**row("r9"), **odd}, row("r1")])) == (1, 0, 0, 1)
    assert Review.objects.get().source_id == "r1"


def test_ten_thousand_rows_and_one_more(shop: Caller) -> None:
    rows = [
        {"refund_id": f"f{n}", "influencer_id": "h1", "created_at": "2026-01-05T12:00:00Z", "reason": "late"}
        for n in range(10_001)
    ]
    answer = shop.send("refunds", rows)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:clearhost:problem:too-large")
    assert not Refund.objects.exists()
    assert counts(shop.send("refunds", rows[:-1])) == (10_000, 0, 0, 0)
    assert counts(shop.send("refunds", rows[:-1])) == (0, 0, 10_000, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EMFILE])
def test_no_room_for_the_file_is_to_be_tried_again(shop: Caller, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*given: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("feedback.api.ingest.Path.write_bytes", full)
    shop.client.raise_request_exception = False
    rows = [row(f"r{n}") for n in range(60)]  # more than what goes without a file
    answer = shop.send("reviews", rows)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["type"] == "urn:clearhost:problem:unavailable"
    monkeypatch.undo()
    assert counts(shop.send("reviews", rows)) == (60, 0, 0, 0)
