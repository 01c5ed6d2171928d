"""How a kind's canonical columns lie in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from feedback.columns import Kind, Type
from feedback.identity import quoted

MODELS = {
    "influencers": "influencers.Influencer",
    "accounts": "influencers.Account",
    "sessions": "feedback.Session",
    "reviews": "feedback.Review",
    "refunds": "feedback.Refund",
    "complaints": "feedback.Complaint",
    "violations": "feedback.Violation",
    "deals": "feedback.Deal",
    "slots": "feedback.Slot",
    "orders": "feedback.Order",
    "coverage": "feedback.Coverage",
}
LOCAL_DAY = "(({} + 28800000000) / 86400000000)::int + DATE '1970-01-01'"  # the policy's time zone is UTC+8


@dataclass(frozen=True)
class Stored:
    """`pairs`: a stored column, and what makes it of a staged row `s`, joined as `using` and `on` say."""

    kind: Kind
    table: str
    using: tuple[str, ...]
    on: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> str:
        return ", ".join(quoted(name) for name, _ in self.pairs)

    @property
    def content(self) -> tuple[tuple[str, str], ...]:
        return tuple(pair for pair in self.pairs if pair[0] not in ("source_id", "updated_at", "received_at"))

    def joined(self, *more: str) -> str:
        return ", ".join((*more, *self.using))

    def where(self, *more: str) -> str:
        return " AND ".join((*more, *self.on)) or "true"

    def differs(self, alias: str) -> str:
        old = ", ".join(f"{alias}.{quoted(name)}" for name, _ in self.content)
        new = ", ".join(expression for _, expression in self.content)
        return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def table_of(kind: Kind) -> str:
    return quoted(apps.get_model(MODELS[kind.name])._meta.db_table)


def moment(microseconds: str) -> str:
    return f"to_timestamp({microseconds} / 1e6::double precision)"  # exact to the microsecond until 2106


def stored(kind: Kind) -> Stored:
    using, on, pairs = [], [], []
    if kind.refers_to_influencer:
        using.append("influencers_influencer i")
        on.append("i.source_id = s.influencer_id")
    if kind.name == "influencers":
        using.append("influencers_category c")
        on.append("c.code = s.category")
    for column in kind.columns:
        staged = f"s.{quoted(column.name)}"
        if column.name == kind.key:
            pairs.append(("source_id", staged))
        elif column.name == "influencer_id":
            pairs.append(("influencer_id", "i.id"))
        elif column.name == "category" and kind.name == "influencers":
            pairs.append(("category_id", "c.id"))
        else:
            pairs.append((column.name, moment(staged) if column.type is Type.TIME else staged))
    return Stored(kind, table_of(kind), tuple(using), tuple(on), tuple(pairs))
