"""The evidence kinds, their columns and bounds: the one schema that files, REST, the database and the docs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from feedback.taxonomy import CLASSES, CODES

COUNT_LIMIT = 1e12  # more of anything than there is: a slip of the unit, and it would overflow later sums
MONEY_LIMIT = 1e15
ID_LENGTH = 128


class Type(StrEnum):
    """What a column holds, and so how its text is read."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    WHOLE = "whole number"
    NUMBER = "number"
    BOOLEAN = "true or false"
    TIME = "time with offset"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One canonical column. `clean` says whether it goes into the evidence that ratings read."""

    name: str
    type: Type
    required: bool = False
    low: float | None = None
    high: float | None = None
    length: int = 200
    choices: tuple[str, ...] = ()
    default: str | bool | None = None
    default_by: tuple[str, Mapping[str, str]] | None = None  # (other column, its value → default)
    clean: bool = True
    about: str = ""


@dataclass(frozen=True)
class Kind:
    """One file of evidence: which column identifies a row, which says when it happened."""

    name: str
    key: str
    event_time: str | None
    columns: tuple[Column, ...]
    ordered: tuple[tuple[str, str], ...] = ()  # pairs (a, b): where both are known, a ≤ b
    parts: tuple[str, ...] = ()  # where the source gives no id: the columns that make one
    rated: bool = True  # ratings read it; what they do not is for pre-payment checks alone
    by_name: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType({column.name: column for column in self.columns}))

    @property
    def in_order(self) -> tuple[tuple[str, str], ...]:
        """`ordered`, and nothing is received before it happened."""
        return (*self.ordered, (self.event_time, "received_at")) if self.event_time else self.ordered

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def content(self) -> tuple[Column, ...]:
        """What a row says; which row it is, which revision, and when it was received are not part of that."""
        return tuple(c for c in self.columns if c.name not in (self.key, "updated_at", "received_at"))

    @property
    def refers_to_influencer(self) -> bool:
        return self.key != "influencer_id" and "influencer_id" in self.by_name


def _id(name: str, required: bool = False, **more: object) -> Column:
    return Column(name, Type.ID, required, length=ID_LENGTH, **more)  # type: ignore[arg-type]


def _text(name: str, required: bool = False, *, length: int = 200, clean: bool = True, about: str = "") -> Column:
    return Column(name, Type.TEXT, required, length=length, clean=clean, about=about)


def _count(name: str, required: bool = False, about: str = "") -> Column:
    return Column(name, Type.WHOLE, required, low=0, high=COUNT_LIMIT, about=about)


def _money(name: str, about: str = "") -> Column:
    return Column(name, Type.NUMBER, low=0, high=MONEY_LIMIT, about=about)


def _share(name: str, about: str = "") -> Column:
    return Column(name, Type.NUMBER, low=0, high=1, about=about or "0 to 1")


def _time(name: str, required: bool = False, about: str = "") -> Column:
    return Column(name, Type.TIME, required, about=about)


def _mark(name: str, about: str) -> Column:
    return Column(name, Type.WHOLE, required=True, low=1, high=5, about=about)


REVISION = (
    _time("updated_at", about="a later one is a new revision of the same row"),
    _time("received_at", about="empty means the event time"),
)

PSEUDONYMS = ("reviewer_id", "buyer_id")  # people: the same person is told, but not who
BASES = ("paid", "shipped", "settled")
CLAWBACKS = ("none", "pro_rata", "full")
ORDER_STATES = ("paid", "shipped", "delivered", "settled", "cancelled", "refunded")

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
        _id("influencer_id", required=True),
        _text("name", required=True),
        _text("category", required=True, length=64, about="an unknown one is created"),
        _text("agency"),
        _text("operator", about="who runs the room"),
        _time("joined_at"),
        _text("qualification"),
        Column("qualification_expires", Type.DATE),
        _text("skill_level", length=64),
        *REVISION,
    ),
)

ACCOUNTS = Kind(
    "accounts",
    key="account_id",
    event_time=None,
    columns=(
        _id("account_id", required=True),
        _id("influencer_id", required=True),
        _text("platform", required=True, length=64),
        _text("handle", required=True),
        _count("followers"),
        *REVISION,
    ),
)

SESSIONS = Kind(
    "sessions",
    key="session_id",
    event_time="started_at",
    columns=(
        _id("session_id", required=True),
        _id("influencer_id", required=True),
        _time("started_at", required=True),
        _count("orders", required=True),
        _time("ended_at"),
        _text("platform", length=64),
        Column("show_type", Type.CHOICE, choices=("dedicated", "mixed")),
        _count("viewers", about="unique people"),
        _count("views", about="counts, not people"),
        _count("peak_online"),
        Column("avg_online", Type.NUMBER, low=0, high=COUNT_LIMIT),
        Column("avg_watch_seconds", Type.NUMBER, low=0, high=COUNT_LIMIT),
        _count("paid_viewers", about="came by advertising"),
        _count("commenters", about="unique people; without it the session is not judged for inflation"),
        _count("comments"),
        _count("likes"),
        _count("new_followers"),
        _count("buyers"),
        _money("gmv"),
        _money("gmv_low", about="lower end, where the source gives a range"),
        _money("gmv_high", about="upper end, where the source gives a range"),
        _count("cancelled_orders"),
        _count("refund_orders", about="serves where no refund rows exist for the session"),
        _money("refund_amount"),
        _time("refunds_as_of"),
        _count("questions"),
        _count("answered"),
        _money("ad_spend"),
        _money("placement_fee"),
        Column("ai_host", Type.BOOLEAN),
        _text("currency", length=8),
        *REVISION,
    ),
    ordered=(("started_at", "ended_at"), ("gmv_low", "gmv_high"), ("answered", "questions")),
)

REVIEWS = Kind(
    "reviews",
    key="review_id",
    event_time="created_at",
    columns=(
        _id("review_id", required=True),
        _id("influencer_id", required=True),
        _id("reviewer_id", required=True, about="stored as a keyed hash only"),
        _time("created_at", required=True),
        _mark("professionalism", "how well the host knows and shows the goods"),
        _mark("service", "how the host treats people"),
        _mark("as_described", "whether what came is what was shown"),
        _id("session_id"),
        _id("order_id"),
        _id("product_id"),
        Column("verified", Type.BOOLEAN, default=False, about="the source knows of the purchase"),
        _text("text", length=20_000, clean=False),
        _text("language", length=16),
        *REVISION,
    ),
)

REFUNDS = Kind(
    "refunds",
    key="refund_id",
    event_time="created_at",
    columns=(
        _id("refund_id", required=True),
        _id("influencer_id", required=True),
        _time("created_at", required=True),
        Column("reason", Type.CHOICE, required=True, choices=tuple(FAULT_OF_REASON)),
        _id("session_id"),
        _id("order_id"),
        _money("amount"),
        Column("fault", Type.CHOICE, choices=FAULTS, default_by=("reason", FAULT_OF_REASON)),
        Column("stage", Type.CHOICE, choices=("before_dispatch", "in_transit", "received")),
        Column("kind", Type.CHOICE, choices=("refund", "return", "exchange")),
        _id("product_id"),
        _text("category", length=64),
        _text("reason_text", length=20_000, clean=False),
        *REVISION,
    ),
)

COMPLAINTS = Kind(
    "complaints",
    key="complaint_id",
    event_time="created_at",
    columns=(
        _id("complaint_id", required=True),
        _id("influencer_id", required=True),
        _time("created_at", required=True),
        Column("severity", Type.CHOICE, required=True, choices=("minor", "moderate", "severe")),
        Column("status", Type.CHOICE, required=True, choices=("open", "upheld", "rejected", "withdrawn")),
        _id("session_id"),
        _id("order_id"),
        _text("kind"),
        Column("fault", Type.CHOICE, choices=FAULTS, default="influencer"),
        Column("channel", Type.CHOICE, choices=("platform", "12315", "regulator")),
        _time("responded_at"),
        _time("resolved_at"),
        _text("remedy"),
        _time("remedied_at"),
        _text("text", length=20_000, clean=False),
        *REVISION,
    ),
    ordered=(("created_at", "responded_at"), ("created_at", "resolved_at"), ("created_at", "remedied_at")),
)

VIOLATIONS = Kind(
    "violations",
    key="violation_id",
    event_time="occurred_at",
    columns=(
        _id("violation_id", required=True),
        _id("influencer_id", required=True),
        _time("occurred_at", required=True),
        Column("code", Type.CHOICE, required=True, choices=tuple(CODES), about="a code of the taxonomy"),
        Column("status", Type.CHOICE, required=True, choices=("alleged", "confirmed", "overturned")),
        _id("session_id"),
        Column("class", Type.CHOICE, choices=CLASSES, default_by=("code", CLASS_OF_CODE)),
        Column("subject", Type.CHOICE, choices=("influencer", "operator", "agency", "merchant"), default="influencer"),
        _text("reported_by"),
        _text("authority"),
        _text("document_no"),
        _text("note", length=20_000, clean=False),
        *REVISION,
    ),
)

DEALS = Kind(
    "deals",
    key="deal_id",
    event_time="agreed_at",
    columns=(
        _id("deal_id", required=True),
        _id("influencer_id", required=True),
        _time("agreed_at", required=True),
        Column("fee", Type.NUMBER, required=True, low=0, high=MONEY_LIMIT, about="placement fee agreed"),
        _id("session_id"),
        _share("commission_rate"),
        _money("ad_budget"),
        _money("promised_amount", about="sales promised for the fee"),
        Column("promise_basis", Type.CHOICE, choices=BASES, about="which sales were promised"),
        _share("max_return_rate", about="share of shipped orders that may come back"),
        Column("clawback", Type.CHOICE, choices=CLAWBACKS, about="what of the fee goes back when the promise fails"),
        Column("due_days", Type.WHOLE, low=0, high=3650, about="days after the show on which the promise is judged"),
        _money("delivered_amount", about="sales delivered, on the basis of the promise"),
        _money("fee_returned"),
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
        _id("slot_id", required=True),
        _id("session_id", required=True),
        _id("deal_id"),
        _id("merchant_id"),
        _id("product_id"),
        _text("category", length=64),
        Column("minutes", Type.NUMBER, low=0, high=100_000, about="time on air"),
        _money("price"),
        _count("stock_claimed", about="what the host said there is"),
        _count("stock"),
        _count("clickers", about="unique people"),
        _count("orders", about="paid ones"),
        _money("amount", about="paid"),
        _count("refund_orders"),
        _count("cancelled_orders", about="before dispatch"),
        *REVISION,
    ),
    rated=False,
)

ORDERS = Kind(
    "orders",
    key="order_id",
    event_time="paid_at",
    columns=(
        _id("order_id", required=True),
        _id("influencer_id", required=True),
        _time("paid_at", required=True),
        Column("amount", Type.NUMBER, required=True, low=0, high=MONEY_LIMIT, about="paid"),
        Column("status", Type.CHOICE, required=True, choices=ORDER_STATES),
        _id("session_id"),
        _id("slot_id"),
        _id("product_id"),
        _text("category", length=64),
        Column("quantity", Type.WHOLE, low=0, high=COUNT_LIMIT),
        _id("buyer_id", about="stored as a keyed hash only"),
        _share("commission_rate"),
        _time("shipped_at"),
        _time("delivered_at"),
        _time("refunded_at"),
        _time("cancelled_at"),
        _time("settled_at"),
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

COVERED = ("sessions", "reviews", "refunds", "complaints", "violations", "deals", "slots", "orders")

COVERAGE = Kind(
    "coverage",
    key="coverage_id",
    event_time=None,
    columns=(
        _id("coverage_id", clean=False, about="made of kind, from and until"),
        Column("kind", Type.CHOICE, required=True, choices=COVERED),
        _time("from", about="empty means since ever"),
        _time("until", about="empty means still"),
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
