"""`make bench`: every row of BENCHMARKS.md, each beside its bare limit and what people write instead."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import time
from pathlib import Path

from tests.benchmarks.database import throwaway
from tests.benchmarks.timing import Result

ROWS = {"ingest": 1_000_000, "live": 3_000, "serving": 600}
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def main() -> None:
    """Run what was asked for, say it, and write it down where told."""
    asked = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    asked.add_argument("only", nargs="*", choices=[*ROWS, []], help="rows to run; all of them when none is named")
    asked.add_argument("--scale", type=float, default=1.0, help="share of each row's full size")
    asked.add_argument("--runs", type=int, default=3, help="rounds in which all pieces take their turn")
    asked.add_argument("--json", type=Path, help="write the figures here, too")
    asked.add_argument("--write", type=Path, help="put the table between the marks of this file")
    options = asked.parse_args()
    results = []
    for name in options.only or ROWS:
        began = time.monotonic()
        with throwaway():
            result = measure(name, scale=options.scale, runs=options.runs)
        print(in_words(result), f"  ({time.monotonic() - began:.0f} s)\n", sep="\n", flush=True)
        results.append(result)
    if options.json:
        options.json.write_text(json.dumps([result.document() for result in results], indent=1) + "\n")
    if options.write:
        write(results, options.write)


def measure(name: str, *, scale: float, runs: int) -> Result:
    """One row at a share of its full size."""
    module = importlib.import_module(f"tests.benchmarks.{name}")
    result: Result = module.run(size=max(100, int(ROWS[name] * scale)), runs=runs)
    return result


def in_words(result: Result) -> str:
    """One row as lines for a terminal."""
    lines = [f"{result.work}: {result.size}"]
    lines += [f"  {name}: {value}" for name, value in result.figures.items()]
    lines += [f"  = {ratio}" for ratio in result.ratios]
    lines += [f"  {note}" for note in result.notes]
    return "\n".join(lines)


def write(results: list[Result], into: Path) -> None:
    """Replace what stands between the marks."""
    text = into.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    head = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [f"Measured on {head}.", "", "| work | size | figures | ratios (least–most) |", "|---|---|---|---|"]
    for result in results:
        figures = "<br>".join([*(f"{name}: {value}" for name, value in result.figures.items()), *result.notes])
        ratios = "<br>".join(str(ratio) for ratio in result.ratios)
        lines.append(f"| {result.work} | {result.size} | {figures} | {ratios} |")
    into.write_text("\n".join([before + BEGIN, *lines, END + after]))


if __name__ == "__main__":
    main()
