"""What could not be taken, where it stands, why, and what would mend it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

SHOWN = 2_000  # characters of a bad row that are kept
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Reject:
    """One row that was refused."""

    line: int
    column: str
    reason: str
    row: str


class Refused(Exception):
    """A whole file that can't be read as what it should be."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def without_formula(text: str) -> str:
    """Keep a spreadsheet from running what someone else wrote into a cell."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class RejectsFile:
    """A CSV that comes into being with its first row."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.count = 0
        self.first: list[tuple[str, Reject]] = []  # a few, to be shown at once
        self._file: IO[str] | None = None
        self._writer: Any = None

    def add(self, file: str, reject: Reject) -> None:
        self.count += 1
        if len(self.first) < 5:
            self.first.append((file, reject))
        if self.path is None:
            return
        if self._writer is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["file", "line", "column", "reason", "row"])
        cells = (file, reject.column, reject.reason, reject.row[:SHOWN])
        name, column, reason, row = (without_formula(cell.replace("\0", "\\0")) for cell in cells)
        self._writer.writerow([name, reject.line, column, reason, row])

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            self._file.close()
