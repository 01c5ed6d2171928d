"""A few lines of JSON whose every value is beyond doubt, read without the readers of files.

Strictly fewer bodies than the readers take, each value just as they would read it: whatever is in doubt here goes
their way, so nothing is ever refused here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from feedback.columns import Column, Kind, Type

MOST_ROWS = 50
MOST_BYTES = 64 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(
    r"(?:199[1-9]|20[0-8]\d|209[0-8])-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)",
    re.ASCII,
)
BOM = b"\xef\xbb\xbf"
STARTS_OF_FORMULAS = ("=", "+", "-", "@")

Values = dict[str, Any]


class InDoubt(Exception):
    """Something for the readers of files to judge."""


def plain_rows(*, kind: Kind, content: bytes, source: str, reserved: str) -> list[tuple[int, Values]] | None:
    """Read lines of JSON: each row with the line it stands on, times as microseconds; nothing when one is in doubt."""
    if len(content) > MOST_BYTES or content.startswith(BOM) or b"\\u0000" in content:
        return None
    prefix = f"{source}:" if source else ""
    rows: list[tuple[int, Values]] = []
    try:
        for line, text in enumerate(content.split(b"\n"), 1):
            if text and text != b"\r":
                rows.append((line, _values(kind, _object(text), prefix)))
            if len(rows) > MOST_ROWS:
                return None
    except (InDoubt, ValueError, RecursionError):
        return None
    ids = [values[kind.key] for _, values in rows]
    in_doubt = len(set(ids)) < len(ids) or (reserved and any(one.startswith(reserved) for one in ids))
    return None if in_doubt else rows or None


def _object(text: bytes) -> Values:
    found = json.loads(
        text.decode(),
        object_pairs_hook=_pairs,
        parse_constant=_refuse,
        parse_float=_finite,
        parse_int=_short,
    )
    if not isinstance(found, dict) or any(isinstance(value, dict | list) for value in found.values()):
        raise InDoubt
    json.dumps(found, ensure_ascii=False).encode()  # half a character is an error
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> Values:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InDoubt
    return found


def _refuse(text: str) -> float:
    raise InDoubt


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found) or text.startswith("-"):
        raise InDoubt
    return found


def _short(text: str) -> int:
    if len(text) > 18 or text.startswith("-"):
        raise InDoubt
    return int(text)


def _values(kind: Kind, found: Values, prefix: str) -> Values:
    values: Values = {}
    for column in kind.columns:
        given = None if column.name == "received_at" else found.get(column.name)
        if given is None or given == "":
            if column.required:
                raise InDoubt
            values[column.name] = None
        else:
            values[column.name] = READ[column.type](column, given, prefix)
    for low, high in kind.ordered:
        if values[low] is not None and values[high] is not None and values[low] > values[high]:
            raise InDoubt
    return values


def _identifier(column: Column, given: Any, prefix: str) -> str:
    good = isinstance(given, str) and given.isprintable() and given == given.strip(" ")
    if not good or given.startswith(STARTS_OF_FORMULAS) or len(prefix) + len(given) > column.length:
        raise InDoubt
    return prefix + str(given)


def _text(column: Column, given: Any, _prefix: str) -> str:
    if not isinstance(given, str) or len(given) > column.length or "\0" in given:
        raise InDoubt
    if not all(edge.isprintable() and edge != " " for edge in (given[0], given[-1])):
        raise InDoubt
    return given


def _choice(column: Column, given: Any, _prefix: str) -> str:
    if not isinstance(given, str) or given not in column.choices:
        raise InDoubt
    return given


def _whole(column: Column, given: Any, _prefix: str) -> int:
    if type(given) is not int or not _within(column, given):
        raise InDoubt
    return given


def _number(column: Column, given: Any, _prefix: str) -> float:
    if type(given) not in (int, float) or not _within(column, given):
        raise InDoubt
    return float(given)


def _within(column: Column, given: float) -> bool:
    assert column.low is not None
    assert column.high is not None
    return column.low <= given <= column.high


def _boolean(_column: Column, given: Any, _prefix: str) -> bool:
    if not isinstance(given, bool):
        raise InDoubt
    return given


def _moment(_column: Column, given: Any, _prefix: str) -> int:
    if not isinstance(given, str) or not MOMENT.fullmatch(given):
        raise InDoubt
    return (datetime.fromisoformat(given) - EPOCH) // timedelta(microseconds=1)


def _date(_column: Column, _given: Any, _prefix: str) -> Any:
    raise InDoubt


READ: Mapping[Type, Callable[[Column, Any, str], Any]] = {
    Type.ID: _identifier,
    Type.TEXT: _text,
    Type.CHOICE: _choice,
    Type.WHOLE: _whole,
    Type.NUMBER: _number,
    Type.BOOLEAN: _boolean,
    Type.TIME: _moment,
    Type.DATE: _date,
}
