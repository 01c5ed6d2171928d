"""The only door out: clean evidence as columnar files, from the database or straight from canonical files.

Both doors obey the same rules and give the same tables, except that reviewers are known by a keyed hash in one.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from feedback.clean import clean_columns, clean_name, clean_select, start_of
from feedback.columns import Column, Kind, Type
from feedback.identity import quoted
from feedback.ingest.files import whole_folder
from feedback.ingest.rejects import RejectsFile
from feedback.ingest.typed import ARROW
from feedback.kinds import KINDS, PSEUDONYMS, RATED
from feedback.models import Complaint, Refund, Session, Violation
from feedback.models import Review as Review
from feedback.models.evidence import Evidence
from feedback.sieve import Sieve, small_duck
from feedback.stored import table_of

BATCH = 16 << 20  # bytes of rows turned into one row group


@dataclass(frozen=True)
class Snapshot:
    """A folder of clean evidence, one Parquet file per kind. The digest does not depend on the order of rows.

    It is of what the files hold, and so not the same from files as from the database, where reviewers are keyed hashes.
    """

    folder: Path
    digest: str
    counts: dict[str, int]
    rejected: int = 0


def snapshot(*, until: date, into: Path) -> Snapshot:
    """Everything known before the start of `until`, out of the database in one consistent look."""
    extract(until=until, into=into)
    return _described(into)


def extract(
    *, until: date, into: Path, influencers: Collection[int] | None = None, kinds: Iterable[Kind] = RATED
) -> None:
    """The files of a snapshot without its digest, of everyone or of some influencers alone."""
    into.mkdir(parents=True, exist_ok=True)
    names = {"start": start_of(until), "influencers": None if influencers is None else list(influencers)}
    with _consistent():
        for kind in kinds:
            if influencers is None or kind.name != "accounts":
                rows = _stored_rows(kind, some=influencers is not None)
                _export(kind, rows, names, into / f"{kind.name}.parquet")


@contextlib.contextmanager
def _consistent() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _stored_rows(kind: Kind, *, some: bool) -> str:
    """SQL of the clean rows of a kind; %(start)s is the moment before which things count, `some` means few of all."""
    known = "x.voided_at IS NULL"
    if kind.event_time:
        event = f"x.{quoted(kind.event_time)}"
        known += f" AND {event} < %(start)s AND coalesce(x.received_at, {event}) < %(start)s"
    source = f"({_as_of(kind)}) x"
    if some and kind.name != "coverage":
        owner = {"influencers": "x.id", "slots": "o.influencer_id"}.get(kind.name, "x.influencer_id")
        known += f" AND {owner} = ANY(%(influencers)s)"
    if kind.name == "slots":  # a slot is its session's influencer's
        source += " JOIN feedback_session o ON o.source_id = x.session_id AND o.voided_at IS NULL"
    if kind.refers_to_influencer:
        source += " JOIN influencers_influencer i ON i.id = x.influencer_id AND i.voided_at IS NULL"
    if kind.name == "influencers":
        source += " JOIN influencers_category c ON c.id = x.category_id"
    if kind.name == "coverage":  # an assumption stands only where no source says anything
        said = "SELECT kind FROM feedback_coverage WHERE NOT assumed AND voided_at IS NULL"
        known += f" AND NOT (x.assumed AND x.kind IN ({said}))"
    return f"SELECT {clean_select(kind, _stored_value(kind))} FROM {source} WHERE {known}"


def _as_of(kind: Kind) -> str:
    """The stored rows, each in its latest revision before the start; who is judged is known even before its first."""
    table, judged = table_of(kind), kind.name in ("influencers", "accounts")
    before = "(y.updated_at IS NULL OR y.updated_at < %(start)s)"
    order = f"{before} DESC, CASE WHEN {before} THEN y.updated_at END DESC NULLS LAST, y.updated_at"
    revisions = (
        "SELECT (jsonb_populate_record(f, r.row)).* FROM feedback_revision r "
        f"WHERE r.kind = '{kind.name}' AND r.source_id = f.source_id UNION ALL SELECT f.*"
    )
    return (
        f"SELECT f.* FROM {table} f WHERE f.updated_at IS NULL OR f.updated_at < %(start)s UNION ALL "
        f"SELECT h.* FROM {table} f JOIN LATERAL (SELECT y.* FROM ({revisions}) y "
        f"WHERE {'true' if judged else before} ORDER BY {order} LIMIT 1) h ON true WHERE f.updated_at >= %(start)s"
    )


def _stored_value(kind: Kind) -> Callable[[Column], str]:
    def value(column: Column) -> str:
        if column.name == kind.key:
            return "x.source_id"
        if column.name == "influencer_id":
            return "i.source_id"
        if column.name in PSEUDONYMS:
            return f"encode(uuid_send(x.{column.name}), 'hex')"
        if column.name == "category" and kind.name == "influencers":
            return "c.code"
        stored = f"x.{quoted(column.name)}"
        # a double holds microseconds exactly until 2255, and is four times as fast as the exact numeric
        return f"round(date_part('epoch', {stored}) * 1e6)::bigint" if column.type is Type.TIME else stored

    return value


def _export(kind: Kind, rows: str, names: dict[str, Any], path: Path) -> None:
    schema = clean_schema(kind)
    with connection.cursor() as cursor, pq.ParquetWriter(path, schema) as writer:
        copy = f"COPY ({rows}) TO STDOUT (FORMAT csv)"
        with cursor.cursor.copy(copy, names) as lines:  # the debug wrapper's copy takes no values
            for block in _blocks(lines):
                writer.write_table(_parsed(block, schema))


def _blocks(lines: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    held: list[bytes | memoryview] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= BATCH:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _parsed(block: bytes, schema: pa.Schema) -> pa.Table:
    return pyarrow.csv.read_csv(
        pa.py_buffer(block),
        read_options=pyarrow.csv.ReadOptions(column_names=schema.names, block_size=len(block) + 1),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t", "true"],
            false_values=["f", "false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def clean_schema(kind: Kind) -> pa.Schema:
    return pa.schema(
        [
            (clean_name(kind, column), pa.int32() if column.type is Type.DATE else ARROW[column.type])
            for column in clean_columns(kind)
        ]
    )


def from_files(
    folder: Path, *, until: date, into: Path, rejects: Path | None, mappings: Path | None = None
) -> Snapshot:
    """The same from a folder of files and no database: as if they had been ingested, then looked at."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as room, RejectsFile(rejects) as refused:
        sieve = Sieve(Path(room), start_of(until), into)
        for files in whole_folder(folder, refused, mappings=mappings):
            sieve.sift(files)
        sieve.finish()
    return _described(into, rejected=refused.count)


def _described(folder: Path, rejected: int = 0) -> Snapshot:
    counts: dict[str, int] = {}
    digest = hashlib.sha256()
    with small_duck() as duck:
        for kind in KINDS.values():
            path = folder / f"{kind.name}.parquet"
            if not path.exists():
                continue
            row = ", '\x1f', ".join(f"coalesce({quoted(name)}::VARCHAR, '\x1e')" for name in clean_schema(kind).names)
            found = duck.execute(
                f"SELECT count(*), bit_xor(md5_number(concat({row}))) FROM read_parquet(?)", [str(path)]
            ).fetchone()
            assert found
            counts[kind.name] = found[0]
            digest.update(f"{kind.name} {found[0]} {found[1]}\n".encode())
    return Snapshot(folder, f"sha256:{digest.hexdigest()}", counts, rejected)


LOW_MARK, HIGH_MARK = 2, 4
MARKS = {
    "high": Q(professionalism__gte=HIGH_MARK, service__gte=HIGH_MARK, as_described__gte=HIGH_MARK),
    "low": Q(professionalism__lte=LOW_MARK) | Q(service__lte=LOW_MARK) | Q(as_described__lte=LOW_MARK),
}
MARKS["mixed"] = ~MARKS["high"] & ~MARKS["low"]


def reviews_of(
    influencer: int, *, marks: str = "", verified: bool | None = None, among: Collection[str] | None = None
) -> QuerySet[Review]:
    """Give what the public may read of one influencer's reviews: never who wrote them.

    `marks` is `high` (all 4 or 5), `low` (one of them 1 or 2) or `mixed`; `among` names source ids.
    """
    found = Review.objects.filter(influencer=influencer, voided_at=None)
    found = found.only(
        "source_id", "created_at", "professionalism", "service", "as_described", "verified", "text", "language"
    )
    if marks:
        found = found.filter(MARKS[marks])
    if verified is not None:
        found = found.filter(verified=True) if verified else found.exclude(verified=True)
    return found if among is None else found.filter(source_id__in=among)


PIECES: dict[str, tuple[type[Evidence], tuple[str, ...]]] = {
    "reviews": (Review, ("created_at", "professionalism", "service", "as_described", "verified")),
    "refunds": (Refund, ("created_at", "reason", "fault")),
    "complaints": (Complaint, ("created_at", "severity", "kind", "fault")),
    "violations": (Violation, ("occurred_at", "code", "violation_class")),
    "sessions": (Session, ("started_at", "orders", "viewers")),
}


def pieces(kind: str, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Give the public facts of single pieces of one kind by their source ids; `at` is when they happened."""
    model, (time, *facts) = PIECES[kind]
    rows = model._default_manager.filter(source_id__in=ids).values("source_id", *facts, at=F(time))
    return {row.pop("source_id"): row for row in rows}


def owner_of(kind: str, source_id: str) -> int | None:
    """Whose a piece of evidence is, by key; None for one that is not there or was taken out."""
    if "\0" in source_id:
        return None
    model, _facts = PIECES[kind]
    found = model._default_manager.filter(source_id=source_id, voided_at=None)
    return found.values_list("influencer_id", flat=True).first()


def shows_between(influencer: int, start: datetime, end: datetime) -> list[tuple[datetime, datetime | None]]:
    """When someone was live: start and end of every show that began in a stretch of time, oldest first."""
    found = Session.objects.filter(influencer=influencer, voided_at=None, started_at__gte=start, started_at__lt=end)
    return list(found.order_by("started_at").values_list("started_at", "ended_at"))


def everything_of(influencer: int) -> dict[str, list[dict[str, Any]]]:
    """All evidence about one influencer as it is stored, for the influencer itself; reviewers stay hidden."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, (model, _facts) in PIECES.items():
        rows = model._default_manager.filter(influencer=influencer).order_by("source_id")
        hidden = {"id", "influencer_id", "reviewer_id", "loaded_at"}
        columns = [field.attname for field in model._meta.concrete_fields if field.attname not in hidden]
        found[name] = list(rows.values(*columns))
    return found
