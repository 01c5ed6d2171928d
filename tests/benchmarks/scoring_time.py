"""The Python of one scoring run, apart from what DuckDB does: `python -m tests.benchmarks.scoring_time`."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import pyarrow.parquet as pq

from ratings.engine import embedded
from ratings.rating import rate_evidence
from ratings.worlds.evaluation import UNTIL, make_world
from ratings.worlds.tables import clean_tables

DUCK = (duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation)


class Watched:
    """A connection or relation of DuckDB that adds up the CPU time spent inside it."""

    def __init__(self, inner: Any, spent: list[float]) -> None:
        self._inner, self._spent = inner, spent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def timed(*args: Any, **more: Any) -> Any:
            began = time.thread_time()
            try:
                given = found(*args, **more)
            finally:
                self._spent.append(time.thread_time() - began)
            return Watched(given, self._spent) if isinstance(given, DUCK) else given

        return timed


def measure(folder: Path) -> dict[str, float]:
    """CPU seconds of one run from Parquet to the scores file's bytes: Python's own, and the engine's in this thread."""
    spent: list[float] = []
    real = embedded.connection

    @contextmanager
    def watched() -> Iterator[Any]:
        with real() as db:
            yield Watched(db, spent)

    with mock.patch.object(embedded, "connection", watched):
        began = time.thread_time()
        scores = rate_evidence(folder, as_of=UNTIL)
        rated = time.thread_time()
        size = sum(len(piece) for piece in scores.pieces())
        ended = time.thread_time()
    engine = sum(spent)
    return {
        "python_seconds": round(ended - began - engine, 3),
        "of_these_writing": round(ended - rated, 3),
        "engine_seconds": round(engine, 3),
        "bytes": size,
    }


def figures(*, influencers: int, repeats: int = 3) -> dict[str, Any]:
    """The best of some runs, for what else the machine does is no property of the code."""
    world = make_world("A", n=influencers, seed=7)
    with tempfile.TemporaryDirectory() as room:
        for kind, rows in clean_tables(world).items():
            pq.write_table(rows, Path(room) / f"{kind}.parquet")
        runs = [measure(Path(room)) for _ in range(repeats)]
    best = min(runs, key=lambda run: run["python_seconds"])
    return {
        "influencers": influencers,
        "reviews": int(world.reviews.host.size),
        "sessions": int(world.sessions.host.size),
        **best,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--influencers", type=int, default=3_250, metavar="N", help="3,250 make 330,000 reviews")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    asked = parser.parse_args()
    print(json.dumps(figures(influencers=asked.influencers, repeats=asked.repeats), indent=1))


if __name__ == "__main__":
    main()
