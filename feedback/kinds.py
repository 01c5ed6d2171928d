"""The evidence kinds, their columns and bounds: the one schema that files, REST, the database and the docs share."""

from __future__ import annotations

from dataclasses import replace

from feedback.columns import COUNT_LIMIT, REVISION, Column, Kind, Type, count, ident, mark, moment, money, text
from feedback.taxonomy import CLASSES, CODES
from feedback.trade import DEALS, ORDERS, SLOTS

PSEUDONYMS = ("reviewer_id", "buyer_id")  # people: the same person is told, but not who
FAULTS = ("influencer", "merchant", "courier", "buyer", "unknown")
FAULT_OF_REASON = {
    "not_as_described": "influencer",
    "quality": "merchant",
    "not_delivered": "courier",
    "late": "courier",
    "wrong_item": "merchant",
    "no_reason": "buyer",
    "other": "unknown",
}
CLASS_OF_CODE = {code.code: code.violation_class for code in CODES.values()}

INFLUENCERS = Kind(
    "influencers",
    key="influencer_id",
    event_time=None,
    columns=(
        ident("influencer_id", required=True),
        text("name", required=True),
        text("category", required=True, length=64, about="an unknown one is created"),
        text("agency"),
        text("operator", about="who runs the room"),
        moment("joined_at"),
        text("qualification"),
        Column("qualification_expires", Type.DATE),
        text("skill_level", length=64),
        *REVISION,
    ),
)

ACCOUNTS = Kind(
    "accounts",
    key="account_id",
    event_time=None,
    columns=(
        ident("account_id", required=True),
        ident("influencer_id", required=True),
        text("platform", required=True, length=64),
        text("handle", required=True),
        count("followers"),
        *REVISION,
    ),
)

SESSIONS = Kind(
    "sessions",
    key="session_id",
    event_time="started_at",
    columns=(
        ident("session_id", required=True),
        ident("influencer_id", required=True),
        moment("started_at", required=True),
        count("orders", required=True),
        moment("ended_at"),
        text("platform", length=64),
        Column("show_type", Type.CHOICE, choices=("dedicated", "mixed")),
        count("viewers", about="unique people"),
        count("views", about="counts, not people"),
        count("peak_online"),
        Column("avg_online", Type.NUMBER, low=0, high=COUNT_LIMIT),
        Column("avg_watch_seconds", Type.NUMBER, low=0, high=COUNT_LIMIT),
        count("paid_viewers", about="came by advertising"),
        count("commenters", about="unique people; without it the session is not judged for inflation"),
        count("comments"),
        count("likes"),
        count("new_followers"),
        count("buyers"),
        money("gmv"),
        money("gmv_low", about="lower end, where the source gives a range"),
        money("gmv_high", about="upper end, where the source gives a range"),
        count("cancelled_orders"),
        count("refund_orders", about="serves where no refund rows exist for the session"),
        money("refund_amount"),
        moment("refunds_as_of"),
        count("questions"),
        count("answered"),
        money("ad_spend"),
        money("placement_fee"),
        Column("ai_host", Type.BOOLEAN),
        text("currency", length=8),
        *REVISION,
    ),
    ordered=(("started_at", "ended_at"), ("gmv_low", "gmv_high"), ("answered", "questions")),
)

REVIEWS = Kind(
    "reviews",
    key="review_id",
    event_time="created_at",
    columns=(
        ident("review_id", required=True),
        ident("influencer_id", required=True),
        ident("reviewer_id", required=True, about="stored as a keyed hash only"),
        moment("created_at", required=True),
        mark("professionalism", "how well the host knows and shows the goods"),
        mark("service", "how the host treats people"),
        mark("as_described", "whether what came is what was shown"),
        ident("session_id"),
        ident("order_id"),
        ident("product_id"),
        Column("verified", Type.BOOLEAN, default=False, about="the source knows of the purchase"),
        text("text", length=20_000, clean=False),
        text("language", length=16),
        *REVISION,
    ),
)

REFUNDS = Kind(
    "refunds",
    key="refund_id",
    event_time="created_at",
    columns=(
        ident("refund_id", required=True),
        ident("influencer_id", required=True),
        moment("created_at", required=True),
        Column("reason", Type.CHOICE, required=True, choices=tuple(FAULT_OF_REASON)),
        ident("session_id"),
        ident("order_id"),
        money("amount"),
        Column("fault", Type.CHOICE, choices=FAULTS, default_by=("reason", FAULT_OF_REASON)),
        Column("stage", Type.CHOICE, choices=("before_dispatch", "in_transit", "received")),
        Column("kind", Type.CHOICE, choices=("refund", "return", "exchange")),
        ident("product_id"),
        text("category", length=64),
        text("reason_text", length=20_000, clean=False),
        *REVISION,
    ),
)

COMPLAINTS = Kind(
    "complaints",
    key="complaint_id",
    event_time="created_at",
    columns=(
        ident("complaint_id", required=True),
        ident("influencer_id", required=True),
        moment("created_at", required=True),
        Column("severity", Type.CHOICE, required=True, choices=("minor", "moderate", "severe")),
        Column("status", Type.CHOICE, required=True, choices=("open", "upheld", "rejected", "withdrawn")),
        ident("session_id"),
        ident("order_id"),
        text("kind"),
        Column("fault", Type.CHOICE, choices=FAULTS, default="influencer"),
        Column("channel", Type.CHOICE, choices=("platform", "12315", "regulator")),
        moment("responded_at"),
        moment("resolved_at"),
        text("remedy"),
        moment("remedied_at"),
        text("text", length=20_000, clean=False),
        *REVISION,
    ),
    ordered=(("created_at", "responded_at"), ("created_at", "resolved_at"), ("created_at", "remedied_at")),
)

VIOLATIONS = Kind(
    "violations",
    key="violation_id",
    event_time="occurred_at",
    columns=(
        ident("violation_id", required=True),
        ident("influencer_id", required=True),
        moment("occurred_at", required=True),
        Column("code", Type.CHOICE, required=True, choices=tuple(CODES), about="a code of the taxonomy"),
        Column("status", Type.CHOICE, required=True, choices=("alleged", "confirmed", "overturned")),
        ident("session_id"),
        Column("class", Type.CHOICE, choices=CLASSES, default_by=("code", CLASS_OF_CODE)),
        Column("subject", Type.CHOICE, choices=("influencer", "operator", "agency", "merchant"), default="influencer"),
        text("reported_by"),
        text("authority"),
        text("document_no"),
        text("note", length=20_000, clean=False),
        *REVISION,
    ),
)

COVERED = ("sessions", "reviews", "refunds", "complaints", "violations", "deals", "slots", "orders")

COVERAGE = Kind(
    "coverage",
    key="coverage_id",
    event_time=None,
    columns=(
        ident("coverage_id", clean=False, about="made of kind, from and until"),
        Column("kind", Type.CHOICE, required=True, choices=COVERED),
        moment("from", about="empty means since ever"),
        moment("until", about="empty means still"),
        Column("complete", Type.BOOLEAN, required=True),
        *(replace(column, clean=False) for column in REVISION),
    ),
    ordered=(("from", "until"),),
    parts=("kind", "from", "until"),
)

# in the order in which they depend on each other
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        INFLUENCERS,
        ACCOUNTS,
        SESSIONS,
        REVIEWS,
        REFUNDS,
        COMPLAINTS,
        VIOLATIONS,
        DEALS,
        SLOTS,
        ORDERS,
        COVERAGE,
    )
}
RATED = tuple(kind for kind in KINDS.values() if kind.rated)
