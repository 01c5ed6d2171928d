"""Runs `manage.py ingest` as a person would and reads what it says."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command

from tests.examples.places import EXAMPLES

SUMMARY = re.compile(
    r"loaded (?P<loaded>\d+) \+ older (?P<older>\d+) \+ duplicate (?P<duplicate>\d+) "
    r"\+ skipped (?P<skipped>\d+) \+ rejected (?P<rejected>\d+) = (?P<rows>\d+) rows"
)


@dataclass(frozen=True)
class Said:
    """The figures of one file, the rejected rows as (line, column, reason), and the exit code."""

    counts: dict[str, int]
    rejected: list[tuple[int, str, str]]
    code: int


def ingest(example: str, kind: str, file: Path, rejects: Path) -> Said:
    """Load one file by the example's mapping for the kind."""
    mapping = EXAMPLES / example / f"{kind}.toml"
    out, code = StringIO(), 0
    rejects.unlink(missing_ok=True)
    try:
        call_command(
            "ingest", kind, str(file), mapping=mapping, rejects=rejects, stdout=out, stderr=StringIO()
        )  # fmt: skip
    except CommandError as error:
        code = error.returncode
    found = SUMMARY.search(out.getvalue())
    assert found is not None, out.getvalue()
    counts = {name: int(count) for name, count in found.groupdict().items()}
    assert counts["rows"] == sum(count for name, count in counts.items() if name != "rows")
    return Said({name: count for name, count in counts.items() if count}, _rejected(rejects), code)


def _rejected(path: Path) -> list[tuple[int, str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(file)]
