"""Accounts that share targets beyond chance: pairs of influencers whose reviewers overlap too much.

Over accounts with 2 to `link_accounts_top` influencers, c accounts reviewed both h and g; a random matching with the
same degrees would give μ = deg_h·deg_g/Σdeg. A pair well above that has excess max(0, 1 − 2μ/c), and a review's L sums
the excess over the other influencers of its account.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Floats, Index, Ints
from ratings.scoring.policy import Policy

REVIEWS_AT_ONCE = 1_000_000
PAIRS_AT_ONCE = 1_000_000


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

    rows: Ints
    back: Ints
    size: int
    used: Ints
    who: Ints
    account: Ints
    width: Ints


def find_links(influencer: Index, reviewer: Index, influencers: int, policy: Policy) -> tuple[Links, Floats]:
    """The linked pairs, and L of every review.

    Parameters
    ----------
    influencer, reviewer : (r,) dense indices of every review, in any order
    """
    n = influencers
    once = list(_accounts(influencer, reviewer, n, policy)) if reviewer.size <= REVIEWS_AT_ONCE else None
    keys, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    degree = np.zeros(n)
    for part in once or _accounts(influencer, reviewer, n, policy):
        degree += np.bincount(part.who, part.width - 1, minlength=n)
        for key, count in _count_pairs(part.who, part.account, n):
            keys.append(key)
            counts.append(count.astype(np.int32))
    pairs, shared = _often(keys, counts, policy.link_least)
    links = beyond_chance(pairs, shared, degree, policy)
    level = np.zeros(reviewer.size)
    if not links.first.size:
        return links, level
    for part in once or _accounts(influencer, reviewer, n, policy):
        total = np.zeros(part.size)
        total[part.used] = sum_excess(part.who, part.account, links, n)
        level[part.rows] = total[part.back]
    return links, level


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


def _accounts(influencer: Index, reviewer: Index, n: int, policy: Policy) -> Iterator[_Some]:
    """Everything, some accounts at a time."""
    accounts = int(reviewer.max(initial=-1)) + 1
    parts = -(-reviewer.size // REVIEWS_AT_ONCE)
    edges = np.linspace(0, accounts, parts + 1).astype(np.int64)
    for low, high in itertools.pairwise(edges.tolist()):
        rows = np.flatnonzero((reviewer >= low) & (reviewer < high))
        key, back = np.unique(reviewer[rows].astype(np.int64) * n + influencer[rows], return_inverse=True)
        who, account = key % n, key // n
        width = np.bincount(account - low)[account - low] if key.size else account
        used = np.flatnonzero((width >= 2) & (width <= policy.link_accounts_top))
        yield _Some(rows, back.reshape(-1), key.size, used, who[used], account[used], width[used])


def _often(keys: list[Ints], counts: list[Index], least: float) -> tuple[Ints, Ints]:
    """Pairs in order and how many accounts each shares, the few alone that share enough to be looked at."""
    key, count = np.concatenate(keys), np.concatenate(counts)
    keys.clear()
    counts.clear()
    order = np.argsort(key, kind="stable")
    key, count = key[order], count[order]
    del order
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.zeros(0, dtype=np.int64)
    total = np.add.reduceat(count, start, dtype=np.int64) if key.size else start
    kept = total >= least
    return key[start[kept]], total[kept]


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


def _later(account: Ints) -> tuple[Ints, Ints]:
    """Positions (i, j), i < j, of every two influencers of one account; rows ascend by account."""
    end = np.searchsorted(account, account, side="right")
    count = end - np.arange(account.size) - 1
    i = np.repeat(np.arange(account.size), count)
    return i, i + 1 + np.arange(i.size) - np.repeat(np.cumsum(count) - count, count)


def _count_pairs(who: Ints, account: Ints, n: int) -> Iterator[tuple[Ints, Ints]]:
    """Keys first·n + second of all pairs that share accounts, and how many they share, some accounts at a time."""
    size = np.searchsorted(account, account, side="right") - np.arange(account.size) - 1
    for block in _blocks(account, size):
        i, j = _later(account[block])
        yield np.unique(who[block][i] * n + who[block][j], return_counts=True)


def sum_excess(who: Ints, account: Ints, links: Links, n: int) -> Floats:
    """L of each account × influencer, added in the order of the influencers."""
    total = np.zeros(who.size)
    if not links.first.size:
        return total
    linked = np.zeros(n, dtype=bool)
    linked[links.first] = linked[links.second] = True
    rows = np.flatnonzero(linked[who])
    key = links.first * n + links.second
    size = np.searchsorted(account[rows], account[rows], side="right") - np.arange(rows.size) - 1
    for block in _blocks(account[rows], size):
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
