"""Trust of some accounts, apart from all others: what one part of a cluster holds and does.

No account looks at another, so the accounts may be divided in any way. Every day each part judges what its accounts
wrote by the same outlook on the influencers, and says what that adds up to in whole numbers; whoever leads adds the
tallies, settles the day and gives the next day's outlook. A part's state goes from day to day; it never
leaves the part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from ratings.scoring import links
from ratings.scoring.inputs import Bools, Floats, Index, Ints
from ratings.scoring.policy import BANDS, COMPOSITE, Policy
from ratings.scoring.replay import Receipts, arrivals
from ratings.scoring.trust import HELD_BELOW, Outlook, Tally, tally_of, weigh

PACKED = ("influencer", "reviewer", "day", "receipt", "x0", "x1", "x2", "verified", "repeat")


@dataclass(frozen=True)
class Shard:
    """The reviews of some accounts by day of receipt, whose order within a day nobody can move by dividing them.

    Attributes
    ----------
    receipts : all of them; accounts are numbered within the shard
    day : (r,) event days
    marks : (3, r) 0..4
    accounts : how many there are
    """

    receipts: Receipts
    day: Index
    marks: Index
    accounts: int

    @classmethod
    def of(cls, rows: pa.Table) -> Shard:
        """From the columns `PACKED`, in any order."""
        _, account = np.unique(np.asarray(rows["reviewer"].to_numpy(zero_copy_only=False)).astype(str),
                               return_inverse=True)  # fmt: skip
        whole = {
            name: rows[name].to_numpy().astype(np.int32) for name in PACKED if name not in ("reviewer", "verified")
        }
        verified = np.asarray(rows["verified"].to_numpy(zero_copy_only=False)).astype(bool)
        order = np.lexsort((whole["repeat"], account, whole["influencer"], whole["receipt"]))
        marks = np.stack([whole[f"x{k}"][order].astype(np.int8) for k in range(3)])
        composite = np.asarray(sum(np.int16(w) * x for w, x in zip(COMPOSITE, marks, strict=True)))
        receipts = Receipts(
            whole["influencer"][order],
            account[order].astype(np.int32),
            whole["receipt"][order],
            composite,
            verified[order],
            whole["repeat"][order],
        )
        return cls(receipts, whole["day"][order], marks, int(account.max(initial=-1)) + 1)

    def received(self, day: int, first: int) -> Index:
        """Rows that count as received on `day`, when `first` is the first day that is looked at."""
        begin, end = np.searchsorted(self.receipts.receipt, [day, day + 1])
        return np.arange(0 if day == first else begin, end, dtype=np.int32)


@dataclass(frozen=True)
class Memory:
    """What a shard remembers from one day to the next, and what it has judged so far.

    Attributes
    ----------
    reviews, residual : (u,) as in `TrustState`
    trust, full, known, band : (r,) as in `trust.Weighed`
    """

    reviews: Floats
    residual: Floats
    trust: Index
    full: Index
    known: Index
    band: Index

    @classmethod
    def begin(cls, shard: Shard) -> Memory:
        """Before the first day."""
        size = shard.day.size
        wide, narrow = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int8)
        counts = np.zeros(shard.accounts)
        return cls(counts, counts.copy(), wide, wide.copy(), narrow, narrow.copy())


def close(
    shard: Shard, memory: Memory, *, day: int, first: int, outlook: Outlook, policy: Policy
) -> tuple[Memory, Tally]:
    """Judge a day's reviews; what is given stays as it is, so that a day may be done again."""
    after = replace(memory, **{name: getattr(memory, name).copy() for name in Memory.__dataclass_fields__})
    return after, close_in_place(shard, after, day=day, first=first, outlook=outlook, policy=policy)


def close_in_place(shard: Shard, memory: Memory, *, day: int, first: int, outlook: Outlook, policy: Policy) -> Tally:
    """Judge a day's reviews and move the memory on."""
    rows, new = arrivals(shard.received(day, first), shard.receipts)
    found = weigh(memory.reviews, memory.residual, outlook, new, policy)
    for name in ("trust", "full", "known", "band"):
        getattr(memory, name)[rows] = getattr(found, name)
    return tally_of(new, found)


def levels(shard: Shard, found: links.Links, influencers: int, policy: Policy) -> Floats:
    """(r,) L of every review."""
    level = np.zeros(shard.day.size)
    if not found.first.size:
        return level
    r = shard.receipts
    key, back = np.unique(r.reviewer.astype(np.int64) * influencers + r.influencer, return_inverse=True)
    who, account = key % influencers, key // influencers
    width = np.bincount(account)[account] if key.size else account
    used = np.flatnonzero((width >= 2) & (width <= policy.link_accounts_top))
    total = np.zeros(key.size)
    total[used] = links.sum_excess(who[used], account[used], found, influencers)
    return np.asarray(total[back.reshape(-1)])


def judged(
    shard: Shard, memory: Memory, level: Floats, admitted: Floats, policy: Policy
) -> tuple[pa.Table, Bools, Bools]:
    """The columns that the aggregation reads, and which reviews are held down, and which for coming too fast."""
    linked = np.floor(memory.trust * links.link_factor(level, policy)).astype(np.int64)
    r = shard.receipts
    columns: dict[str, Ints] = {
        "influencer": r.influencer, "day": shard.day, "receipt": r.receipt, "known": memory.known, "band": memory.band,
        "trust": linked, "full_trust": memory.full, **{f"x{k}": shard.marks[k] for k in range(3)}, "x3": r.composite,
    }  # fmt: skip
    held = linked * admitted < HELD_BELOW * memory.full
    fast = admitted < HELD_BELOW
    return pa.table({name: values.astype(np.int64) for name, values in columns.items()}), held, held & fast


def classes(memory: Memory) -> Ints:
    """(r,) class and band of each review as the buckets number them."""
    return memory.known.astype(np.int64) * BANDS + memory.band
