"""`make bench`: every row of BENCHMARKS.md, each beside its bare limit and what people write instead."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from tests.benchmarks import table
from tests.benchmarks.database import throwaway
from tests.benchmarks.rows import ROWS
from tests.benchmarks.timing import Result


def main() -> None:
    """Run what was asked for, say it, and write it down where told."""
    asked = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    asked.add_argument("only", nargs="*", choices=[*ROWS, []], help="rows to run; the quicker ones when none is named")
    asked.add_argument("--scale", type=float, default=1.0, help="share of each row's full size")
    asked.add_argument("--runs", type=int, default=3, help="rounds in which all pieces take their turn")
    asked.add_argument("--json", type=Path, help="write the figures here, too")
    asked.add_argument("--write", type=Path, help="keep the figures and renew the table in this file")
    asked.add_argument("--table", action="store_true", help="with --write: run nothing, renew the table")
    options = asked.parse_args()
    names = [] if options.table else options.only or [name for name, row in ROWS.items() if not row.when_named]
    results = {}
    for name in names:
        began = time.monotonic()
        with throwaway():
            result = measure(name, scale=options.scale, runs=options.runs)
        print(in_words(name, result), f"  ({time.monotonic() - began:.0f} s)\n", sep="\n", flush=True)
        results[name] = result
        if options.write:
            table.keep(name, result, _command(name, options.scale))
    if options.json:
        found = {name: result.document() for name, result in results.items()}
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if options.write:
        table.write(options.write)


def measure(name: str, *, scale: float, runs: int) -> Result:
    """One row at a share of its full size."""
    module = importlib.import_module(f"tests.benchmarks.{name}")
    result: Result = module.run(size=max(100, int(ROWS[name].size * scale)), runs=runs)
    return result


def in_words(name: str, result: Result) -> str:
    """One row as lines for a terminal."""
    goals = {goal.measure: goal for goal in ROWS[name].goals}
    lines = [f"{ROWS[name].work}: {result.size}"]
    lines += [f"  {what}: {value}" for what, value in result.figures.items()]
    for found in result.measures:
        goal = goals.get(found.what)
        verdict = f"; goal {goal}, {'met' if goal.met(found) else 'MISSED'}" if goal else ""
        lines.append(f"  = {found.what}: {found}{verdict}")
    lines += [f"  {note}" for note in result.notes]
    return "\n".join(lines)


def _command(name: str, scale: float) -> str:
    return f'make bench ARGS="{name}{"" if scale == 1 else f" --scale {scale:g}"}"'


if __name__ == "__main__":
    sys.exit(main())
