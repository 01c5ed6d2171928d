"""The order export of a merchant, as rows of the audit. Columns are those of the evidence kind `orders`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ratings.checks.audit import OrderRow
from ratings.checks.terms import TermsError

MOST_ROWS = 200_000
STATES = ("paid", "shipped", "delivered", "settled", "cancelled", "refunded")
NAMED = 20  # faults that are named one by one


def from_csv(content: bytes) -> list[OrderRow]:
    """Raises TermsError naming the rows that cannot be read."""
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise TermsError({"orders": "is not a CSV in UTF-8"}) from None
    return from_rows(rows)


def from_rows(rows: list[Any]) -> list[OrderRow]:
    if not rows:
        raise TermsError({"orders": "is empty"})
    if len(rows) > MOST_ROWS:
        raise TermsError({"orders": f"has more than {MOST_ROWS:,} rows"})
    bad: dict[str, str] = {}
    found: dict[str, OrderRow] = {}
    for number, row in enumerate(rows, 1):
        try:
            order_id, one = _row(row)
        except ValueError as error:
            bad[f"orders[{number}]"] = str(error)
            if len(bad) >= NAMED:
                break
            continue
        if order_id in found:
            bad[f"orders[{number}]"] = "has the order_id of an earlier row"
        found[order_id] = one
    if bad:
        raise TermsError(bad)
    return list(found.values())


def _row(row: Any) -> tuple[str, OrderRow]:
    if not isinstance(row, Mapping):
        raise ValueError("is no order")
    order_id = str(row.get("order_id") or "").strip()
    if not order_id:
        raise ValueError("has no order_id")
    try:
        amount = float(row.get("amount") or "")
    except (TypeError, ValueError):
        raise ValueError("has no amount") from None
    if not 0 <= amount <= 1e9:
        raise ValueError("has an amount that cannot be")
    status = str(row.get("status") or "").strip()
    if status not in STATES:
        raise ValueError(f"has no status of {', '.join(STATES)}")
    times = {name: _time(row.get(f"{name}_at")) for name in ("shipped", "refunded", "cancelled", "settled")}
    undone = status in ("cancelled", "refunded")
    before = status == "cancelled" or (status == "refunded" and times["shipped"] is None)
    return order_id, OrderRow(
        amount=amount,
        cancelled=before,
        shipped=times["shipped"] is not None,
        returned=status == "refunded" and not before,
        settled=status == "settled",
        ended_at=(times["cancelled"] or times["refunded"]) if undone else None,
        buyer=str(row.get("buyer_id") or "")[:128],
        order_id=order_id,
    )


def _time(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("has a time that is not like 2026-11-11T20:00:00+08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
