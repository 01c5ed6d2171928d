"""The public run as one table, for a platform that steers its traffic by quality."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ratings.models import DIMENSIONS, PublicRun, Scorecard

CHUNK = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")

TEXT, NUMBER, WHOLE = pa.string(), pa.float64(), pa.int64()
COLUMNS: dict[str, tuple[str, pa.DataType]] = {
    "influencer_id": ("influencer__source_id", TEXT),
    "slug": ("influencer__slug", TEXT),
    "name": ("influencer__name", TEXT),
    "category": ("category__code", TEXT),
    "tier": ("tier", TEXT),
    "league": ("league", TEXT),
    "status": ("status", TEXT),
    "score": ("score", NUMBER),
    "low": ("low", NUMBER),
    "high": ("high", NUMBER),
    "grade": ("grade", TEXT),
    "rank": ("rank", WHOLE),
    "rank_low": ("rank_low", WHOLE),
    "rank_high": ("rank_high", WHOLE),
    "percentile": ("percentile", NUMBER),
    "p_top10": ("p_top10", NUMBER),
    "peer_group": ("peer_group", TEXT),
    "peer_rank": ("peer_rank", WHOLE),
    **{dimension: (dimension, NUMBER) for dimension in DIMENSIONS},
}
SCHEMA = pa.schema(
    [(name, kind) for name, (_, kind) in COLUMNS.items()] + [("run", WHOLE), ("as_of", pa.date32()), ("policy", TEXT)]
)


def scores(*, public: PublicRun, into: Path, form: str) -> tuple[Path, int]:
    """Writes `scores.parquet` or `scores.csv` into a folder, whole or not at all; answers the file and its rows."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"scores.{form}"
    unfinished = into / f".scores.{form}.unfinished"
    try:
        written = (_parquet if form == "parquet" else _csv)(unfinished, _batches(public))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target, written


def _batches(public: PublicRun) -> Iterator[list[tuple[Any, ...]]]:
    cards = Scorecard.objects.filter(run=public.run_id, influencer__voided_at=None).order_by("position")
    rows = cards.values_list(*(path for path, _ in COLUMNS.values())).iterator(chunk_size=CHUNK)
    of_run = (public.run_id, public.run.as_of, public.run.policy_id)
    grade = list(COLUMNS).index("grade")
    while batch := list(islice(rows, CHUNK)):
        yield [(*row[:grade], row[grade] or None, *row[grade + 1 :], *of_run) for row in batch]


def _parquet(target: Path, batches: Iterator[list[tuple[Any, ...]]]) -> int:
    written = 0
    with pq.ParquetWriter(target, SCHEMA) as file:
        for rows in batches:
            columns = [
                pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), SCHEMA.types, strict=True)
            ]
            file.write_batch(pa.record_batch(columns, schema=SCHEMA))
            written += len(rows)
    return written


def _csv(target: Path, batches: Iterator[list[tuple[Any, ...]]]) -> int:
    written = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(SCHEMA.names)
        for rows in batches:
            out.writerows([as_text(value) for value in row] for row in rows)
            written += len(rows)
    return written


def as_text(value: Any) -> Any:
    """A cell that a spreadsheet would run is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
