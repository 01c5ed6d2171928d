"""Rows of evidence as their canonical files spell them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = Mapping[str, object]

DEFAULTS: dict[str, dict[str, object]] = {
    "influencers": {"influencer_id": "h1", "name": "林小雨 Rain", "category": "crafts"},
    "accounts": {"account_id": "a1", "influencer_id": "h1", "platform": "douyin", "handle": "rain_lin"},
    "sessions": {
        "session_id": "s1",
        "influencer_id": "h1",
        "started_at": "2025-03-01T20:00:00+08:00",
        "orders": 40,
    },
    "reviews": {
        "review_id": "r1",
        "influencer_id": "h1",
        "reviewer_id": "u1",
        "created_at": "2025-03-05T12:00:00+08:00",
        "professionalism": 5,
        "service": 4,
        "as_described": 3,
    },
    "refunds": {
        "refund_id": "f1",
        "influencer_id": "h1",
        "created_at": "2025-03-06T12:00:00+08:00",
        "reason": "quality",
    },
    "complaints": {
        "complaint_id": "c1",
        "influencer_id": "h1",
        "created_at": "2025-03-07T12:00:00+08:00",
        "severity": "minor",
        "status": "open",
    },
    "violations": {
        "violation_id": "v1",
        "influencer_id": "h1",
        "occurred_at": "2025-03-08T12:00:00+08:00",
        "code": "PRM-02",
        "status": "confirmed",
    },
    "deals": {"deal_id": "d1", "influencer_id": "h1", "agreed_at": "2025-02-20T12:00:00+08:00", "fee": 20000},
    "slots": {"slot_id": "p1", "session_id": "s1"},
    "orders": {
        "order_id": "o1",
        "influencer_id": "h1",
        "paid_at": "2025-03-01T20:30:00+08:00",
        "amount": 99.5,
        "status": "paid",
    },
    "coverage": {"kind": "refunds", "from": "", "until": "", "complete": "true"},
}


def row(kind: str, **values: object) -> dict[str, object]:
    return {**DEFAULTS[kind], **values}


def write(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV of rows that may have different columns."""
    rows = list(rows)
    names = list(dict.fromkeys(name for found in rows for name in found))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
