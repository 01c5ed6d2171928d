"""A few rows at once, each with its verdict: the way REST and the service's own forms take to `intake`.

The rows go through the same readers, types and rules as files do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from feedback import intake, single
from feedback.columns import Column, Kind, Type
from feedback.ingest.expressions import FORMULA
from feedback.ingest.mapping import canonical
from feedback.ingest.readers import reader_of
from feedback.ingest.streams import Stream
from feedback.ingest.typed import Typed, Typer, typed_schema
from feedback.models import Coverage
from feedback.plain import plain_rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    OLDER = "older"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


STATUS_OF = {"loaded": Status.ACCEPTED, "older": Status.OLDER, "duplicate": Status.DUPLICATE}


@dataclass(frozen=True)
class Verdict:
    """What became of the row that begins on a line of what was sent, and if it was refused, why."""

    line: int
    status: Status
    column: str = ""
    reason: str = ""
    source_id: str = ""


class TooManyRowsError(ValueError):
    """More rows than may come at once."""


class RowRefusedError(ValueError):
    """A row of our own that evidence does not take."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"{verdict.column}: {verdict.reason}")
        self.verdict = verdict


def take_in_lines(
    *, kind: Kind, content: bytes, at: datetime, source: str = "", reserved: str = ""
) -> list[Verdict] | None:
    """Take in a few lines of JSON that are new or known beyond doubt, as `take_in` would; None when one is neither."""
    rows = plain_rows(kind=kind, content=content, source=source, reserved=reserved) if single.takes(kind) else None
    if rows is None:
        return None
    received = _microseconds(at)
    with transaction.atomic():
        found = single.stored_as_new(kind=kind, rows=[{**row, "received_at": received} for _, row in rows])
        if len(found.new) + len(found.same) < len(rows):  # its lock is let go of, too
            transaction.set_rollback(True)
            return None
    status = {**dict.fromkeys(found.new, Status.ACCEPTED), **dict.fromkeys(found.same, Status.DUPLICATE)}
    return [Verdict(line, status[row[kind.key]], source_id=row[kind.key]) for line, row in rows]


def take_in(
    *, kind: Kind, file: Path, at: datetime, source: str = "", most: int | None = None, reserved: str = ""
) -> list[Verdict]:
    """Take in a CSV or JSON Lines file row by row, as received now. Verdicts in the order of lines.

    Ids that begin with `reserved` are refused.

    Raises
    ------
    feedback.ingest.rejects.Refused
        when the whole of it cannot be read.
    TooManyRowsError
        when it holds more than `most` rows; none is taken.
    """
    verdicts: list[Verdict] = []
    tables: list[pa.Table] = []
    ids: dict[int, str] = {}
    rows = 0
    for typed in _typed(kind, file, source):
        rows += typed.table.num_rows + len(typed.rejects)
        if most is not None and rows > most:
            raise TooManyRowsError
        verdicts += [Verdict(bad.line, Status.REJECTED, bad.column, bad.reason) for bad in typed.rejects]
        table = typed.table
        ids |= zip(table["line"].to_pylist(), table[kind.key].to_pylist(), strict=True)
        if reserved:
            taken = pc.starts_with(table[kind.key], reserved)
            verdicts += [
                Verdict(line, Status.REJECTED, kind.key, f'ids beginning with "{reserved}" are this service\'s own')
                for line in table.filter(taken)["line"].to_pylist()
            ]
            table = table.filter(pc.invert(taken))
        tables.append(_received(table, at))

    def refuse(number: int, line: int, column: str, reason: str) -> None:
        verdicts.append(Verdict(line, Status.REJECTED, column, reason))

    counts = intake.record(kind=kind, batches=[(0, _singly(table)) for table in tables], refuse=refuse)
    verdicts += [
        Verdict(line, STATUS_OF[word]) for line, found in counts.items() for word in found if word in STATUS_OF
    ]
    named = [replace(verdict, source_id=ids.get(verdict.line) or "") for verdict in verdicts]
    return sorted(named, key=lambda verdict: verdict.line)


def _typed(kind: Kind, file: Path, source: str) -> Iterator[Typed]:
    mapping = canonical(kind)
    typer = Typer(mapping, source or None)
    try:
        for chunk in reader_of(file)(Stream(file), mapping.wanted):
            chunk.columns.pop("received_at", None)  # when it was received is ours to say
            yield typer.type(chunk)
    finally:
        typer.close()


def assume_covered_from_now(*, kind: Kind, at: datetime) -> None:
    """Take a kind for complete from the first time it comes by REST; later times change nothing."""
    if not Coverage.objects.filter(source_id=kind.name).exists():
        intake.assume_covered(kind=kind, since=at)


def record_own(*, kind: Kind, row: Mapping[str, Any], at: datetime) -> None:
    """Take in one row that the service itself wrote, of values typed already; it must not be refused."""
    values = {column.name: _typed_value(column, row.get(column.name)) for column in kind.columns}
    values["received_at"] = _microseconds(at)
    if single.takes(kind):
        found = single.stored_as_new(kind=kind, rows=[values])
        if found.new:
            if not found.covered:
                intake.assume_covered(kind=kind, since=at)
            return
    schema = typed_schema(kind).insert(0, pa.field("file", pa.int32()))
    one = {"file": 0, "line": 1, **values}
    table = pa.table([_single(one[field.name], field.type) for field in schema], schema=schema)
    refused: list[Verdict] = []

    def refuse(number: int, line: int, column: str, reason: str) -> None:
        refused.append(Verdict(line, Status.REJECTED, column, reason))

    counts = intake.record(kind=kind, batches=[(0, table)], refuse=refuse)
    if counts.get(0, Counter())["loaded"] != 1:
        raise RowRefusedError(refused[0] if refused else Verdict(1, Status.DUPLICATE))
    assume_covered_from_now(kind=kind, at=at)


def _typed_value(column: Column, value: Any) -> Any:
    """What the readers do to a text, done to a value: the bounds of numbers the database holds itself."""
    if value is None:
        return column.default if column.type is Type.BOOLEAN else None
    if column.type is Type.TIME:
        return _microseconds(value)
    bad = isinstance(value, str) and (
        len(value) > column.length
        or "\0" in value
        or (column.type is Type.ID and (not value.isprintable() or bool(re.match(FORMULA, value))))
        or (column.type is Type.CHOICE and value not in column.choices)
    )
    if bad:
        raise RowRefusedError(Verdict(1, Status.REJECTED, column.name, "is not acceptable here"))
    return value


def _single(value: Any, of: pa.DataType) -> pa.Array:
    """An array of one. From buffers: `pa.array` would load pandas, seconds for a web worker's first review."""
    if value is None:
        return pa.nulls(1, of)
    letters = str(value).encode()
    ends = np.array([0, len(letters)], np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(letters)).cast(of)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _received(table: pa.Table, at: datetime) -> pa.Table:
    moment = pa.scalar(_microseconds(at), pa.int64())
    column = table.schema.get_field_index("received_at")
    return table.set_column(column, "received_at", pa.repeat(moment, table.num_rows))


def _singly(table: pa.Table) -> pa.Table:
    """Take each row for a file of its own, named by its line, so that `intake` counts row by row."""
    return table.add_column(0, "file", table["line"].cast(pa.int32()))
