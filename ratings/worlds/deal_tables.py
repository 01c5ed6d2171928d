"""Deals, slots and orders of the demo world, made to fit its shows and refunds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from ratings.worlds import draws
from ratings.worlds.world import DAY

US = 1_000_000
DEALT, SLOTTED, SLOTS_OF_SHOW = 0.06, 0.15, 3
ORDER_DAYS = 45  # orders are exported one by one for deals of the last weeks only
PRICE_UNKNOWN = 100.0

SCHEMAS = {
    "deals": {
        "deal_id": pa.string(),
        "influencer_id": pa.string(),
        "agreed_at": pa.int64(),
        "fee": pa.float64(),
        "session_id": pa.string(),
        "commission_rate": pa.float64(),
        "promised_amount": pa.float64(),
        "promise_basis": pa.string(),
        "clawback": pa.string(),
        "due_days": pa.int64(),
        "delivered_amount": pa.float64(),
        "fee_returned": pa.float64(),
        "disputed": pa.bool_(),
    },
    "slots": {
        "slot_id": pa.string(),
        "session_id": pa.string(),
        "minutes": pa.float64(),
        "price": pa.float64(),
        "orders": pa.int64(),
        "amount": pa.float64(),
    },
    "orders": {
        "order_id": pa.string(),
        "influencer_id": pa.string(),
        "paid_at": pa.int64(),
        "amount": pa.float64(),
        "status": pa.string(),
        "session_id": pa.string(),
        "quantity": pa.int64(),
        "shipped_at": pa.int64(),
        "refunded_at": pa.int64(),
        "settled_at": pa.int64(),
    },
}

Row = dict[str, Any]


def deal_tables(tables: Mapping[str, pa.Table], *, seed: int, end: int) -> dict[str, pa.Table]:
    """The three tables; `end` is the end of the world in microseconds."""
    rng = draws.stream(seed, "demo", "deals")
    back: dict[str, list[int]] = defaultdict(list)
    refunds = tables["refunds"]
    for session, at in zip(refunds["session_id"].to_pylist(), refunds["created_at"].to_pylist(), strict=True):
        if session is not None:
            back[session].append(at)
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    names = ("session_id", "influencer_id", "started_at", "orders", "gmv", "show_type")
    for show in tables["sessions"].select(names).to_pylist():
        drawn = rng.random(2)
        if show["orders"] <= 0:
            continue
        if show["gmv"] is None:
            show["gmv"] = show["orders"] * PRICE_UNKNOWN
        returned = sorted(back[show["session_id"]])[: show["orders"]]
        if drawn[0] < DEALT:
            rows["deals"].append(_deal(rng, show, len(returned), end))
            if show["started_at"] > end - ORDER_DAYS * DAY * US:
                rows["orders"] += _orders(rng, show, returned, end)
        if show["show_type"] == "mixed" and drawn[1] < SLOTTED:
            rows["slots"] += _slots(rng, show)
    return {name: pa.Table.from_pylist(rows[name], schema=pa.schema(list(SCHEMAS[name].items()))) for name in SCHEMAS}


def _deal(rng: np.random.Generator, show: Row, returned: int, end: int) -> Row:
    kept = show["gmv"] * (1 - returned / show["orders"])
    promised = round(float(kept * np.exp(rng.normal(0.05, 0.35))), -1)
    fee = round(float(0.12 * show["gmv"] * np.exp(rng.normal(0.0, 0.4))), 2)
    clawback = ("none", "pro_rata", "full")[int(rng.choice(3, p=[0.4, 0.45, 0.15]))]
    due = int(rng.choice([7, 15, 30]))
    over = show["started_at"] + due * DAY * US < end
    failed = clawback != "none" and kept < 0.95 * promised
    owed = fee * (1 - min(kept / max(promised, 1.0), 1.0)) if clawback == "pro_rata" else fee
    return {
        "deal_id": f"d-{show['session_id']}",
        "influencer_id": show["influencer_id"],
        "agreed_at": show["started_at"] - int(rng.integers(3, 21)) * DAY * US,
        "fee": fee,
        "session_id": show["session_id"],
        "commission_rate": round(float(rng.uniform(0.05, 0.25)), 2),
        "promised_amount": promised,
        "promise_basis": "settled",
        "clawback": clawback,
        "due_days": due,
        "delivered_amount": round(kept, 2) if over else None,
        "fee_returned": round(owed, 2) if over and failed and rng.random() < 0.6 else None,
        "disputed": bool(over and failed and rng.random() < 0.3),
    }


def _slots(rng: np.random.Generator, show: Row) -> list[Row]:
    shares = rng.dirichlet(np.full(SLOTS_OF_SHOW + 1, 2.0))
    price = show["gmv"] / show["orders"]
    found = []
    for k in range(SLOTS_OF_SHOW):
        orders = int(rng.binomial(show["orders"], shares[k]))
        minutes = float(np.round(np.clip(180 * shares[k] * np.exp(rng.normal(0.0, 0.3)), 3.0, 90.0), 1))
        own = round(float(price * np.exp(rng.normal(0.0, 0.15))), 2)
        row = {"slot_id": f"p-{show['session_id']}-{k}", "session_id": show["session_id"], "minutes": minutes}
        found.append({**row, "price": own, "orders": orders, "amount": round(orders * own, 2)})
    return found


def _orders(rng: np.random.Generator, show: Row, returned: list[int], end: int) -> list[Row]:
    amount = round(show["gmv"] / show["orders"], 2)
    found = []
    for k in range(show["orders"]):
        paid = show["started_at"] + int(rng.integers(0, 3 * 3600)) * US
        shipped = paid + int(rng.integers(6, 48)) * 3600 * US
        undone = max(returned[k], shipped + 3600 * US) if k < len(returned) else None
        if undone is not None and undone >= end:
            undone = None
        settled = paid + 20 * DAY * US
        done = undone is None and settled < end
        status = "refunded" if undone is not None else "settled" if done else "shipped" if shipped < end else "paid"
        found.append(
            {
                "order_id": f"o-{show['session_id']}-{k}",
                "influencer_id": show["influencer_id"],
                "paid_at": paid,
                "amount": amount,
                "status": status,
                "session_id": show["session_id"],
                "quantity": 1,
                "shipped_at": shipped if shipped < end else None,
                "refunded_at": undone,
                "settled_at": settled if done else None,
            }
        )
    return found
