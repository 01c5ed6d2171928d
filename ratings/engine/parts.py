"""What the workers of a cluster do with their part of the accounts; everything is given, nothing is looked up there."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ratings.engine import shards
from ratings.scoring.inputs import BucketDays, Ints
from ratings.scoring.links import Links
from ratings.scoring.policy import CLASSES, Policy
from ratings.scoring.sums import KEY
from ratings.scoring.trust import Tally

NO_TALLY = Tally(np.zeros(0, dtype=np.int64), np.zeros((0, CLASSES), dtype=np.int64),
                 np.zeros((3, 0, CLASSES), dtype=np.int64))  # fmt: skip


class Part(NamedTuple):
    """What is kept on the cluster of some accounts after a day."""

    memory: shards.Memory
    tally: Tally


def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of one part as one shard."""
    found = list(batches)
    if found:
        yield _binary("shard", pickle.dumps(shards.Shard.of(pa.Table.from_batches(found))))


def one(rows: Iterable[Any]) -> Iterator[shards.Shard]:
    """Exactly one shard a part, empty where nobody's hash leads there."""
    for row in rows:
        yield pickle.loads(bytes(row[0]))  # noqa: S301 - written a moment ago, by `pack`
        return
    kinds = {"reviewer": pa.string(), "verified": pa.bool_()}
    yield shards.Shard.of(pa.table({name: pa.array([], kinds.get(name, pa.int64())) for name in shards.PACKED}))


def fresh(shard: shards.Shard) -> Part:
    return Part(shards.Memory.begin(shard), NO_TALLY)


def close_part(pair: tuple[shards.Shard, Part], *, told: Any, day: int, first: int, policy: Policy) -> Part:
    shard, part = pair
    return Part(*shards.close(shard, part.memory, day=day, first=first, outlook=told.value, policy=policy))


def tally_of_part(part: Part) -> Tally:
    return part.tally


def judged_part(
    pair: tuple[shards.Shard, Part], *, told: Any, influencers: int, policy: Policy
) -> tuple[bytes, list[Ints]]:
    """What `judged` gives, the rows as bytes."""
    table, counts = judged(pair[0], pair[1].memory, *told.value, influencers=influencers, policy=policy)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue(), counts


def judged(
    shard: shards.Shard, memory: shards.Memory, buckets: BucketDays, links: Links, *, influencers: int, policy: Policy
) -> tuple[pa.Table, list[Ints]]:
    """The rows of a part as they count, and per influencer how many are verified, held down, and so for coming fast."""
    r = shard.receipts
    admitted = np.ones(shard.day.size)
    if buckets.receipt.size and admitted.size:
        wanted = r.influencer.astype(np.int64) * KEY + np.maximum(r.receipt, buckets.receipt.min())
        at = np.searchsorted(buckets.influencer * KEY + buckets.receipt, wanted)
        admitted = buckets.factor[np.minimum(at, buckets.receipt.size - 1), shards.classes(memory)]
    level = shards.levels(shard, links, influencers, policy)
    table, held, fast = shards.judged(shard, memory, level, admitted, policy)
    return table, [np.bincount(r.influencer[which], minlength=influencers) for which in (r.verified, held, fast)]


def counts_of_part(done: tuple[bytes, list[Ints]]) -> list[Ints]:
    return done[1]


def rows_of_part(done: tuple[bytes, list[Ints]]) -> tuple[bytearray]:
    return (bytearray(done[0]),)


def plus(a: list[Ints], b: list[Ints]) -> list[Ints]:
    return [x + y for x, y in zip(a, b, strict=True)]


def unpack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows again, out of the bytes of whole parts."""
    for batch in batches:
        for value in batch.column(0):
            with pa.ipc.open_stream(value.as_py()) as reader:
                yield from reader


def _binary(name: str, value: bytes) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([value], pa.binary())], names=[name])
