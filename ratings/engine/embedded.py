"""Runs preparation and aggregation in process, over a folder of Parquet files or tables in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ratings.engine import aggregate, prepare, reading, reviews
from ratings.engine.allocator import give_back
from ratings.engine.duck import connection
from ratings.engine.gathered import (
    KINDS,
    EngineError,
    Gathered,
    event_days,
    exposure_days,
    no_reviews,
    population_of,
    session_rows,
)
from ratings.engine.ledger import Ledger
from ratings.engine.rest import FEW, Rest
from ratings.engine.schema import COLUMNS
from ratings.scoring.inputs import DaySums, Index, Ints, SessionRows
from ratings.scoring.policy import Policy
from ratings.scoring.rows import EventRows


def gather(
    evidence: Path | Mapping[str, pa.Table],
    *,
    as_of_day: int,
    policy: Policy,
    rows: bool = False,
    ledger: Ledger | None = None,
    whole: bool = True,
) -> Gathered:
    """Sum the evidence of all influencers up to the start of `as_of_day`.

    Parameters
    ----------
    evidence : folder of `<kind>.parquet`, or the same tables by kind
    as_of_day : first day left out, days since 1970 in the policy's zone
    rows : also give single reviews and events
    ledger : trust that closes have fixed already; without it every day is closed anew, from the first
    whole : sum the reviews at once; otherwise, where they are many, some influencers at a time, when asked for

    Raises
    ------
    EngineError
        When a file cannot be read, a column has another type, or a sum leaves 64 bits.
    """
    try:
        return _gather(evidence, as_of_day, policy, rows, ledger, whole)
    except (duckdb.Error, pa.ArrowInvalid, OSError) as error:
        raise EngineError(f"the evidence cannot be summed: {error}") from error


@contextmanager
def _opened(evidence: Path | Mapping[str, pa.Table]) -> Iterator[Any]:
    with connection() as db:
        _register(db, evidence)
        db.execute(f"CREATE TABLE influencer AS {prepare.INFLUENCER}")
        yield db


def _register(db: Any, evidence: Path | Mapping[str, pa.Table]) -> None:
    given: dict[str, set[str]] = {}
    for kind in COLUMNS:
        if isinstance(evidence, Path):
            file = evidence / f"{kind}.parquet"
            if not file.is_file():
                continue
            quoted = str(file).replace("'", "''")
            db.execute(f"CREATE VIEW raw_{kind} AS SELECT * FROM read_parquet('{quoted}')")
        elif kind in evidence:
            db.register(f"raw_{kind}", evidence[kind])
        else:
            continue
        given[kind] = {row[0] for row in db.execute(f"DESCRIBE raw_{kind}").fetchall()}
    for kind, columns in COLUMNS.items():
        if kind == "coverage" and kind not in given:
            # without a coverage table a kind that is there covers everything, a kind that is not covers nothing
            present = [k for k in ("refunds", "complaints", "violations") if k in given]
            values = ", ".join(f"('{k}', NULL::BIGINT, NULL::BIGINT, TRUE)" for k in present)
            body = f"VALUES {values}" if present else "SELECT '', NULL::BIGINT, NULL::BIGINT, TRUE WHERE FALSE"
            db.execute(f"CREATE TABLE coverage(kind, from_us, until_us, complete) AS {body}")
            continue
        source = f"FROM raw_{kind}" if kind in given else "WHERE FALSE"
        picked = ", ".join(
            f"CAST({name if name in given.get(kind, ()) else 'NULL'} AS {of}) AS {name}" for name, of in columns.items()
        )
        db.execute(f"CREATE VIEW {kind} AS SELECT {picked} {source}")


def _gather(
    evidence: Path | Mapping[str, pa.Table],
    as_of_day: int,
    policy: Policy,
    rows: bool,
    ledger: Ledger | None,
    whole: bool,
) -> Gathered:
    with _opened(evidence) as db:
        found = _but_reviews(db, as_of_day, policy, rows, whole)
    # who goes on as somebody else is added to them, which takes the sums of both
    whole = whole or bool(np.any(found.goes_on != np.arange(found.population.size)))
    rest = None if whole or found.sums.sessions.size <= FEW else Rest.of(found.sums)
    if rest is not None:
        found = replace(found, sums=rest.little)
        give_back()
    # one database after the other: what the first one held of memory it gives back only when it is closed
    with _opened(evidence) as db:
        reviewed = reviews.weigh(
            db, found.population, found.sums.sessions, policy, ledger=ledger, rows=rows, whole=whole
        )
    sums = found.sums if rest is None else rest.again()
    return replace(
        found,
        sums=replace(sums, reviews=reviewed.days, buckets=reviewed.buckets),
        verified=reviewed.verified,
        held=reviewed.held,
        held_fast=reviewed.held_fast,
        closed=reviewed.closed,
        review_rows=reviewed.rows,
        parts=reviewed.parts,
    )


def _but_reviews(db: Any, as_of_day: int, policy: Policy, rows: bool, whole: bool) -> Gathered:
    """Everything that is no review; theirs stands empty."""
    ids = reading.column(db, "SELECT influencer_id FROM influencer ORDER BY influencer")
    categories = reading.column(db, "SELECT COALESCE(category, '') FROM influencer ORDER BY influencer")
    population = population_of(ids, categories, as_of_day)
    db.execute(f"CREATE TABLE refund_of_session AS {prepare.REFUND_OF_SESSION}")
    db.execute(f"CREATE VIEW session_joined AS {prepare.SESSION_JOINED}")
    db.execute(f"CREATE TABLE session AS {prepare.SESSION}")
    db.execute(f"CREATE TABLE event AS {prepare.event(policy)}")
    sessions = _sessions(db)
    # scoring reads exposure off the sessions; its sums are for who compares engines
    none = "" if whole else "\nHAVING COUNT(*) < 0"
    exposure = reading.fetch(db, aggregate.EXPOSURE_SUMS + none, aggregate.EXPOSURE_KEYS)
    events: Mapping[str, Index] = (reading.fetch if whole else reading.fetch_narrow)(
        db, aggregate.EVENT_SUMS, aggregate.EVENT_KEYS
    )
    red = np.full(population.size, -1, dtype=np.int64)
    for influencer, day in db.execute(prepare.RED_LINE).fetchall():
        red[influencer] = day
    nobody = np.zeros(population.size, dtype=np.int64)
    return Gathered(
        population=population,
        sums=DaySums(*no_reviews(), event_days(events), exposure_days(exposure), sessions, red),
        counts=_counts(db, population.size),
        verified=nobody,
        held=nobody,
        held_fast=nobody,
        closed=None,
        review_rows=None,
        event_rows=_event_rows(db) if rows else None,
        goes_on=np.asarray(db.execute(prepare.GOES_ON).fetchnumpy()["influencer"]).astype(np.int64),
    )


def _sessions(db: Any) -> SessionRows:
    return session_rows(reading.texts(db, "SELECT session_id FROM session"), reading.Columns(db, "session"))


def _event_rows(db: Any) -> EventRows:
    source = reading.column(db, "SELECT source FROM event ORDER BY source")
    e = db.execute("SELECT channel, influencer, day, points * times AS points FROM event ORDER BY source").fetchnumpy()
    return EventRows(source, *(np.asarray(e[k]).astype(np.int64) for k in ("channel", "influencer", "day", "points")))


def _counts(db: Any, size: int) -> dict[str, Ints]:
    found: dict[str, Ints] = {}
    for kind in KINDS:
        total = np.zeros(size, dtype=np.int64)
        sql = f"SELECT i.influencer, COUNT(*) FROM {kind} k JOIN influencer i USING (influencer_id) GROUP BY 1"
        for influencer, n in db.execute(sql).fetchall():
            total[influencer] = n
        found[kind] = total
    return found
