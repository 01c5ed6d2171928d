"""From files to scores, beside what adding the same reviews up costs: in databases, in pandas and by the ORM.

`python -m tests.benchmarks.rating --influencers 1000000 --reviews 10000000` runs `score_files` alone at any shape.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

from tests.benchmarks.database import execute
from tests.benchmarks.score_files_memory import ROOT, UNTIL, write_files
from tests.benchmarks.timing import Measure, Result, measure, rate, ratio, rounds, seconds

FEW = 50_000  # rows that the loop over objects is timed on: its rate does not depend on how many there are
SMALLER = 4  # growth is measured between a share of the size and all of it
KINDS = ("influencers", "sessions", "reviews", "refunds")
MARKS = ("professionalism", "service", "as_described")
SUMS = ", ".join(f"sum({mark}) AS {mark}" for mark in MARKS)
PANDAS = """
import sys, time
import pandas as pd
began = time.perf_counter()
path = sys.argv[1]
frame = pd.read_csv(path) if path.endswith(".csv") else pd.read_parquet(path)
frame.groupby("influencer_id")[["professionalism", "service", "as_described"]].mean()
print(time.perf_counter() - began)
"""


def run(*, size: int, runs: int = 3) -> Result:
    """Rates in reviews a second, of `size` reviews of a hundredth as many influencers."""
    with tempfile.TemporaryDirectory(prefix="clearhost-rating-") as room:
        folder = Path(room)
        folder.chmod(0o755)
        whole, quarter = (_files(folder / str(n), n) for n in (size, max(size // SMALLER, 100)))
        _into_database(whole["csv"] / "reviews.csv")
        peaks: dict[str, list[float]] = defaultdict(list)

        def scored(files: Path, rows: int) -> float:
            took, peak = score(files)
            peaks[files.name if rows == size else "quarter"].append(peak)
            return rows / took

        def pandas(files: Path) -> float:
            command = [sys.executable, "-c", PANDAS, str(next(files.glob("reviews.*")))]
            said, peak = _run(command)
            peaks["pandas"].append(peak)
            return size / float(said)

        pieces = {
            "PostgreSQL GROUP BY": lambda: size / seconds(_group_by),
            "DuckDB over Parquet": lambda: size / seconds(lambda: _duck(whole["parquet"] / "reviews.parquet")),
            "pandas means of the same CSV": lambda: pandas(whole["csv"]),
            "pandas means of the same Parquet": lambda: pandas(whole["parquet"]),
            "ORM loop": lambda: min(FEW, size) / seconds(_orm_loop),
            "score_files, CSV": lambda: scored(whole["csv"], size),
            "score_files, Parquet": lambda: scored(whole["parquet"], size),
            "score_files, CSV of a quarter": lambda: scored(quarter["csv"], size // SMALLER),
        }
        said = rounds(pieces, runs=runs)
        execute("DROP TABLE plain_review")
    result = Result(f"{size:,} reviews, {size // 100:,} influencers, CSV (Parquet beside it)")
    result.figures = {name: rate(values, "reviews") for name, values in said.items()}
    result.figures["peak memory of pandas"] = f"{max(peaks['pandas']):,.0f} MB"
    slower = zip(said["score_files, CSV of a quarter"], said["score_files, CSV"], strict=True)
    exponents = [1 + math.log(small / large) / math.log(SMALLER) for small, large in slower]
    result.measures = [
        _slower(said, "score_files, CSV", "pandas means of the same CSV", "time ÷ pandas means of the same CSV"),
        _slower(
            said, "score_files, Parquet", "pandas means of the same Parquet", "time ÷ pandas means of the same Parquet"
        ),
        _slower(said, "score_files, CSV", "PostgreSQL GROUP BY", "time ÷ PostgreSQL GROUP BY"),
        ratio(said, "score_files, CSV", "ORM loop"),
        measure("peak memory, MB", peaks["csv"] + peaks["parquet"], unit="MB"),
        measure("growth exponent in events", exponents, unit=""),
    ]
    return result


def _slower(said: dict[str, list[float]], ours: str, theirs: str, what: str) -> Measure:
    return measure(what, [b / a for a, b in zip(said[ours], said[theirs], strict=True)])


def _files(folder: Path, reviews: int, influencers: int | None = None) -> dict[str, Path]:
    """The same evidence as CSV and as Parquet."""
    found = {name: folder / name for name in ("csv", "parquet")}
    for path in found.values():
        path.mkdir(parents=True)
    write_files(found["parquet"], reviews=reviews, influencers=influencers)
    with duckdb.connect(config={"memory_limit": "500MB", "temp_directory": str(folder / "spill")}) as db:
        db.execute("SET TimeZone = 'Asia/Shanghai'")
        for kind in KINDS:
            source = f"'{found['parquet'] / kind}.parquet'"
            names = [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            texts = (
                f"strftime({name}, '%Y-%m-%dT%H:%M:%S') || '+08:00' AS {name}" if name.endswith("_at") else name
                for name in names
            )
            db.execute(f"COPY (SELECT {', '.join(texts)} FROM {source}) TO '{found['csv'] / kind}.csv' (HEADER)")
    return found


def score(files: Path, *, explain: str = "none") -> tuple[float, float]:
    """Seconds of the whole command, its start included, and its peak resident memory in MB as the kernel counts it."""
    with tempfile.TemporaryDirectory(prefix="clearhost-rating-") as room:
        command = [sys.executable, "manage.py", "score_files", str(files), "--as-of", UNTIL, "--explain", explain]
        began = time.monotonic()
        _, peak = _run([*command, "--out", f"{room}/scores.json"])
        return time.monotonic() - began, peak


def _run(command: list[str]) -> tuple[str, float]:
    """What it said, and its peak resident memory in MB: asked of the kernel as it is waited for, so not by `run`."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told = said.read()
    if status:
        raise RuntimeError(told)
    return told, used.ru_maxrss / 1024


def _into_database(path: Path) -> None:
    columns = "review_id text, influencer_id text, reviewer_id text, created_at timestamptz"
    marks = ", ".join(f"{mark} smallint" for mark in MARKS)
    execute(f"CREATE UNLOGGED TABLE plain_review ({columns}, {marks}, verified boolean)")
    copy_in = "COPY plain_review FROM STDIN (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, path.open("rb") as rows, cursor.copy(copy_in) as copy:
        while block := rows.read(1 << 20):
            copy.write(block)
    execute("ANALYZE plain_review")


def _group_by() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT influencer_id, count(*), {SUMS} FROM plain_review GROUP BY 1")
        cursor.fetchall()


def _duck(path: Path) -> None:
    with duckdb.connect() as db:
        db.execute(f"SELECT influencer_id, count(*), {SUMS} FROM '{path}' GROUP BY 1").fetchnumpy()


def _orm_loop() -> None:
    """What a first version writes: every review an object, every mean a dictionary."""
    marks: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM plain_review LIMIT %s", [FEW])
        names = [column.name for column in cursor.description]
        for row in cursor:
            review = _Review(**dict(zip(names, row, strict=True)))
            marks[review.influencer_id].append(review.professionalism + review.service + review.as_described)
    for values in marks.values():
        sum(values) / len(values)


class _Review:
    def __init__(self, **values: Any) -> None:
        self.influencer_id: str = values["influencer_id"]
        self.professionalism: int = values["professionalism"]
        self.service: int = values["service"]
        self.as_described: int = values["as_described"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviews", type=int, default=10_000_000, metavar="N")
    parser.add_argument("--influencers", type=int, metavar="N", help="a hundredth of the reviews when not given")
    parser.add_argument("--explain", default="none", choices=("none", "summary"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clearhost-rating-") as room:
        files = _files(Path(room) / "files", asked.reviews, asked.influencers)
        for name, path in files.items():
            took, peak = score(path, explain=asked.explain)
            print(json.dumps({"format": name, "seconds": round(took, 1), "peak_mb": round(peak), **vars(asked)}))


if __name__ == "__main__":
    main()
