"""Accounts that share targets beyond chance: pairs of influencers whose reviewers overlap too much.

Over accounts with 2 to `link_accounts_top` influencers, c accounts reviewed both h and g; a random matching with the
same degrees would give μ = deg_h·deg_g/Σdeg. A pair well above that has excess max(0, 1 − 2μ/c), and a review's L sums
the excess over the other influencers of its account.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.policy import Policy

PAIRS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Links:
    """Pairs of influencers that share accounts beyond chance, (p,) each; `first` < `second`, ascending."""

    first: Ints
    second: Ints
    excess: Floats


def find_links(influencer: Ints, reviewer: Ints, influencers: int, policy: Policy) -> tuple[Links, Floats]:
    """The linked pairs, and L of every review.

    Parameters
    ----------
    influencer, reviewer : (r,) dense indices of every review, in any order
    """
    n = influencers
    key, back = np.unique(reviewer * n + influencer, return_inverse=True)
    who, account = key % n, key // n
    width = np.bincount(account)[account] if key.size else account
    used = np.flatnonzero((width >= 2) & (width <= policy.link_accounts_top))
    who, account, width = who[used], account[used], width[used]
    pairs, counts = _count_pairs(who, account, n)
    degree = np.bincount(who, width - 1, minlength=n)
    expected = degree[pairs // n] * degree[pairs % n] / max(float(degree.sum()), 1.0)
    excess = np.maximum(0.0, 1 - policy.link_tolerance * expected / np.maximum(counts, 1))
    beyond = (counts >= policy.link_least) & (counts - expected > policy.link_surprise * np.sqrt(expected + 0.25))
    kept = beyond & (excess > 0)
    links = Links(pairs[kept] // n, pairs[kept] % n, excess[kept])
    total = np.zeros(key.size)
    total[used] = _sum_excess(who, account, links, n)
    return links, total[back.reshape(-1)]


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


def _count_pairs(who: Ints, account: Ints, n: int) -> tuple[Ints, Ints]:
    """Keys first·n + second of all pairs that share accounts, and how many they share."""
    keys, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    size = np.searchsorted(account, account, side="right") - np.arange(account.size) - 1
    for block in _blocks(account, size):
        i, j = _later(account[block])
        key, count = np.unique(who[block][i] * n + who[block][j], return_counts=True)
        keys.append(key)
        counts.append(count)
    key, back = np.unique(np.concatenate(keys), return_inverse=True)
    return key, np.bincount(back.reshape(-1), np.concatenate(counts), minlength=key.size).astype(np.int64)


def _sum_excess(who: Ints, account: Ints, links: Links, n: int) -> Floats:
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
