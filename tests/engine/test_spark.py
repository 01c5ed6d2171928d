"""A real cluster (a master and two workers, processes of their own) gives what one process gives, to the last byte."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from ratings.engine.gathered import EngineError
from ratings.rating import rate_evidence
from tests.engine.cluster import Cluster, cluster, missing
from tests.scoring.worlds import AS_OF, World, drawn

pytestmark = [pytest.mark.spark, pytest.mark.slow]

if lacking := missing():
    pytest.skip(lacking, allow_module_level=True)

from pyspark import SparkContext  # noqa: E402 - only where it is installed

from ratings.engine import spark_reviews  # noqa: E402


@pytest.fixture(scope="module")
def workers() -> Iterator[Cluster]:
    """One cluster at a time, however many processes run tests."""
    with (
        (Path(tempfile.gettempdir()) / "clearhost-spark.lock").open("w") as lock,
        pytest.MonkeyPatch.context() as patch,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        with cluster() as found:
            patch.setenv("SPARK_CONF_DIR", str(found.conf))
            try:
                yield found
            finally:
                leave()


def leave() -> None:
    """Let the driver's Java go, too: it reads where its cluster is once, and tests may come back for another one."""
    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()
    if SparkContext._gateway is not None:
        SparkContext._gateway.shutdown()
        SparkContext._gateway.proc.stdin.close()
        SparkContext._gateway.proc.wait(timeout=60)
    SparkContext._gateway = SparkContext._jvm = None


def world() -> World:
    """Random evidence of a few weeks, and a ring of accounts that three hosts share."""
    made = drawn(4, influencers=6, reviews=6)
    for k in range(8):
        for host in ("h0", "h1", "h2"):
            made.review(host, 40 + k % 2, (5, 5, 5), f"ring{k}", verified=False)
    for k in range(30):
        made.review("h3", 20, (1, 1, 1), f"wave{k}", verified=False)
    return made


def write(made: World, folder: Path, *, files: int = 1) -> Path:
    """As Parquet: one file a kind, or a folder of several, each in a folder of its own."""
    folder.mkdir()
    for kind, rows in made.tables().items():
        target = folder / f"{kind}.parquet"
        if files == 1:
            pq.write_table(rows, target)
            continue
        target.mkdir()
        for part in range(files):
            day = target / f"day=2025-12-0{part + 1}"
            day.mkdir()
            pq.write_table(rows.take(pa.array(np.arange(part, rows.num_rows, files))), day / "part-0.parquet")
    return folder


def rated(folder: Path, engine: str, explain: str = "summary") -> bytes:
    return b"".join(rate_evidence(folder, as_of=AS_OF, engine=engine, explain=explain).pieces())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return rated(write(world(), tmp_path_factory.mktemp("whole") / "world"), "embedded")


@pytest.fixture
def judged_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the reviews are, their accounts are divided among the workers."""
    monkeypatch.setattr(spark_reviews, "AT_HAND", 0)


def test_shuffled_and_split_input_gives_the_same_bytes(workers: Cluster, tmp_path: Path, expected: bytes) -> None:
    folder, out = write(world().shuffled(9), tmp_path / "split", files=3), tmp_path / "scores.json"
    asked = ("--clean", "--engine", "spark", "--as-of", str(AS_OF), "--out", str(out))
    call_command("score_files", f"file://{folder}", *asked)
    assert out.read_bytes() == expected


def test_a_worker_killed_in_the_middle_changes_nothing(
    workers: Cluster, tmp_path: Path, expected: bytes, judged_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []
    judge = spark_reviews.Accounts.judge

    def interrupted(*given: object, **named: object) -> object:
        closed.append(given)
        if len(closed) == 180:
            workers.kill("worker-0")
        return judge(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(spark_reviews.Accounts, "judge", interrupted)
    try:
        assert rated(write(world(), tmp_path / "world"), "spark") == expected
    finally:
        if "worker-0" not in workers.running:
            workers.worker("worker-0")
    assert len(closed) > 180


def test_single_events_are_explained_as_elsewhere(workers: Cluster, tmp_path: Path) -> None:
    folder = write(drawn(6, influencers=3), tmp_path / "world")
    assert rated(folder, "spark", "full") == rated(folder, "embedded", "full")


def test_bad_files_are_refused_with_their_reason(workers: Cluster, tmp_path: Path) -> None:
    broken = write(world(), tmp_path / "broken")
    (broken / "reviews.parquet").write_bytes(b"PAR1 no more than that")
    with pytest.raises(EngineError, match=r"reviews\.parquet|Parquet"):
        rated(broken, "spark")
    words = write(world(), tmp_path / "words")
    rows = pq.read_table(words / "sessions.parquet")
    many = pa.array(["many"] * rows.num_rows)
    pq.write_table(rows.set_column(rows.schema.get_field_index("orders"), "orders", many), words / "sessions.parquet")
    with pytest.raises(EngineError, match="cannot be cast"):
        rated(words, "spark")


def test_a_sum_beyond_64_bits_is_refused(workers: Cluster, tmp_path: Path) -> None:
    made = World().influencer("h").session("h", 3, 2**62).session("h", 3.1, 2**62)
    with pytest.raises(EngineError, match=r"(?i)overflow"):
        rated(write(made, tmp_path / "much"), "spark")
