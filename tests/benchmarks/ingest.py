"""Loading evidence, beside a bare COPY of the same rows into the same table and what people write instead."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import tempfile
from pathlib import Path
from uuid import UUID

import pandas as pd
from django.db import connection
from django.utils.dateparse import parse_datetime

from feedback.ingest.files import Files
from feedback.ingest.load import load
from feedback.ingest.mapping import canonical
from feedback.ingest.rejects import RejectsFile
from feedback.kinds import KINDS
from feedback.models import Review
from influencers.models import Influencer
from tests.benchmarks import evidence
from tests.benchmarks.database import execute
from tests.benchmarks.timing import Result, rate, ratio, rounds, seconds

TABLE = "feedback_review"
FEW = 50_000  # rows that bulk_create is timed on: its rate does not depend on how many there are


def run(*, size: int, runs: int = 3) -> Result:
    """Rates in rows a second, of `size` reviews of size/100 influencers."""
    hosts = max(10, size // 100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        _load("influencers", evidence.write_csv(evidence.influencers(hosts), folder / "influencers.csv"))
        path = evidence.write_csv(evidence.reviews(size, hosts), folder / "reviews.csv")
        _load("reviews", path)
        stored = folder / "stored.csv"
        columns = _columns()
        whole = f"COPY {TABLE} ({columns}) TO STDOUT (FORMAT csv)"
        with connection.cursor() as cursor, stored.open("wb") as out, cursor.copy(whole) as copy:
            for block in copy:
                out.write(block)
        execute("DROP TABLE IF EXISTS bare")
        execute(f"CREATE TABLE bare (LIKE {TABLE} INCLUDING ALL)")

        def ours() -> float:
            execute(f"TRUNCATE {TABLE}")
            return size / seconds(lambda: _load("reviews", path))

        def again() -> float:
            return size / seconds(lambda: _load("reviews", path))

        def bare_copy() -> float:
            execute("TRUNCATE bare")
            return size / seconds(lambda: _copy(stored, "bare", columns))

        def pandas_and_copy() -> float:
            execute("TRUNCATE bare")
            return size / seconds(lambda: _pandas(path, columns))

        def bulk_create() -> float:
            execute(f"TRUNCATE {TABLE}")
            few = min(size, FEW)
            return few / seconds(lambda: _bulk_create(path, few))

        pieces = {
            "bare COPY": bare_copy,
            "pandas + COPY": pandas_and_copy,
            "bulk_create": bulk_create,
            "the first load": ours,
            "ours again": again,
        }
        said = rounds(pieces, runs=runs)
        execute("DROP TABLE bare")
    result = Result(f"{size:,} reviews, CSV")
    result.figures = {name: rate(values, "rows") for name, values in said.items()}
    result.measures = [
        ratio(said, "the first load", "bare COPY"),
        ratio(said, "the first load", "bulk_create"),
        ratio(said, "the first load", "pandas + COPY"),
        ratio(said, "ours again", "the first load"),
    ]
    return result


def _load(kind: str, path: Path) -> None:
    rejects = RejectsFile(path.with_suffix(".rejects.csv"))
    (summary,) = load([Files(canonical(KINDS[kind]), [path], rejects)])
    assert summary.rejected == 0, f"{path}: {summary}"


def _columns() -> str:
    with connection.cursor() as cursor:
        return ", ".join(
            column.name
            for column in connection.introspection.get_table_description(cursor, TABLE)
            if column.name != "id"
        )


def _copy(source: Path, table: str, columns: str) -> None:
    into = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, source.open("rb") as rows, cursor.copy(into) as copy:
        while block := rows.read(1 << 20):
            copy.write(block)


def _pandas(path: Path, columns: str) -> None:
    """What an analyst writes: no pseudonyms, no bounds, no conflicts, no rejects, no second run."""
    frame = pd.read_csv(path)
    known = dict(Influencer.objects.values_list("source_id", "pk"))
    frame["influencer_id"] = frame["influencer_id"].map(known)
    frame["reviewer_id"] = [_plain_hash(reviewer) for reviewer in frame["reviewer_id"]]
    frame["received_at"] = frame["created_at"]
    frame = frame.rename(columns={"review_id": "source_id"})
    wanted = [name for name in columns.split(", ") if name in frame.columns]
    out = io.StringIO()
    frame[wanted].to_csv(out, index=False, header=False)
    into = f"COPY bare ({', '.join(wanted)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(out.getvalue())


def _plain_hash(reviewer: str) -> UUID:
    return UUID(bytes=hashlib.md5(reviewer.encode()).digest())


def _bulk_create(path: Path, few: int) -> None:
    known = dict(Influencer.objects.values_list("source_id", "pk"))
    with path.open(newline="") as rows:
        reader = csv.DictReader(itertools.islice(rows, few + 1))
        Review.objects.bulk_create(
            (
                Review(
                    source_id=row["review_id"],
                    influencer_id=known[row["influencer_id"]],
                    reviewer_id=_plain_hash(row["reviewer_id"]),
                    created_at=parse_datetime(row["created_at"]),
                    received_at=parse_datetime(row["created_at"]),
                    professionalism=int(row["professionalism"]),
                    service=int(row["service"]),
                    as_described=int(row["as_described"]),
                    verified=row["verified"] == "true",
                )
                for row in reader
            ),
            batch_size=5_000,
        )
