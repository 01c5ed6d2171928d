"""Judged reviews kept in a few bytes each, and their integer day sums for any influencers in a row.

The sums are those of `aggregate.REVIEW_SUMS`, to the digit; over rows that stand side by side in memory, sorting and
adding them up costs a fifth of what it costs a database.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ratings.engine.arrived import Arrived
from ratings.engine.shelf import Shelf
from ratings.engine.trusted import Trusted, full_of
from ratings.scoring.inputs import BucketDays, Index, Ints, ReviewDays
from ratings.scoring.policy import BANDS, CLASSES, Policy
from ratings.scoring.sums import KEY
from ratings.scoring.trust import HELD_BELOW

ROWS = 300_000
MARKS = 4


@dataclass
class ReviewSums:
    """All judged reviews by influencer.

    Attributes
    ----------
    edges : (p + 1,) first influencer of each part, and how many there are
    counts : (n,) reviews of each influencer
    """

    edges: Ints
    counts: Ints
    _r: Arrived
    _t: Trusted
    _policy: Policy
    _again: tuple[Callable[[], tuple[Arrived, Trusted]], ...] = ()

    @classmethod
    def of(cls, r: Arrived, t: Trusted, sessions: Ints, policy: Policy) -> ReviewSums:
        """Parts of about as many rows each.

        Parameters
        ----------
        sessions : (n,) sessions of each influencer, which are rows as well
        """
        counts = np.bincount(r.influencer, minlength=sessions.size).astype(np.int64)
        load = np.cumsum(counts + sessions)
        parts = -(-int(load[-1]) // ROWS) if load.size else 1
        aims = np.linspace(0, load[-1], parts + 1)[1:-1] if parts > 1 else np.zeros(0)
        inner = np.unique(np.searchsorted(load, aims, side="right"))
        return cls(np.r_[0, inner[(inner > 0) & (inner < load.size)], load.size], counts, r, t, policy)

    def held(self) -> tuple[Ints, Ints, Ints]:
        """(n,) verified reviews, reviews held below half of what verification gives, and of those the hasty ones."""
        r, t = self._r, self._t
        result = np.zeros((3, self.counts.size), dtype=np.int64)
        order = np.argsort(t.held)
        held_rows, share = t.held[order], t.let[order]
        for start in range(0, r.size, ROWS):
            some = slice(start, min(start + ROWS, r.size))
            begin, end = np.searchsorted(held_rows, [some.start, some.stop])
            let = np.ones(some.stop - some.start)
            let[held_rows[begin:end] - start] = share[begin:end]
            held = t.linked(some, self._policy) * let < HELD_BELOW * full_of(r, t, some, self._policy)
            for k, which in enumerate((r.verified[some], held, held & (let < HELD_BELOW))):
                result[k] += np.bincount(r.influencer[some][which], minlength=self.counts.size)
        return result[0], result[1], result[2]

    def put_away(self) -> ReviewSums:
        """The same with the rows of each part on disk, and without what only judging asks for."""
        shelf = Shelf()
        kept = [shelf.put(self._some(low, high)) for low, high in itertools.pairwise(self.edges.tolist())]
        none = np.zeros(0, dtype=np.int32)
        r = Arrived(none, none, none, none, none, none.astype(bool), none, none)
        t = replace(self._t, receipt=none, trust=none, known=none, band=none, why=none, held=none, let=np.zeros(0))
        return replace(self, _r=r, _t=t, _again=tuple(kept))

    def _some(self, low: int, high: int) -> tuple[Arrived, Trusted]:
        """The rows of the influencers from `low` to before `high`."""
        r, t = self._r, self._t
        rows, none = np.flatnonzero((r.influencer >= low) & (r.influencer < high)), np.zeros(0, dtype=np.int32)
        receipt = t.receipt[rows]
        who = r.influencer[t.held]
        held = np.flatnonzero((who >= low) & (who < high))
        arrived = Arrived(
            r.influencer[rows], none, r.day[rows], receipt, r.marks[:, rows], r.verified[rows], none, none
        )
        trusted = replace(
            t, receipt=receipt, trust=t.trust[rows], known=t.known[rows], band=t.band[rows], why=none,
            held=np.searchsorted(rows, t.held[held]), let=t.let[held],
        )  # fmt: skip
        return arrived, trusted

    def part(self, low: int, high: int) -> tuple[ReviewDays, BucketDays]:
        """Sums of the influencers from `low` to before `high`, numbered from 0."""
        if self._again:
            r, t = self._again[int(np.searchsorted(self.edges, low))]()
            return replace(self, _r=r, _t=t, _again=()).part(low, high)
        r, t = self._r, self._t
        everyone = high - low == self.counts.size
        rows = np.arange(r.size) if everyone else np.flatnonzero((r.influencer >= low) & (r.influencer < high))
        key, parts = _keys(r, t, rows, low)
        order = np.argsort(key, kind="stable")
        key, rows = key[order], rows[order]
        start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.zeros(0, dtype=np.int64)

        def total(values: Ints) -> Ints:
            return np.add.reduceat(values, start) if start.size else np.zeros(0, dtype=np.int64)

        trust = t.linked(rows, self._policy).astype(np.int64)
        full = full_of(r, t, rows, self._policy)
        ox, oxx, fx = (np.empty((MARKS, start.size), dtype=np.int64) for _ in range(3))
        for k in range(MARKS):
            x = (r.marks[k][rows] if k < MARKS - 1 else r.composite(rows)).astype(np.int64)
            weighted = trust * x
            ox[k], oxx[k], fx[k] = total(weighted), total(weighted * x), total(full * x)
        influencer, day, band, known, receipt = (of[order][start].astype(np.int64) for of in parts)
        days = ReviewDays(
            influencer, day, receipt, known, band, np.diff(np.r_[start, key.size]),
            total(trust), total(trust * trust), total(full), ox, oxx, fx,
        )  # fmt: skip
        return days, self._buckets(low, high)

    def _buckets(self, low: int, high: int) -> BucketDays:
        r, t = self._r, self._t
        if t.buckets is not None:
            b = t.buckets
            mine = slice(*np.searchsorted(b.influencer, [low, high]))
            return BucketDays(b.influencer[mine] - low, b.receipt[mine], b.factor[mine])
        who = r.influencer[t.held]
        some = np.flatnonzero((who >= low) & (who < high))
        rows, let = t.held[some], t.let[some]
        key = (who[some] - low).astype(np.int64) * KEY + t.receipt[rows]
        days, at = np.unique(key, return_inverse=True)
        # what was let through whole need not be told: of a day's classes only those that were not
        factor = np.ones((days.size, CLASSES))
        factor[at, t.known[rows] * BANDS + t.band[rows]] = let
        return BucketDays(days // KEY, days % KEY, factor)


def _keys(r: Arrived, t: Trusted, rows: Ints, low: int) -> tuple[Ints, tuple[Index, ...]]:
    """One number a row that ascends by influencer, day, band, class and day of receipt, and these five."""
    parts = (r.influencer[rows] - low, r.day[rows], t.band[rows], t.known[rows], t.receipt[rows])
    key = np.zeros(rows.size, dtype=np.int64)
    for of in parts:
        first = int(of.min()) if of.size else 0
        span = int(of.max()) - first + 1 if of.size else 1
        key = key * span + (of - first)
    return key, parts
