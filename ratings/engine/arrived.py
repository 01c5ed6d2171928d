"""All reviews as figures in few bytes each, and in the order of their accounts: what trust and links look at.

Accounts are told apart by two hashes of their names, 96 bits together: no dictionary of millions of names is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ratings.engine.reading import batches
from ratings.engine.shelf import Shelf
from ratings.scoring.inputs import Bools, Index, Ints
from ratings.scoring.policy import COMPOSITE

AT_ONCE = 1_000_000
TOP_BITS = 64
Hashes = NDArray[np.unsignedinteger[Any]]

FIGURES = """
SELECT CAST(influencer AS INTEGER) AS influencer, CAST(day AS INTEGER) AS day, CAST(receipt AS INTEGER) AS receipt,
  CAST(x0 AS TINYINT) AS x0, CAST(x1 AS TINYINT) AS x1, CAST(x2 AS TINYINT) AS x2, verified,
  hash(reviewer_id) AS first, CAST(hash(reverse(reviewer_id)) >> 32 AS UINTEGER) AS second
FROM raw_review
"""
TIMES = "SELECT CAST(receipt AS INTEGER) AS receipt, received_at, created_at, review_id FROM raw_review"
TYPES: dict[str, Any] = {
    "influencer": np.int32, "day": np.int32, "receipt": np.int32, "x0": np.int8, "x1": np.int8, "x2": np.int8,
    "verified": np.bool_, "first": np.uint64, "second": np.uint32,
}  # fmt: skip


@dataclass
class Arrived:
    """All reviews in the order of `raw_review`, (r,) each.

    Attributes
    ----------
    influencer, reviewer : dense indices; those of accounts in no order that means anything
    day, receipt : event day and day of receipt
    marks : (3, r) the marks as 0..4
    verified : whether a purchase is proven
    repeat : the account's earlier reviews of the same influencer
    by_account : rows in the order of account and influencer
    """

    influencer: Index
    reviewer: Index
    day: Index
    receipt: Index
    marks: Index
    verified: Bools
    repeat: Index
    by_account: Index
    _composite: Index | None = None

    @property
    def size(self) -> int:
        """Number of reviews."""
        return int(self.influencer.size)

    @property
    def accounts(self) -> int:
        """Number of accounts."""
        return int(self.reviewer.max(initial=-1)) + 1

    @contextmanager
    def resting(self, *names: str, whole: bool) -> Iterator[None]:
        """Put away columns that nobody looks at for as long as it takes, unless all may stand in memory."""
        if whole or self.size <= AT_ONCE:
            yield
            return
        again = Shelf().put(tuple(getattr(self, name) for name in names))
        if "marks" in names:
            self._composite = self.composite()
        for name in names:
            setattr(self, name, np.zeros(0, dtype=np.int8))
        yield
        if "marks" in names:
            self._composite = None
        for name, column in zip(names, again(), strict=True):
            setattr(self, name, np.array(column))

    def composite(self, rows: Index | slice = slice(None)) -> Index:
        """Weighted sum of the marks of some rows, 0..76."""
        if self._composite is not None:
            return self._composite[rows]
        return np.asarray(sum(np.int8(w) * x[rows] for w, x in zip(COMPOSITE, self.marks, strict=True)))


def arrived(db: Any) -> Arrived:
    """Read the figures of `raw_review`, batch by batch."""
    ((size,),) = db.execute("SELECT COUNT(*) FROM raw_review").fetchall()
    r = {name: np.empty(size, dtype=kind) for name, kind in TYPES.items() if not name.startswith("x")}
    marks = np.empty((3, size), dtype=np.int8)
    at = 0
    for batch in batches(db, FIGURES):
        part = slice(at, at + batch.num_rows)
        for name in TYPES:
            into = marks[int(name[1])] if name.startswith("x") else r[name]
            into[part] = batch[name].to_numpy(zero_copy_only=False)
        at += batch.num_rows
    reviewer, by_account, (rows, pair) = accounts(r.pop("first"), r.pop("second"), r["influencer"])
    repeat = _repeats(db, rows, pair, r["receipt"])
    return Arrived(
        r["influencer"], reviewer, r["day"], r["receipt"], marks, r["verified"].astype(bool), repeat, by_account
    )


def accounts(first: Hashes, second: Hashes, influencer: Index) -> tuple[Index, Index, tuple[Ints, Ints]]:
    """Number the accounts, put the reviews in their order, and find the reviews whose account wrote more than one
    of their influencer, with a number of each such pair.
    """
    size = first.size
    bits = max(0, int(size - 1).bit_length() - int(AT_ONCE).bit_length() + 1)
    part = (first >> np.uint64(TOP_BITS - bits)).astype(np.int16) if bits else np.zeros(size, dtype=np.int16)
    reviewer, order = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    several, pairs = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    known = done = seen = 0
    n = int(influencer.max(initial=-1)) + 1
    for k in range(1 << bits):
        rows = np.flatnonzero(part == k)
        if not rows.size:
            continue
        rows, number = _numbered(rows, first, second)
        key = number * n + influencer[rows]
        inner = np.argsort(key, kind="stable")
        rows, key = rows[inner], key[inner]
        order[done : done + rows.size] = rows
        reviewer[rows] = known + number[inner]
        alike = np.r_[False, key[1:] == key[:-1], False]
        again = alike[1:] | alike[:-1]
        several.append(rows[again])
        pairs.append(seen + np.cumsum(~alike[:-1])[again])
        known, done, seen = known + int(number.max()) + 1, done + rows.size, seen + rows.size
    return reviewer, order, (np.concatenate(several), np.concatenate(pairs))


def _numbered(rows: Ints, first: Hashes, second: Hashes) -> tuple[Ints, Ints]:
    """Rows in the order of their accounts, and the number of each, from 0."""
    order = np.argsort(first[rows])
    one, two = first[rows[order]], second[rows[order]]
    new = one[1:] != one[:-1]
    if np.any(~new & (two[1:] != two[:-1])):
        order = np.lexsort((second[rows], first[rows]))
        one, two = first[rows[order]], second[rows[order]]
        new = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return rows[order], np.cumsum(np.r_[False, new])


def _repeats(db: Any, rows: Ints, pair: Ints, receipt: Index) -> Index:
    """Earlier reviews of the same influencer by the same account, by receipt, event time and id."""
    if not rows.size:
        return np.zeros(receipt.size, dtype=np.int16)
    wanted = np.zeros(receipt.size, dtype=bool)
    wanted[rows] = True
    parts, at = [], 0
    for batch in batches(db, TIMES):
        chosen = np.flatnonzero(wanted[at : at + batch.num_rows])
        if chosen.size:
            parts.append(pa.Table.from_batches([batch.take(pa.array(chosen))]))
        at += batch.num_rows
    order = np.argsort(rows)
    rows, times = rows[order], pa.concat_tables(parts)
    if not np.array_equal(times["receipt"].to_numpy(), receipt[rows]):
        raise pa.ArrowInvalid("reviews came in another order when they were read again")
    times = times.append_column("pair", pa.array(pair[order]))
    keys = [(name, "ascending") for name in ("pair", "received_at", "created_at", "review_id")]
    place = pa.compute.sort_indices(times, sort_keys=keys).to_numpy()
    group = pair[order][place]
    start = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    nth = np.arange(group.size) - np.repeat(start, np.diff(np.r_[start, group.size]))
    repeat: Index = np.zeros(receipt.size, dtype=np.int16 if int(nth.max()) < 1 << 15 else np.int32)
    repeat[rows[place]] = nth
    return repeat
