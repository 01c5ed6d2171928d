"""Accounts that share targets beyond chance: pairs of influencers whose reviewers overlap too much.

Over accounts with 2 to `link_accounts_top` influencers, c accounts reviewed both h and g; a random matching with the
same degrees would give μ = deg_h·deg_g/Σdeg. A pair well above that has excess max(0, 1 − 2μ/c), and a review's L sums
the excess over the other influencers of its account.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Bools, Floats, Index, Ints
from ratings.scoring.policy import Policy

REVIEWS_AT_ONCE = 500_000
PAIRS_AT_ONCE = 500_000
KEYS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Links:
    """Pairs of influencers that share accounts beyond chance, (p,) each; `first` < `second`, ascending."""

    first: Ints
    second: Ints
    excess: Floats


@dataclass(frozen=True)
class _Some:
    """The reviews of some accounts: each account × influencer once, those of one account together.

    Attributes
    ----------
    rows, back : (m,) which reviews, and the account × influencer of each
    size : how many there are of the latter
    used : (k,) which of them belong to accounts with 2 to `link_accounts_top` influencers
    who, account, width : (k,) of these: influencer, account, influencers of that account
    """

    rows: Index
    back: Ints
    size: int
    used: Ints
    who: Ints
    account: Ints
    width: Ints


@dataclass(frozen=True)
class Reviewed:
    """Who reviewed whom.

    Attributes
    ----------
    influencer, reviewer : (r,) dense indices of every review, in any order
    by_account : (r,) rows in the order of reviewer and influencer
    influencers : how many there are
    """

    influencer: Index
    reviewer: Index
    by_account: Index
    influencers: int

    def parts(self, policy: Policy) -> Iterator[_Some]:
        """Everything, some accounts at a time."""
        begin, size = 0, self.by_account.size
        while begin < size:
            last = int(self.reviewer[self.by_account[min(begin + REVIEWS_AT_ONCE, size) - 1]])
            end = bisect_right(range(size), last, key=lambda at: int(self.reviewer[self.by_account[at]]))
            rows = self.by_account[begin:end]
            who, account = self.influencer[rows].astype(np.int64), self.reviewer[rows].astype(np.int64)
            new = np.r_[True, (who[1:] != who[:-1]) | (account[1:] != account[:-1])]
            who, account = who[new], account[new]
            width = np.bincount(account - account[0])[account - account[0]]
            used = np.flatnonzero((width >= 2) & (width <= policy.link_accounts_top))
            yield _Some(rows, np.cumsum(new) - 1, who.size, used, who[used], account[used], width[used])
            begin = end


def find_links(influencer: Index, reviewer: Index, influencers: int, policy: Policy) -> tuple[Links, Floats]:
    """The linked pairs, and L of every review.

    Parameters
    ----------
    influencer, reviewer : (r,) dense indices of every review, in any order
    """
    reviewed = Reviewed(influencer, reviewer, np.lexsort((influencer, reviewer)), influencers)
    links = linked_pairs(reviewed, policy)
    level = np.zeros(reviewer.size)
    for rows, some in levels(reviewed, links, policy):
        level[rows] = some
    return links, level


def linked_pairs(reviewed: Reviewed, policy: Policy) -> Links:
    """Pairs of influencers that share more accounts than chance would make them share."""
    n = reviewed.influencers
    degree, later = np.zeros(n), np.zeros(n)
    for part in reviewed.parts(policy):
        degree += np.bincount(part.who, part.width - 1, minlength=n)
        later += np.bincount(part.who, _behind(part.account), minlength=n)
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    # as many pairs at once as memory allows: those of some first influencers, then those of the next
    lot = np.floor((np.cumsum(later) - later) / KEYS_AT_ONCE).astype(np.int64)
    for which in np.unique(lot[later > 0]).tolist():
        mine = lot == which
        found.append(_often(reviewed, mine, int(later[mine].sum()), policy))
    pairs, shared = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return beyond_chance(pairs, shared, degree, policy)


def beyond_chance(pairs: Ints, shared: Ints, degree: Floats, policy: Policy) -> Links:
    """The linked ones of some pairs.

    Parameters
    ----------
    pairs : first·n + second of each, ascending
    shared : accounts that reviewed both
    degree : (n,) other influencers of each one's accounts
    """
    n = degree.size
    expected = degree[pairs // n] * degree[pairs % n] / max(float(degree.sum()), 1.0)
    excess = np.maximum(0.0, 1 - policy.link_tolerance * expected / np.maximum(shared, 1))
    kept = (shared - expected > policy.link_surprise * np.sqrt(expected + 0.25)) & (excess > 0)
    return Links(pairs[kept] // n, pairs[kept] % n, excess[kept])


def levels(reviewed: Reviewed, links: Links, policy: Policy) -> Iterator[tuple[Index, Floats]]:
    """L of the reviews that have any, some accounts at a time: which reviews, and how much."""
    if not links.first.size:
        return
    for part in reviewed.parts(policy):
        total = np.zeros(part.size)
        total[part.used] = sum_excess(part.who, part.account, links, reviewed.influencers)
        level = total[part.back]
        linked = np.flatnonzero(level)
        yield part.rows[linked], level[linked]


def _often(reviewed: Reviewed, first: Bools, size: int, policy: Policy) -> tuple[Ints, Ints]:
    """Pairs in order and how many accounts each shares, the few alone that share enough to be looked at."""
    keys, at = np.empty(size, dtype=np.int64), 0
    for part in reviewed.parts(policy):
        for block in _blocks(part.account, np.where(first[part.who], _behind(part.account), 0)):
            i, j = _later(part.account[block], first[part.who[block]])
            keys[at : at + i.size] = part.who[block][i] * reviewed.influencers + part.who[block][j]
            at += i.size
    keys.sort()
    start = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if size else np.zeros(0, dtype=np.int64)
    total = np.diff(np.r_[start, size])
    kept = total >= policy.link_least
    return keys[start[kept]], total[kept]


def _behind(account: Ints) -> Ints:
    """How many rows of the same account follow each; rows ascend by account."""
    return np.asarray(np.searchsorted(account, account, side="right") - np.arange(account.size) - 1)


def _blocks(account: Ints, n_pairs: Ints) -> list[slice]:
    """Runs of whole accounts with few enough pairs to hold at once."""
    starts = np.flatnonzero(np.r_[True, account[1:] != account[:-1]]) if account.size else np.zeros(0, dtype=np.int64)
    ends = np.r_[starts[1:], account.size]
    load = np.cumsum(np.add.reduceat(n_pairs, starts)) if starts.size else starts
    blocks, begin = [], 0
    while begin < starts.size:
        done = int(load[begin - 1]) if begin else 0
        stop = max(int(np.searchsorted(load, done + PAIRS_AT_ONCE, side="right")), begin + 1)
        blocks.append(slice(int(starts[begin]), int(ends[stop - 1])))
        begin = stop
    return blocks


def _later(account: Ints, first: Bools | None = None) -> tuple[Ints, Ints]:
    """Positions (i, j), i < j, of every two influencers of one account; rows ascend by account.

    Parameters
    ----------
    first : rows that may stand for i, all of them when not given
    """
    count = _behind(account) if first is None else np.where(first, _behind(account), 0)
    i = np.repeat(np.arange(account.size), count)
    return i, i + 1 + np.arange(i.size) - np.repeat(np.cumsum(count) - count, count)


def sum_excess(who: Ints, account: Ints, links: Links, n: int) -> Floats:
    """L of each account × influencer, added in the order of the influencers."""
    total = np.zeros(who.size)
    if not links.first.size:
        return total
    linked = np.zeros(n, dtype=bool)
    linked[links.first] = linked[links.second] = True
    rows = np.flatnonzero(linked[who])
    key = links.first * n + links.second
    for block in _blocks(account[rows], _behind(account[rows])):
        part = rows[block]
        i, j = _later(account[part])
        pair = who[part][i] * n + who[part][j]
        at = np.minimum(np.searchsorted(key, pair), key.size - 1)
        excess = np.where(key[at] == pair, links.excess[at], 0.0)
        # earlier partners first, then later ones: the same order whoever the account is
        total[part] += np.bincount(j, excess, minlength=part.size) + np.bincount(i, excess, minlength=part.size)
    return total


def link_factor(level: Floats, policy: Policy) -> Floats:
    """What a review with link L keeps of its trust: 1/(1 + weight·L)."""
    return 1 / (1 + policy.link_weight * level)
