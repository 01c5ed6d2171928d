"""The only writers of evidence: take rows in, say what is covered, take out what never was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from django.db import connection, transaction

from feedback import pseudonyms
from feedback.columns import Kind
from feedback.kinds import COVERED, KINDS, PSEUDONYMS
from feedback.pseudonyms import Hash
from feedback.staging import Staging
from feedback.stored import table_of
from influencers import search

CHANNEL = "clearhost_evidence"


@transaction.atomic
def record(
    *, kind: Kind, batches: Iterable[tuple[int, pa.Table]], refuse: Callable[[int, int, str, str], None]
) -> dict[int, Counter[str]]:
    """Store typed rows, each batch with the number of its file; counts per file of loaded, older, duplicate, rejected.

    A batch whose first column is `file` numbers its rows itself, for counts as fine as one likes.
    `refuse` is told file, line, column and reason of every row that is not taken.
    """
    staging = Staging(kind, refuse)
    staging.fill(_pseudonymous(kind, batches))
    staging.settle()
    search.refresh(influencers=staging.touched)
    _announce()
    return staging.counts


@transaction.atomic
def assume_covered(*, kind: Kind, since: datetime | None) -> None:
    """Assume this kind complete since then (None: ever) wherever no source says otherwise. Never narrows."""
    if kind.name not in COVERED:
        return
    keep = "NULL" if since is None else 'least(feedback_coverage."from", excluded."from")'
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO feedback_coverage (source_id, kind, "from", complete, assumed) '
            "VALUES (%s, %s, %s, true, true) "
            f'ON CONFLICT (source_id) DO UPDATE SET "from" = {keep} '
            'WHERE feedback_coverage."from" IS NOT NULL',
            [kind.name, kind.name, since],
        )


@dataclass(frozen=True)
class Voided:
    """What became of the ids to be voided."""

    voided: int
    already: int
    unknown: tuple[str, ...]


@transaction.atomic
def void(*, kind: Kind, ids: Sequence[str], reason: str, at: datetime) -> Voided:
    """Mark evidence that never was. The rows stay; no rating reads them any more."""
    if not reason.strip():
        raise ValueError("a void needs a reason")
    table, given = table_of(kind), list(dict.fromkeys(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT source_id FROM {table} WHERE source_id = ANY(%s)", [given])
        known = {source_id for (source_id,) in cursor.fetchall()}
        cursor.execute(
            f"UPDATE {table} SET voided_at = %s, void_reason = %s WHERE source_id = ANY(%s) AND voided_at IS NULL "
            f"RETURNING {_influencer_and_day(kind)}",
            [at, reason, given],
        )
        touched = [pair for pair in cursor.fetchall() if pair[0] is not None and kind.rated]
        voided = cursor.rowcount
        cursor.executemany(
            "INSERT INTO feedback_outbox (influencer_id, day) VALUES (%s, %s)", sorted(set(touched), key=str)
        )
    if kind.name in ("influencers", "accounts"):
        search.refresh(influencers={influencer for influencer, _ in touched})
    _announce()
    return Voided(voided, len(known) - voided, tuple(source_id for source_id in given if source_id not in known))


def _influencer_and_day(kind: Kind) -> str:
    if kind.event_time:
        return f"influencer_id, ({kind.event_time} AT TIME ZONE 'UTC' + interval '8 hours')::date"
    owner = {"influencers": "id", "accounts": "influencer_id"}.get(kind.name, "NULL::bigint")
    return f"{owner}, NULL::date"


def _announce() -> None:
    """Wake who waits for evidence, once this transaction is through."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def _pseudonymous(kind: Kind, batches: Iterable[tuple[int, pa.Table]]) -> Iterable[tuple[int, pa.Table]]:
    name = next((name for name in PSEUDONYMS if name in kind.by_name), None)
    if name is None:
        return batches
    return _hashed(name, pseudonyms.in_use(), batches)  # asked for before the rows are: they come in the midst of COPY


def _hashed(name: str, hashed: Hash, batches: Iterable[tuple[int, pa.Table]]) -> Iterator[tuple[int, pa.Table]]:
    for file, table in batches:
        at = table.schema.get_field_index(name)
        ids = table.column(at).combine_chunks().dictionary_encode()
        letters = "".join(map(hashed, ids.dictionary.to_pylist())).encode()
        starts = np.arange(0, len(letters) + 1, 32, dtype=np.int32)  # 32 letters each
        # from buffers: pa.array would load pandas for it, seconds for the first review of a web worker
        names = pa.StringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts), pa.py_buffer(letters))
        yield (
            file,
            table.set_column(at, name, pa.DictionaryArray.from_arrays(ids.indices, names).cast(pa.string())),
        )


def kind_named(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise ValueError(f"unknown kind {name}; known are {', '.join(KINDS)}") from None
