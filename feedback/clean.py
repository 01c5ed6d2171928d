"""What ratings read of a kind: columns, defaults, revision as of a day; SQL that both databases understand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta, timezone

from feedback.columns import Column, Kind, Type
from feedback.identity import quoted

POLICY_ZONE = timezone(timedelta(hours=8))  # Asia/Shanghai, which has no summer time any more


def start_of(day: date) -> datetime:
    """The moment before which evidence counts for a rating as of this day."""
    return datetime(day.year, day.month, day.day, tzinfo=POLICY_ZONE)


def microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def clean_columns(kind: Kind) -> list[Column]:
    return [column for column in kind.columns if column.clean]


def clean_name(kind: Kind, column: Column) -> str:
    """Coverage's times are named by their unit; everything else keeps its name."""
    return f"{column.name}_us" if kind.name == "coverage" and column.name in ("from", "until") else column.name


def clean_select(kind: Kind, value: Callable[[Column], str], only: Collection[str] | None = None) -> str:
    """The select list; `value` gives a column as the database at hand holds it, times as microseconds."""
    return ", ".join(
        f"{_with_default(kind, column, value)} AS {quoted(clean_name(kind, column))}"
        for column in clean_columns(kind)
        if only is None or clean_name(kind, column) in only
    )


def _with_default(kind: Kind, column: Column, value: Callable[[Column], str]) -> str:
    given = value(column)
    if column.type is Type.DATE:
        return f"CAST({given} - DATE '1970-01-01' AS INTEGER)"
    if column.name == "received_at" and kind.event_time:
        return f"coalesce({given}, {value(kind.by_name[kind.event_time])})"
    if isinstance(column.default, bool):
        return f"coalesce({given}, {str(column.default).lower()})"
    if column.default is not None:
        return f"coalesce({given}, '{column.default}')"
    if column.default_by:
        other, by = column.default_by
        cases = " ".join(f"WHEN '{key}' THEN '{default}'" for key, default in by.items())
        return f"coalesce({given}, CASE {value(kind.by_name[other])} {cases} END)"
    return given
