"""The schema says what the published contract says, and the database holds it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from feedback.kinds import CLASS_OF_CODE, FAULT_OF_REASON, KINDS
from feedback.models import Review, Violation
from feedback.pseudonyms import KeysDiffer, hashing
from feedback.stored import MODELS, stored
from feedback.taxonomy import CLASSES, CODES, SOURCES
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

# required columns, then optional ones, as the contract lists them
CONTRACT = {
    "influencers": (
        "influencer_id, name, category",
        "agency, operator, joined_at, qualification, qualification_expires, skill_level",
    ),
    "accounts": ("account_id, influencer_id, platform, handle", "followers"),
    "sessions": (
        "session_id, influencer_id, started_at, orders",
        "ended_at, platform, show_type, viewers, views, peak_online, avg_online, avg_watch_seconds, paid_viewers, "
        "commenters, comments, likes, new_followers, buyers, gmv, gmv_low, gmv_high, cancelled_orders, refund_orders, "
        "refund_amount, refunds_as_of, questions, answered, ad_spend, placement_fee, ai_host, currency",
    ),
    "reviews": (
        "review_id, influencer_id, reviewer_id, created_at, professionalism, service, as_described",
        "session_id, order_id, product_id, verified, text, language",
    ),
    "refunds": (
        "refund_id, influencer_id, created_at, reason",
        "session_id, order_id, amount, fault, stage, kind, product_id, category, reason_text",
    ),
    "complaints": (
        "complaint_id, influencer_id, created_at, severity, status",
        "session_id, order_id, kind, fault, channel, responded_at, resolved_at, remedy, remedied_at, text",
    ),
    "violations": (
        "violation_id, influencer_id, occurred_at, code, status",
        "session_id, class, subject, reported_by, authority, document_no, note",
    ),
    "deals": (
        "deal_id, influencer_id, agreed_at, fee",
        "session_id, commission_rate, ad_budget, promised_amount, promise_basis, max_return_rate, clawback, due_days, "
        "delivered_amount, fee_returned, disputed",
    ),
    "slots": (
        "slot_id, session_id",
        "deal_id, merchant_id, product_id, category, minutes, price, stock_claimed, stock, clickers, orders, amount, "
        "refund_orders, cancelled_orders",
    ),
    "orders": (
        "order_id, influencer_id, paid_at, amount, status",
        "session_id, slot_id, product_id, category, quantity, buyer_id, commission_rate, shipped_at, delivered_at, "
        "refunded_at, cancelled_at, settled_at",
    ),
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_columns_are_those_of_the_contract(kind: str) -> None:
    required, optional = (names.split(", ") for names in CONTRACT[kind])
    columns = KINDS[kind].columns
    assert [column.name for column in columns if column.required] == required
    assert [c.name for c in columns if not c.required] == [*optional, "updated_at", "received_at"]


def test_kinds_come_in_the_order_of_dependency() -> None:
    assert [*KINDS] == [*CONTRACT, "coverage"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_stored(kind: str) -> None:
    names = {field.column for field in apps.get_model(MODELS[kind])._meta.fields}
    assert {name for name, _ in stored(KINDS[kind]).pairs} <= names


def test_the_fault_follows_from_the_reason() -> None:
    assert FAULT_OF_REASON == {
        "not_as_described": "influencer",
        "quality": "merchant",
        "wrong_item": "merchant",
        "not_delivered": "courier",
        "late": "courier",
        "no_reason": "buyer",
        "other": "unknown",
    }


def test_the_taxonomy() -> None:
    assert len(CODES) == 38
    assert [sum(code.violation_class == letter for code in CODES.values()) for letter in CLASSES] == [2, 15, 14, 7]
    assert (CODES["AIG-01"].name_en, CODES["AIG-01"].name_zh) == ("AI host not labelled", "数字人未标识")
    assert CLASS_OF_CODE["DAT-04"] == "A"
    assert all(basis.split()[0] in SOURCES for code in CODES.values() for basis in code.basis)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("reviews", "UPDATE feedback_review SET service = 6"),
        ("reviews", "UPDATE feedback_review SET service = NULL"),
        ("violations", "UPDATE feedback_violation SET code = 'XYZ-99'"),
        ("violations", "UPDATE feedback_violation SET \"class\" = 'E'"),
        ("sessions", "UPDATE feedback_session SET orders = -1"),
        ("refunds", "UPDATE feedback_refund SET reason = 'bored'"),
        ("complaints", "UPDATE feedback_complaint SET status = 'maybe'"),
    ],
)
def test_the_database_holds_the_bounds_too(tmp_path: Path, kind: str, change: str) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, kind, row(kind))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_a_class_that_is_given_overrides_the_one_of_the_code(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, "violations", row("violations", **{"class": "B"}), row("violations", violation_id="v2"))
    assert list(Violation.objects.order_by("source_id").values_list("violation_class", flat=True)) == ["B", None]


@pytest.mark.django_db
def test_reviewers_are_stored_as_a_keyed_hash_only(tmp_path: Path, settings: object) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    reviews = [row("reviews", review_id=f"r{i}", reviewer_id=f"person-{i % 2}") for i in range(4)]
    load_rows(tmp_path, "reviews", *reviews)
    by_id = dict(Review.objects.values_list("source_id", "reviewer_id"))
    assert by_id["r0"] == by_id["r2"] != by_id["r1"] == by_id["r3"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feedback_review r WHERE to_jsonb(r)::text LIKE '%%person%%'", [])
        assert cursor.fetchone() == (0,)
    settings.REVIEWER_KEYS = ["another installation"]  # type: ignore[attr-defined]
    with pytest.raises(KeysDiffer):
        load_rows(tmp_path, "reviews", row("reviews", review_id="r9", reviewer_id="person-0"))
    assert uuid.UUID(hashing(["another installation"])("person-0")) not in by_id.values()
