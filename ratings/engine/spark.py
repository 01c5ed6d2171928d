"""Runs the same preparation and aggregation on an Apache Spark cluster: for evidence that one machine no longer holds.

Which cluster, and how much of it, is said where Spark always is told (`spark-defaults.conf` in `SPARK_CONF_DIR`);
without it, one in this process. Every kind is read from `<kind>.parquet`, a file or a folder of them such as
`reviews.parquet/day=2026-01-01/…`, from any address that the cluster can read. Texts and sums are those of `prepare`
and `aggregate`; whole numbers make the answer that of the embedded engine to the last digit, however rows are divided.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ratings.engine import aggregate, duck, prepare, reviews, spark_reviews
from ratings.engine.gathered import (
    KINDS,
    EngineError,
    Gathered,
    event_days,
    exposure_days,
    population_of,
    session_rows,
)
from ratings.engine.ledger import Ledger
from ratings.engine.reading import ordered
from ratings.engine.schema import COLUMNS
from ratings.scoring.inputs import DaySums, Ints, Population, SessionRows
from ratings.scoring.policy import Policy
from ratings.scoring.rows import EventRows

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a sum that leaves 64 bits is refused, never wrong
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
}
TYPES = {"VARCHAR": "STRING"}


def gather(
    evidence: Path | str | Mapping[str, pa.Table],
    *,
    as_of_day: int,
    policy: Policy,
    rows: bool = False,
    ledger: Ledger | None = None,
) -> Gathered:
    """Sum the evidence of all influencers up to the start of `as_of_day`; as `embedded.gather`.

    The trust of reviews is judged on the cluster, too, unless single rows are asked for or a ledger holds what closes
    have fixed already: then few reviews are new, and they are judged here.

    Raises
    ------
    EngineError
        When a file cannot be read, a column has another type, a sum leaves 64 bits, or no cluster answers.
    """
    try:
        with _session() as spark, ExitStack() as held:
            _register(spark, evidence)
            return _Run(spark, held, as_of_day, policy).gather(rows, ledger)
    except (PySparkException, Py4JError, pa.ArrowInvalid, OSError) as error:
        raise EngineError(f"the evidence cannot be summed: {_reason(error)}") from error


@contextmanager
def _session() -> Iterator[SparkSession]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers have the same, unless it is said where theirs is
    try:
        spark = SparkSession.builder.appName("clearhost").getOrCreate().newSession()
    except (RuntimeError, PySparkException, Py4JError) as error:
        raise EngineError(f"Spark does not start: {_reason(error)}") from error
    spark.sparkContext.setLogLevel("ERROR")
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    yield spark


def _reason(error: Exception) -> str:
    """The first line of what went wrong at the bottom of it."""
    if isinstance(error, Py4JJavaError):
        cause = error.java_exception
        while cause.getCause() is not None:
            cause = cause.getCause()
        return str(cause.toString()).splitlines()[0]
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _register(spark: SparkSession, evidence: Path | str | Mapping[str, pa.Table]) -> None:
    given: dict[str, set[str]] = {}
    for kind in COLUMNS:
        if isinstance(evidence, Mapping):
            if kind not in evidence:
                continue
            frame = spark.createDataFrame(evidence[kind])
        else:
            address = f"{evidence}/{kind}.parquet"
            if not _exists(spark, address):
                continue
            frame = spark.read.parquet(address)
        frame.createOrReplaceTempView(f"raw_{kind}")
        given[kind] = set(frame.columns)
    for kind, columns in COLUMNS.items():
        have = given.get(kind, set())
        picked = ", ".join(
            f"CAST({name if name in have else 'NULL'} AS {TYPES.get(of, of)}) AS {name}" for name, of in columns.items()
        )
        if kind in given:
            source = f"FROM raw_{kind}"
        elif kind == "coverage":
            # without a coverage table a kind that is there covers everything, a kind that is not covers nothing
            present = [k for k in ("refunds", "complaints", "violations") if k in given]
            values = ", ".join(f"'{k}'" for k in present)
            picked = "CAST(NULL AS BIGINT) AS from_us, CAST(NULL AS BIGINT) AS until_us, TRUE AS complete"
            picked = f"EXPLODE(CAST(ARRAY({values}) AS ARRAY<STRING>)) AS kind, {picked}"
            source = ""
        else:
            source = "WHERE FALSE"
        spark.sql(f"SELECT {picked} {source}").createOrReplaceTempView(kind)


def _exists(spark: SparkSession, address: str) -> bool:
    context: Any = spark.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(address)
    return bool(path.getFileSystem(context._jsc.hadoopConfiguration()).exists(path))


class _Run:
    """One gathering; what it keeps on the cluster is let go when `held` closes."""

    def __init__(self, spark: SparkSession, held: ExitStack, as_of_day: int, policy: Policy) -> None:
        self.spark, self.held, self.as_of_day, self.policy = spark, held, as_of_day, policy

    def gather(self, rows: bool, ledger: Ledger | None) -> Gathered:
        self._keep("influencer", prepare.INFLUENCER)
        people = self._table("SELECT influencer_id, COALESCE(category, '') AS c FROM influencer ORDER BY influencer")
        population = population_of(people["influencer_id"].to_pylist(), people["c"].to_pylist(), self.as_of_day)
        self._view("refund_of_session", prepare.REFUND_OF_SESSION)
        self._view("session_joined", prepare.SESSION_JOINED)
        self._keep("session", prepare.SESSION)
        self._view("event", prepare.event(self.policy))
        sessions = self._sessions()
        exposure = self._sums(aggregate.EXPOSURE_SUMS, aggregate.EXPOSURE_KEYS)
        events = self._sums(aggregate.EVENT_SUMS, aggregate.EVENT_KEYS)
        reviewed = self._reviewed(population, sessions, rows, ledger)
        red = np.full(population.size, -1, dtype=np.int64)
        for row in self.spark.sql(prepare.RED_LINE).collect():
            red[row["influencer"]] = row["day"]
        sums = DaySums(
            reviewed.days, reviewed.buckets, event_days(events), exposure_days(exposure), sessions, red
        )  # fmt: skip
        return Gathered(
            population=population,
            sums=sums,
            counts={kind: self._count(kind, population.size) for kind in KINDS},
            verified=reviewed.verified,
            held=reviewed.held,
            held_fast=reviewed.held_fast,
            closed=reviewed.closed,
            review_rows=reviewed.rows,
            event_rows=self._event_rows() if rows else None,
            goes_on=np.array(self._table(prepare.GOES_ON)["influencer"].to_pylist(), dtype=np.int64),
        )

    def _reviewed(
        self, population: Population, sessions: SessionRows, rows: bool, ledger: Ledger | None
    ) -> reviews.Weighed:
        if not rows and ledger is None:
            return spark_reviews.weigh(self.spark, self.held, population, sessions, self.policy)
        with duck.connection() as db:
            for table in ("influencer", "reviews"):
                db.register(table, self._table(f"SELECT * FROM {table}"))
            return reviews.weigh(db, population, sessions, self.policy, ledger=ledger, rows=rows)

    def _view(self, name: str, text: str) -> None:
        self.spark.sql(text).createOrReplaceTempView(name)

    def _keep(self, name: str, text: str) -> None:
        frame = self.spark.sql(text).persist()
        self.held.callback(frame.unpersist)
        frame.createOrReplaceTempView(name)

    def _table(self, text: str) -> pa.Table:
        return self.spark.sql(text).toArrow()

    def _sums(self, text: str, keys: tuple[str, ...]) -> dict[str, Ints]:
        table = self._table(text)
        return ordered({name: table[name].to_numpy() for name in table.column_names}, keys)

    def _sessions(self) -> SessionRows:
        table = self._table("SELECT * FROM session ORDER BY influencer, started_at, session_id")
        ids = np.asarray(table["session_id"].to_numpy(zero_copy_only=False), dtype=object)
        names = [name for name in table.column_names if name not in ("session_id", "influencer_id")]
        columns = {name: table[name].cast(pa.float64()) if name == "duration" else table[name] for name in names}
        return session_rows(ids, {name: column.to_numpy() for name, column in columns.items()})

    def _event_rows(self) -> EventRows:
        table = self._table(
            "SELECT source, channel, influencer, day, points * times AS points FROM event ORDER BY source"
        )
        source = np.asarray(table["source"].to_numpy(zero_copy_only=False), dtype=object)
        return EventRows(source, *(table[k].to_numpy() for k in ("channel", "influencer", "day", "points")))

    def _count(self, kind: str, size: int) -> Ints:
        found = self._table(
            f"SELECT i.influencer, COUNT(*) AS n FROM {kind} k JOIN influencer i USING (influencer_id) GROUP BY 1"
        )
        total = np.zeros(size, dtype=np.int64)
        total[found["influencer"].to_numpy()] = found["n"].to_numpy()
        return total


__all__ = ["EngineError", "gather"]
