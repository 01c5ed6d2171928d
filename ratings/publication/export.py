"""What is public as tables, for a platform that steers its traffic by quality."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Q

from ratings.models import DIMENSIONS, PublicRun, Scorecard, Standing
from ratings.publication.bodies import public_rows

CHUNK = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")

RESTRICTED, SUSPENDED, CLOSED = "限流", "停播", "封禁"  # what a platform that steers traffic is asked to do

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


STANDING = pa.schema(
    [
        *[("influencer_id", TEXT), ("slug", TEXT), ("measure", TEXT), ("restricted", pa.bool_()), ("level", TEXT)],
        *[("codes", TEXT), ("public_summary", TEXT), ("start", TEXT), ("end", TEXT), ("appeal", TEXT)],
        *[("overturned", TEXT), ("updated_at", TEXT)],
    ]
)


def scores(*, public: PublicRun, into: Path, form: str) -> tuple[Path, int]:
    """Writes `scores.parquet` or `scores.csv` into a folder, whole or not at all; answers the file and its rows."""
    return _write(into, "scores", form, SCHEMA, _batches(public))


def standing(*, into: Path, form: str, at: datetime) -> tuple[Path, int]:
    """Writes what is public of everyone's standing, one row per measure, and 限流 where traffic is to be held back.

    Who is held or restricted has a row even when no measure of its own is shown.
    """
    return _write(into, "standing", form, STANDING, _standings(at))


def _standings(at: datetime) -> Iterator[list[tuple[Any, ...]]]:
    shown = Standing.objects.filter(
        Q(hidden=True) | ~Q(public=[]), influencer__merged_into=None, influencer__voided_at=None
    )
    found = shown.select_related("influencer").order_by("influencer__source_id").iterator(chunk_size=CHUNK)
    while batch := list(islice(found, CHUNK)):
        rows: list[tuple[Any, ...]] = []
        for one in batch:
            measure = CLOSED if one.level == "L5" else SUSPENDED if one.frozen else RESTRICTED if one.hidden else ""
            who = (one.influencer.source_id, one.influencer.slug, measure or None, one.hidden)
            last = one.updated_at.isoformat(timespec="seconds")
            for row in public_rows(one, at) or [dict.fromkeys(("appeal", "overturned"))]:
                appeal, overturned = row["appeal"], row["overturned"]
                rows.append(
                    (
                        *who,
                        *(row.get("level"), row.get("codes") and " ".join(row["codes"]), row.get("public_summary")),
                        *(row.get("start"), row.get("end"), appeal and appeal["status"]),
                        *(overturned and overturned["on"], last),
                    )
                )
        yield rows


def _write(
    into: Path, name: str, form: str, schema: pa.Schema, batches: Iterator[list[tuple[Any, ...]]]
) -> tuple[Path, int]:
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{name}.{form}"
    unfinished = into / f".{name}.{form}.unfinished"
    try:
        written = (_parquet if form == "parquet" else _csv)(unfinished, schema, batches)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target, written


def _batches(public: PublicRun) -> Iterator[list[tuple[Any, ...]]]:
    cards = Scorecard.objects.filter(
        run=public.run_id, influencer__voided_at=None, influencer__merged_into=None
    ).order_by("position")
    rows = cards.values_list(*(path for path, _ in COLUMNS.values())).iterator(chunk_size=CHUNK)
    of_run = (public.run_id, public.run.as_of, public.run.policy_id)
    grade = list(COLUMNS).index("grade")
    while batch := list(islice(rows, CHUNK)):
        yield [(*row[:grade], row[grade] or None, *row[grade + 1 :], *of_run) for row in batch]


def _parquet(target: Path, schema: pa.Schema, batches: Iterator[list[tuple[Any, ...]]]) -> int:
    written = 0
    with pq.ParquetWriter(target, schema) as file:
        for rows in batches:
            columns = [
                pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
            ]
            file.write_batch(pa.record_batch(columns, schema=schema))
            written += len(rows)
    return written


def _csv(target: Path, schema: pa.Schema, batches: Iterator[list[tuple[Any, ...]]]) -> int:
    written = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(schema.names)
        for rows in batches:
            out.writerows([as_text(value) for value in row] for row in rows)
            written += len(rows)
    return written


def as_text(value: Any) -> Any:
    """A cell that a spreadsheet would run is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
