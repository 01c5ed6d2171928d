"""The only door out: clean evidence as columnar files, from the database or straight from canonical files.

Both doors obey the same rules and give the same tables, except that reviewers are known by a keyed hash in one.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from feedback.clean import clean_columns, clean_name, start_of
from feedback.columns import Kind, Type
from feedback.identity import quoted
from feedback.ingest.files import whole_folder
from feedback.ingest.rejects import RejectsFile
from feedback.ingest.typed import ARROW
from feedback.kinds import KINDS, RATED
from feedback.models import Complaint, Refund, Session, Violation
from feedback.models import Review as Review
from feedback.models.evidence import Evidence
from feedback.sieve import Sieve, small_duck
from feedback.stored_clean import stored_rows
from influencers.models import Influencer

PLANNED_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)"
BATCH = 16 << 20  # bytes of rows turned into one row group
MERGED_ROWS = """
SELECT i.source_id AS influencer_id, t.source_id AS into_id FROM influencers_influencer i
JOIN influencers_influencer t ON t.id = i.merged_into_id
WHERE i.voided_at IS NULL AND i.id = ANY(%(influencers)s::bigint[])
"""
MERGED = pa.schema([("influencer_id", pa.string()), ("into_id", pa.string())])


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
    """The files of a snapshot without its digest, of everyone or of some influencers alone.

    `merged.parquet` says who goes on as whom; rows keep the id they came with.
    """
    into.mkdir(parents=True, exist_ok=True)
    with _consistent():
        who = None if influencers is None else Influencer.with_merged(*influencers)
        names = {"start": start_of(until), "influencers": who}
        _export_merged(names, into)
        for kind in kinds:
            if influencers is None or kind.name != "accounts":
                rows = stored_rows(kind, some=influencers is not None)
                _export(kind, rows, names, into / f"{kind.name}.parquet")


def question(sql: str, columns: Mapping[str, Collection[str]]) -> bytes:
    """A statement over the clean rows of some influencers: tables named by kinds, with these columns of each, or all.

    `sql` begins with further tables of its own. `answer` asks it: the text is made once, so that it is planned once.
    """
    kinds = (kind for kind in RATED if kind.name != "accounts")
    clean = [f"{kind.name} AS ({stored_rows(kind, some=True, only=columns.get(kind.name))})" for kind in kinds]
    clean.append(f"merged AS ({MERGED_ROWS})")
    # as the server reads it: the driver would look through 24 kB for names every time, which it does not remember
    named = f"WITH {', '.join(clean)}, {sql.replace('%', '%%')}"
    return (named % {"start": "$1", "influencers": "$2"}).encode()


def answer(asked: bytes, *, until: date, influencers: Collection[int]) -> tuple[Any, ...]:
    """The one row that a `question` about some influencers has before the start of `until`, prepared and in binary."""
    values = [start_of(until), Influencer.with_merged(*influencers)]
    with _within(), psycopg.RawCursor(connection.connection) as cursor, connection.connection.pipeline():
        # planned once, whoever is asked about; compiling it would take longer than the answer
        cursor.execute(
            "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)"
        )
        row: tuple[Any, ...] | None = cursor.execute(asked, values, prepare=True, binary=True).fetchone()
    assert row is not None
    return row


def _within() -> contextlib.AbstractContextManager[None]:
    """The caller's transaction, or one of its own."""
    return contextlib.nullcontext() if connection.in_atomic_block else transaction.atomic()


@contextlib.contextmanager
def _consistent() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _export_merged(names: dict[str, Any], into: Path) -> None:
    gone = Influencer.objects.filter(merged_into__isnull=False, voided_at=None).order_by("source_id")
    if names["influencers"] is not None:
        gone = gone.filter(pk__in=names["influencers"])
    _write_merged(list(gone.values_list("source_id", "merged_into__source_id")), into)


def _write_merged(pairs: Sequence[tuple[str, str]], into: Path) -> None:
    gone, stays = ([pair[k] for pair in pairs] for k in (0, 1))
    pq.write_table(pa.table([gone, stays], schema=MERGED), into / "merged.parquet")


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
    folder: Path,
    *,
    until: date,
    into: Path,
    rejects: Path | None,
    mappings: Path | None = None,
    merged: Sequence[tuple[str, str]] = (),
) -> Snapshot:
    """The same from a folder of files and no database: as if they had been ingested, then looked at.

    `merged` names who goes on as whom, as staff decide it in the service.
    """
    into.mkdir(parents=True, exist_ok=True)
    _write_merged(merged, into)
    with tempfile.TemporaryDirectory(dir=into) as room, RejectsFile(rejects) as refused:
        sieve = Sieve(Path(room), start_of(until), into)
        for files in whole_folder(folder, refused, mappings=mappings):
            sieve.sift(files)
        sieve.finish()
    return _described(into, rejected=refused.count)


def _described(folder: Path, rejected: int = 0) -> Snapshot:
    counts: dict[str, int] = {}
    digest = hashlib.sha256()
    names = {kind.name: clean_schema(kind).names for kind in KINDS.values()}
    if pq.read_metadata(folder / "merged.parquet").num_rows:  # where nobody is merged the digest is as it always was
        names["merged"] = MERGED.names
    with small_duck() as duck:
        for kind, columns in names.items():
            path = folder / f"{kind}.parquet"
            if not path.exists():
                continue
            row = ", '\x1f', ".join(f"coalesce({quoted(name)}::VARCHAR, '\x1e')" for name in columns)
            found = duck.execute(
                f"SELECT count(*), bit_xor(md5_number(concat({row}))) FROM read_parquet(?)", [str(path)]
            ).fetchone()
            assert found
            counts[kind] = found[0]
            digest.update(f"{kind} {found[0]} {found[1]}\n".encode())
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
    found = Review.objects.filter(influencer__in=Influencer.with_merged(influencer), voided_at=None)
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
    """Whose a piece of evidence counts as, by key; None for one that is not there or was taken out."""
    if "\0" in source_id:
        return None
    model, _facts = PIECES[kind]
    found = model._default_manager.filter(source_id=source_id, voided_at=None)
    owner = found.values_list("influencer_id", flat=True).first()
    return None if owner is None else Influencer.survivors([owner])[owner]


def shows_between(influencer: int, start: datetime, end: datetime) -> list[tuple[datetime, datetime | None]]:
    """When someone was live: start and end of every show that began in a stretch of time, oldest first."""
    who = Influencer.with_merged(influencer)
    found = Session.objects.filter(influencer__in=who, voided_at=None, started_at__gte=start, started_at__lt=end)
    return list(found.order_by("started_at").values_list("started_at", "ended_at"))


def everything_of(influencer: int) -> dict[str, list[dict[str, Any]]]:
    """All evidence about one influencer as it is stored, for the influencer itself; reviewers stay hidden."""
    found: dict[str, list[dict[str, Any]]] = {}
    who = Influencer.with_merged(influencer)
    for name, (model, _facts) in PIECES.items():
        rows = model._default_manager.filter(influencer__in=who).order_by("source_id")
        hidden = {"id", "influencer_id", "reviewer_id", "loaded_at"}
        columns = [field.attname for field in model._meta.concrete_fields if field.attname not in hidden]
        found[name] = list(rows.values(*columns))
    return found
