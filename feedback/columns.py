"""What a kind of evidence is made of: columns, their types and bounds, and short ways to say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

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


def ident(name: str, required: bool = False, **more: object) -> Column:
    """An opaque id of the source."""
    return Column(name, Type.ID, required, length=ID_LENGTH, **more)  # type: ignore[arg-type]


def text(name: str, required: bool = False, *, length: int = 200, clean: bool = True, about: str = "") -> Column:
    """Text of at most `length` characters."""
    return Column(name, Type.TEXT, required, length=length, clean=clean, about=about)


def count(name: str, required: bool = False, about: str = "") -> Column:
    """How many, never below zero."""
    return Column(name, Type.WHOLE, required, low=0, high=COUNT_LIMIT, about=about)


def money(name: str, about: str = "") -> Column:
    """An amount, never below zero."""
    return Column(name, Type.NUMBER, low=0, high=MONEY_LIMIT, about=about)


def share(name: str, about: str = "") -> Column:
    """A share of one."""
    return Column(name, Type.NUMBER, low=0, high=1, about=about or "0 to 1")


def moment(name: str, required: bool = False, about: str = "") -> Column:
    """A time with offset."""
    return Column(name, Type.TIME, required, about=about)


def mark(name: str, about: str) -> Column:
    """A buyer's mark, 1 to 5."""
    return Column(name, Type.WHOLE, required=True, low=1, high=5, about=about)


REVISION = (
    moment("updated_at", about="a later one is a new revision of the same row"),
    moment("received_at", about="empty means the event time"),
)
