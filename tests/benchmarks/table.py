"""The table of BENCHMARKS.md: every goal beside what was last measured, from one file of results for each row."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.rows import ROWS, Goal, Row
from tests.benchmarks.timing import Result

RESULTS = Path(__file__).parent / "results"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEAD = """| what | goal | measured (least–most) | | by |
|---|---|---|---|---|"""


def keep(name: str, result: Result, command: str) -> None:
    """Remember a row's figures, and how and where they came about."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    made = {"on": str(datetime.datetime.now(tz=datetime.UTC).date()), "machine": machine, "command": command}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({**made, **result.document()}, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def write(into: Path) -> None:
    """Replace what stands between the marks; rows that were not run stay as they were last measured."""
    before, _, rest = into.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    into.write_text("\n".join([before + BEGIN, *_lines(), END + after]))


def _lines() -> Iterator[str]:
    kept = {name: _kept(name) for name in ROWS}
    yield HEAD
    for name, row in ROWS.items():
        yield from _goals(row, kept[name])
    for name, row in ROWS.items():
        if found := kept[name]:
            yield from _details(row, found)


def _kept(name: str) -> dict[str, Any] | None:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def _goals(row: Row, found: dict[str, Any] | None) -> Iterator[str]:
    size = f" ({found['size']})" if found else ""
    yield f"| **{row.work}**{size} | | | | {f'`{_command(found)}`' if found else ''} |"
    measured = {measure.what: measure for measure in Result.from_document(found).measures} if found else {}
    for goal in row.goals:
        yield _goal(goal, measured)
    for what, measure in measured.items():
        if what not in {goal.measure for goal in row.goals}:
            yield f"| {what} | shown | {measure} | | |"


def _goal(goal: Goal, measured: dict[str, Any]) -> str:
    if goal.measure not in measured:
        return f"| {goal.measure} | {goal} | not measured yet | | |"
    found = measured[goal.measure]
    return f"| {goal.measure} | {goal} | {found} | {'met' if goal.met(found) else '**missed**'} | |"


def _details(row: Row, found: dict[str, Any]) -> Iterator[str]:
    yield f"\n**{row.name}** ({found['size']}; {found['machine']}; {found['on']})\n"
    yield from (f"- {name}: {value}" for name, value in found["figures"].items())
    yield from (f"- {note}" for note in found["notes"])


def _command(found: dict[str, Any]) -> str:
    return str(found["command"])
