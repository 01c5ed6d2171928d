"""The same texts on a standalone Spark cluster, with one worker and with two, beside the embedded engine.

python -m tests.benchmarks.spark FOLDER ENGINE    gathers one folder for each line it is given and says how long it took
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from ratings.engine.gathered import Gathered
from ratings.rating import _engine
from ratings.scoring.policy import CURRENT, PPM
from tests.benchmarks.timing import Result, measure
from tests.engine.cluster import cluster, missing

AS_OF_DAY = 20_454
DAYS = 365
DAY_US = 86_400 * PPM
END_US = AS_OF_DAY * DAY_US - 8 * 3600 * PPM
FILES = 8
EMBEDDED = "embedded engine"
WORKERS = (1, 2)
MARKS = ("professionalism", "service", "as_described")


def world(folder: Path, reviews: int) -> None:
    """`reviews` reviews, three refunds for each of them, a tenth as many sessions, of reviews/100 hosts, in a year."""
    draw = np.random.default_rng(3)
    hosts, sessions, refunds = max(10, reviews // 100), max(10, reviews // 10), 3 * reviews
    folder.mkdir(parents=True, exist_ok=True)

    def when(size: int) -> np.ndarray[Any, Any]:
        return END_US - draw.integers(1, DAYS * DAY_US, size)

    def who(size: int) -> pa.Array:
        return _named("h", draw.integers(0, hosts, size))

    everyone = np.arange(hosts)
    _write(folder, "influencers", {"influencer_id": _named("h", everyone), "category": _named("c", everyone % 12)})
    at, owner = when(sessions), draw.integers(0, hosts, sessions)
    _write(folder, "sessions", {
        "session_id": _named("s", np.arange(sessions)), "influencer_id": _named("h", owner), "started_at": at,
        "orders": draw.integers(0, 2000, sessions), "viewers": draw.integers(100, 90_000, sessions),
        "commenters": draw.integers(0, 3000, sessions),
    })  # fmt: skip
    at = when(reviews)
    _write(folder, "reviews", {
        "review_id": _named("r", np.arange(reviews)), "influencer_id": who(reviews),
        "reviewer_id": _named("u", draw.integers(0, max(10, reviews // 4), reviews)), "created_at": at,
        **{mark: draw.integers(1, 6, reviews) for mark in MARKS},
        "verified": draw.random(reviews) < 0.6,
    })  # fmt: skip
    of = draw.integers(0, sessions, refunds)
    _write(folder, "refunds", {
        "refund_id": _named("f", np.arange(refunds)), "influencer_id": _named("h", owner[of]),
        "session_id": _named("s", of), "created_at": when(refunds),
        "fault": pa.array(np.array(["influencer", "buyer", "courier"])[draw.integers(0, 3, refunds)]),
    })  # fmt: skip


def _named(letter: str, numbers: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array(np.char.add(letter, numbers.astype(str)))


def _write(folder: Path, kind: str, columns: dict[str, Any]) -> None:
    rows = pa.table(columns)
    (folder / f"{kind}.parquet").mkdir()
    size = -(-rows.num_rows // FILES)
    for number in range(FILES):
        part = rows.slice(number * size, size)
        if part.num_rows:
            pq.write_table(part, folder / f"{kind}.parquet" / f"part-{number}.parquet")


def digests(found: Any, name: str = "") -> dict[str, str]:
    """A digest of every array of day sums."""
    if isinstance(found, np.ndarray):
        return {name: hashlib.sha256(np.ascontiguousarray(found).tobytes()).hexdigest()}
    if is_dataclass(found):
        given = [digests(getattr(found, each.name), f"{name}.{each.name}") for each in fields(found)]
        return {key: value for part in given for key, value in part.items()}
    return {}


def gathered(folder: Path, engine: str) -> dict[str, Any]:
    """Seconds of a gathering and what came of it."""
    began = time.perf_counter()
    found = _gather(folder, engine)
    took = time.perf_counter() - began
    plain = {kind: hashlib.sha256(n.tobytes()).hexdigest() for kind, n in found.counts.items()}
    held = {name: hashlib.sha256(getattr(found, name).tobytes()).hexdigest() for name in ("held", "verified")}
    sums = {name: digest for name, digest in digests(found.sums).items() if name != ".sessions.ids"}
    return {"seconds": took, "digests": {**sums, **plain, **held}}


def _gather(folder: Path, engine: str) -> Gathered:
    given: Any = folder if engine == "spark" else {f.stem: pq.read_table(f) for f in folder.glob("*.parquet")}
    result: Gathered = _engine(engine).gather(given, as_of_day=AS_OF_DAY, policy=CURRENT)
    return result


@contextlib.contextmanager
def _apart(folder: Path, engine: str, **environment: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """A process that has gathered next to nothing, which brings the engine up, and gathers whenever it is asked."""
    command = [sys.executable, "-m", "tests.benchmarks.spark", str(folder), engine]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env={**os.environ, **environment}, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, said = process.stdin, process.stdout

        def once() -> dict[str, Any]:
            print(file=asked, flush=True)
            found: dict[str, Any] = json.loads(said.readline())
            return found

        said.readline()
        yield once
        asked.close()


def run(*, size: int, runs: int = 3) -> Result:
    """Evidence with `size` reviews (and three times as many refunds), gathered with one worker of one core, and two."""
    if lacking := missing():
        raise SystemExit(lacking)
    took: dict[str, list[float]] = {EMBEDDED: [], **{_name(workers): [] for workers in WORKERS}}
    differing = 0
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="clearhost-bench-"))) / "world"
        world(folder, size)
        engines = {EMBEDDED: held.enter_context(_apart(folder, "embedded"))}
        for workers in WORKERS:
            known = held.enter_context(cluster(workers=workers, memory=2048, driver="2g"))
            engines[_name(workers)] = held.enter_context(_apart(folder, "spark", SPARK_CONF_DIR=str(known.conf)))
        for _ in range(runs):
            found = {name: once() for name, once in engines.items()}
            for name, one in found.items():
                took[name].append(one["seconds"])
                expected = found[EMBEDDED]["digests"]
                differing += sum(one["digests"][what] != digest for what, digest in expected.items())
    one, two = (took[_name(workers)] for workers in WORKERS)
    result = Result(f"{size:,} reviews, {3 * size:,} refunds, {max(10, size // 10):,} sessions")
    result.measures = [
        measure("figures that differ from the embedded engine", [differing], "arrays"),
        measure("two workers ÷ one, speed", [a / b for a, b in zip(one, two, strict=True)]),
        measure("embedded engine ÷ two workers, speed", [b / a for a, b in zip(took[EMBEDDED], two, strict=True)]),
    ]
    result.figures = {name: _words(times) for name, times in took.items()}
    return result


def _name(workers: int) -> str:
    return f"{workers} worker{'s' * (workers > 1)} of one core"


def _words(times: list[float]) -> str:
    return " · ".join(f"{seconds:.1f} s" for seconds in sorted(times))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("engine")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as room:
        world(Path(room) / "little", 100)
        gathered(Path(room) / "little", options.engine)
    print("up", flush=True)
    for _ in sys.stdin:
        print(json.dumps(gathered(options.folder, options.engine)), flush=True)


if __name__ == "__main__":
    main()
