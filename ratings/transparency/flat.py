"""The same figures as a table of two columns, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAMES = ("code", "topic", "version", "run")  # what tells the rows of a list apart


def as_csv(figures: Mapping[str, Any]) -> str:
    """One line a figure: its path and its value; empty where it is not known or too small to tell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(["figure", "value"])
    writer.writerows((path, "" if value is None else _harmless(value)) for path, value in _flat(figures, ""))
    return file.getvalue()


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, found in value.items():
            yield from _flat(found, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, found in enumerate(value):
            name = next((str(found[key]) for key in NAMES if key in found), str(number))
            yield from _flat(found, f"{path}.{number if path == 'publications' else name}")
    else:
        yield path, value


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula stays text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
