"""What hosts and merchants agreed, slot by slot and order by order: for checks before payment, not for ratings."""

from __future__ import annotations

from feedback.columns import (
    COUNT_LIMIT,
    MONEY_LIMIT,
    REVISION,
    Column,
    Kind,
    Type,
    count,
    ident,
    moment,
    money,
    share,
    text,
)

BASES = ("paid", "shipped", "settled")
CLAWBACKS = ("none", "pro_rata", "full")
ORDER_STATES = ("paid", "shipped", "delivered", "settled", "cancelled", "refunded")

DEALS = Kind(
    "deals",
    key="deal_id",
    event_time="agreed_at",
    columns=(
        ident("deal_id", required=True),
        ident("influencer_id", required=True),
        moment("agreed_at", required=True),
        Column("fee", Type.NUMBER, required=True, low=0, high=MONEY_LIMIT, about="placement fee agreed"),
        ident("session_id"),
        share("commission_rate"),
        money("ad_budget"),
        money("promised_amount", about="sales promised for the fee"),
        Column("promise_basis", Type.CHOICE, choices=BASES, about="which sales were promised"),
        share("max_return_rate", about="share of shipped orders that may come back"),
        Column("clawback", Type.CHOICE, choices=CLAWBACKS, about="what of the fee goes back when the promise fails"),
        Column("due_days", Type.WHOLE, low=0, high=3650, about="days after the show on which the promise is judged"),
        money("delivered_amount", about="sales delivered, on the basis of the promise"),
        money("fee_returned"),
        Column("disputed", Type.BOOLEAN),
        *REVISION,
    ),
    rated=False,
)

SLOTS = Kind(
    "slots",
    key="slot_id",
    event_time=None,
    columns=(
        ident("slot_id", required=True),
        ident("session_id", required=True),
        ident("deal_id"),
        ident("merchant_id"),
        ident("product_id"),
        text("category", length=64),
        Column("minutes", Type.NUMBER, low=0, high=100_000, about="time on air"),
        money("price"),
        count("stock_claimed", about="what the host said there is"),
        count("stock"),
        count("clickers", about="unique people"),
        count("orders", about="paid ones"),
        money("amount", about="paid"),
        count("refund_orders"),
        count("cancelled_orders", about="before dispatch"),
        *REVISION,
    ),
    rated=False,
)

ORDERS = Kind(
    "orders",
    key="order_id",
    event_time="paid_at",
    columns=(
        ident("order_id", required=True),
        ident("influencer_id", required=True),
        moment("paid_at", required=True),
        Column("amount", Type.NUMBER, required=True, low=0, high=MONEY_LIMIT, about="paid"),
        Column("status", Type.CHOICE, required=True, choices=ORDER_STATES),
        ident("session_id"),
        ident("slot_id"),
        ident("product_id"),
        text("category", length=64),
        Column("quantity", Type.WHOLE, low=0, high=COUNT_LIMIT),
        ident("buyer_id", about="stored as a keyed hash only"),
        share("commission_rate"),
        moment("shipped_at"),
        moment("delivered_at"),
        moment("refunded_at"),
        moment("cancelled_at"),
        moment("settled_at"),
        *REVISION,
    ),
    ordered=(
        ("paid_at", "shipped_at"),
        ("paid_at", "refunded_at"),
        ("paid_at", "cancelled_at"),
        ("paid_at", "settled_at"),
        ("shipped_at", "delivered_at"),
    ),
    rated=False,
)
