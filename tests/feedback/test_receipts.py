"""What a platform signs counts, and nothing else does."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import receipts
from feedback.receipts import Key, Problem, ReceiptError

KEY = Key("k7", secret="correct horse battery staple", platform="Kuaishou")
ISSUED = 1_767_225_600  # 2026-01-01T00:00:00Z
AT = datetime(2026, 1, 10, tzinfo=UTC)
CLAIMS = {"key": "k7", "order": "A-1001", "influencer": "h1", "issued": ISSUED, "expires": ISSUED + 60 * 86400}

# made with: printf %s BODY | openssl dgst -sha256 -hmac 'correct horse battery staple' -binary | base64
BY_OPENSSL = (
    "chr1.eyJrZXkiOiJrNyIsIm9yZGVyIjoiQS0xMDAxIiwiaW5mbHVlbmNlciI6ImgxIiwiaXNzdWVkIjoxNzY3MjI1NjAwLCJleHBpcmVzIjoxN"
    "zcyNDA5NjAwfQ.ZtT_uqsqrH59gpxJlrQQkxvf3LB6ZCT-c3M9jeHi5k4"
)


def signed(secret: str = KEY.secret, **claims: Any) -> str:
    return receipts.sign({**CLAIMS, **claims}, secret=secret)


def problem(token: str, key: Key | None = KEY, influencer: str = "h1", at: datetime = AT) -> Problem:
    with pytest.raises(ReceiptError) as caught:
        receipts.verify(token, key=key, influencer_id=influencer, at=at)
    assert str(caught.value.message)
    return caught.value.problem


def test_a_receipt_signed_by_another_tool_counts() -> None:
    receipt = receipts.verify(BY_OPENSSL, key=KEY, influencer_id="h1", at=AT)
    assert (receipt.order_id, receipt.influencer_id, receipt.platform) == ("A-1001", "h1", "Kuaishou")
    assert receipt.issued == datetime(2026, 1, 1, tzinfo=UTC)
    assert (receipt.session_id, receipt.buyer_id, receipt.amount) == ("", "", None)
    assert signed() == BY_OPENSSL


def test_the_ten_lines_of_the_documentation_sign_a_receipt_that_counts() -> None:
    text = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    room: dict[str, Any] = {}
    exec(code, room)
    assert len([line for line in code.splitlines() if line]) <= 10
    token = room["receipt"]("k7", KEY.secret, order="A-7", influencer="h1", session="s3", amount="199.00", buyer="b 9")
    receipt = receipts.verify(token, key=KEY, influencer_id="h1", at=datetime.now(UTC))
    assert (receipt.order_id, receipt.session_id, receipt.buyer_id) == ("A-7", "s3", "b 9")
    assert receipt.amount == Decimal("199.00")
    assert receipts.key_id(token) == "k7"


def test_every_field_and_the_signature_are_protected() -> None:
    head, payload, signature = signed().split(".")
    for field, value in (("order", "A-1002"), ("influencer", "h2"), ("expires", ISSUED + 10**8), ("buyer", "x")):
        forged = base64.urlsafe_b64encode(json.dumps({**CLAIMS, field: value}).encode()).decode().rstrip("=")
        assert problem(f"{head}.{forged}.{signature}", influencer="h2") == Problem.TAMPERED
    assert problem(f"{head}.{payload}.{'A' * 43}") == Problem.TAMPERED
    assert problem(f"{head}.{payload}.") == Problem.TAMPERED
    assert problem(signed(secret="another")) == Problem.TAMPERED


def test_times() -> None:
    end = datetime.fromtimestamp(CLAIMS["expires"], UTC)  # type: ignore[arg-type]
    receipts.verify(signed(), key=KEY, influencer_id="h1", at=end - timedelta(seconds=1))
    assert problem(signed(), at=end) == Problem.EXPIRED
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    receipts.verify(signed(), key=KEY, influencer_id="h1", at=begin - timedelta(minutes=5))
    assert problem(signed(), at=begin - timedelta(minutes=5, seconds=1)) == Problem.NOT_YET_VALID


def test_the_key_decides() -> None:
    assert problem(signed(), key=None) == Problem.UNKNOWN_KEY
    assert problem(signed(), key=replace(KEY, key_id="k8")) == Problem.UNKNOWN_KEY
    assert problem(signed(), key=replace(KEY, revoked=True)) == Problem.REVOKED_KEY
    assert problem(signed(secret="guess"), key=replace(KEY, revoked=True)) == Problem.TAMPERED


def test_the_influencer_must_be_the_one_reviewed() -> None:
    assert problem(signed(), influencer="h2") == Problem.WRONG_INFLUENCER


def test_ids_take_the_source_of_the_key_as_they_do_in_files() -> None:
    receipt = receipts.verify(
        signed(session="s1", buyer="b1"), key=replace(KEY, source="ks"), influencer_id="ks:h1", at=AT
    )
    assert (receipt.order_id, receipt.session_id, receipt.buyer_id) == ("ks:A-1001", "ks:s1", "ks:b1")
    assert problem(signed(), key=replace(KEY, source="ks")) == Problem.WRONG_INFLUENCER


def test_the_same_order_number_on_two_platforms_is_two_orders() -> None:
    one = receipts.verify(signed(), key=KEY, influencer_id="h1", at=AT)
    assert one.order_key == replace(one, key_id="k9", session_id="s", buyer_id="b").order_key
    assert one.order_key != replace(one, platform="Douyin").order_key
    assert one.order_key != replace(one, order_id="A-1002").order_key
    assert "A-1001" not in one.order_key


@pytest.mark.parametrize(
    "claims",
    [
        {"order": None},
        {"order": ""},
        {"order": 17},
        {"order": "x" * 129},
        {"order": "a\0b"},
        {"order": "=cmd|' /C calc'!A0"},
        {"order": "a\u202eb"},
        {"order": "\ud800"},
        {"influencer": None},
        {"key": ["k7"]},
        {"issued": "2026-01-01"},
        {"issued": True},
        {"issued": -1},
        {"expires": ISSUED * 1000},
        {"expires": 10**400},
        {"expires": None},
        {"amount": -1},
        {"amount": "a lot"},
        {"amount": "NaN"},
        {"amount": "1e999999"},
        {"amount": [1]},
        {"amount": True},
        {"buyer": {"name": "Wang"}},
    ],
)
def test_wrong_fields_are_malformed_though_well_signed(claims: dict[str, Any]) -> None:
    body = "chr1." + base64.urlsafe_b64encode(json.dumps({**CLAIMS, **claims}).encode()).decode().rstrip("=")
    signature = receipts._encode(receipts._signature(body, KEY.secret))
    assert problem(f"{body}.{signature}") == Problem.MALFORMED


@pytest.mark.parametrize(
    "token",
    [
        *("", "chr1", "chr1..", "chr2.e30.AA", "chr1.e30.AA.AA", "chr1.!!.AA", "chr1.W10.AA", "chr1.bnVsbA.AA"),
        *("chr1.eyJhIjogTmFOfQ.AA", "chr1." + "W" * 1200 + ".AA", "x" * 100_000, "chr1.\ud800.AA", "chr1.订单.AA"),
    ],
)
def test_what_is_no_receipt_is_malformed(token: str) -> None:
    assert problem(token) == Problem.MALFORMED


@given(st.text(max_size=200) | st.text("chr1.eyJAW-_=", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert problem(text) in Problem


@given(st.data())
def test_no_changed_character_goes_unnoticed(data: st.DataObject) -> None:
    token = signed(session="s1", amount="10.00")
    at = data.draw(st.integers(5, len(token) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_"))
    if other != token[at]:
        assert problem(token[:at] + other + token[at + 1 :]) in Problem
