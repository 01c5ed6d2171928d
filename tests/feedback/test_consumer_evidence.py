"""What people leave reaches the evidence that ratings read, and leaves it again when it is withdrawn."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from feedback import complaints, evidence
from feedback.models import Fault, Remedy, Severity, Topic
from feedback.reviews import Marks, leave_review, withdraw_review
from tests.feedback.people import host

pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot opens a transaction of its own

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def read(into: Path, until: date, kind: str) -> list[dict[str, Any]]:
    evidence.snapshot(until=until, into=into)
    rows: list[dict[str, Any]] = pq.read_table(into / f"{kind}.parquet").to_pylist()
    return rows


def test_a_review_until_it_is_withdrawn(tmp_path: Path) -> None:
    left = leave_review(influencer=host(), marks=Marks(5, 4, 3), text="x", at=T0)
    assert read(tmp_path / "day", date(2026, 3, 2), "reviews") == []
    (row,) = read(tmp_path / "next", date(2026, 3, 3), "reviews")
    assert (row["review_id"], row["influencer_id"], row["service"], row["verified"]) == (left.review_id, "h1", 4, False)
    assert row["received_at"] == row["created_at"] == T0.timestamp() * 1e6
    withdraw_review(token=left.token, at=T0 + DAY)
    assert read(tmp_path / "after", date(2026, 3, 4), "reviews") == []


def test_a_complaint_as_each_day_knew_it(tmp_path: Path) -> None:
    case = complaints.file_complaint(influencer=host(), topic=Topic.QUALITY, text="x", at=T0).case
    case = complaints.uphold(
        case=case,
        severity=Severity.SEVERE,
        fault=Fault.MERCHANT,
        remedy=Remedy.REFUND,
        reason="x",
        at=T0 + 4 * DAY,
    )
    complaints.reopen(case=case, reason="x", at=T0 + 8 * DAY)
    found = {}
    for days in (1, 5, 9):
        (row,) = read(tmp_path / str(days), date(2026, 3, 2) + days * DAY, "complaints")
        found[days] = (row["status"], row["fault"], row["severity"])
    assert found == {
        1: ("open", "unknown", "moderate"),
        5: ("upheld", "merchant", "severe"),
        9: ("open", "unknown", "severe"),
    }
