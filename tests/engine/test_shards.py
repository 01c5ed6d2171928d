"""Accounts divided in any way are judged as they are all together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from ratings.engine import shards
from ratings.scoring.inputs import Floats
from ratings.scoring.links import find_links
from ratings.scoring.policy import COMPOSITE, CURRENT
from ratings.scoring.replay import Receipts, close_days, replay
from ratings.scoring.trust import Outlook, Tally, added
from ratings.scoring.trust_state import TrustState

HOSTS, PEOPLE, DAYS, MANY = 6, 40, 45, 900
FIRST, UNTIL = 20_000, 20_000 + DAYS


def table(seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    host, person = draw.integers(0, HOSTS, MANY), draw.integers(0, PEOPLE, MANY)
    seen: dict[tuple[int, int], int] = {}
    repeat = []
    receipt = np.sort(draw.integers(FIRST, UNTIL, MANY))
    for pair in zip(host.tolist(), person.tolist(), strict=True):
        repeat.append(seen.get(pair, 0))
        seen[pair] = repeat[-1] + 1
    marks = draw.integers(0, 5, (3, MANY))
    return pa.table(
        {
            "influencer": host, "reviewer": [f"p{k}" for k in person], "day": receipt - draw.integers(0, 3, MANY),
            "receipt": receipt, **{f"x{k}": marks[k] for k in range(3)}, "verified": draw.random(MANY) < 0.5,
            "repeat": repeat,
        }
    )  # fmt: skip


class Divided:
    """The accounts' side in several parts."""

    def __init__(self, rows: pa.Table, parts: int) -> None:
        part = np.array([int(name[1:]) * 7919 % parts for name in rows["reviewer"].to_pylist()])
        self.shards = [shards.Shard.of(rows.filter(pa.array(part == k))) for k in range(parts)]
        self.memories = [shards.Memory.begin(shard) for shard in self.shards]

    def judge(self, day: int, outlook: Outlook) -> Tally:
        done = [
            shards.close(shard, memory, day=day, first=FIRST, outlook=outlook, policy=CURRENT)
            for shard, memory in zip(self.shards, self.memories, strict=True)
        ]
        self.memories = [memory for memory, _ in done]
        return added(tally for _, tally in done)

    def settled(self, day: int, tally: Tally, factor: Floats) -> None:
        pass

    def trusted(self) -> list[tuple[int, ...]]:
        found = []
        for shard, m in zip(self.shards, self.memories, strict=True):
            r = shard.receipts
            columns = (r.receipt, r.influencer, r.composite, r.verified, r.repeat, m.trust, m.full, m.known, m.band)
            found += list(zip(*(column.tolist() for column in columns), strict=True))
        return sorted(found)


@pytest.mark.parametrize("parts", [1, 3, 50])
def test_any_division_gives_the_trust_and_the_buckets_of_the_whole(parts: int) -> None:
    rows = table(5).take(pa.array(np.random.default_rng(parts).permutation(MANY)))
    host, receipt = rows["influencer"].to_numpy(), rows["receipt"].to_numpy()
    marks = [rows[f"x{k}"].to_numpy() for k in range(3)]
    composite = sum(w * x for w, x in zip(COMPOSITE, marks, strict=True))
    account = np.array([int(name[1:]) for name in rows["reviewer"].to_pylist()])
    verified, repeat = np.array(rows["verified"].to_pylist()), rows["repeat"].to_numpy()
    orders = {
        "order_influencer": np.arange(HOSTS),
        "order_day": np.full(HOSTS, FIRST + 3),
        "orders": np.full(HOSTS, 400),
    }
    whole = replay(
        Receipts(host, account, receipt, np.asarray(composite), verified, repeat),
        influencers=HOSTS, reviewers=PEOPLE, as_of_day=UNTIL, policy=CURRENT, **orders,
    )  # fmt: skip
    divided, state = Divided(rows, parts), TrustState.begin(FIRST - 1, HOSTS, 0, CURRENT)
    closing = close_days(divided, state=state, as_of_day=UNTIL, policy=CURRENT, **orders)
    columns = (receipt, host, composite, verified, repeat, whole.trust, whole.full, whole.known, whole.band)
    assert divided.trusted() == sorted(zip(*(np.asarray(column).tolist() for column in columns), strict=True))
    assert np.array_equal(closing.buckets.factor, whole.buckets.factor)
    assert (closing.buckets.factor < 1).any()
    assert len(set(whole.trust.tolist())) > 50
    assert np.array_equal(state.total2, whole.state.total2)


def test_links_are_summed_in_parts_as_in_the_whole() -> None:
    rows = table(8)
    host = rows["influencer"].to_numpy()
    account = np.array([int(name[1:]) for name in rows["reviewer"].to_pylist()])
    # three hosts that one ring of accounts shares, and nobody else
    ring, others = account < 15, account >= 15
    host = np.where(ring, host % 3, 3 + host % 3)
    lonely = others & (account % 2 == 0)
    host = np.where(lonely, 3 + account % 3, host)
    links, level = find_links(host, account, HOSTS, CURRENT)
    assert links.first.size
    rows = rows.set_column(0, "influencer", pa.array(host))
    expected = sorted(zip(account.tolist(), host.tolist(), level.tolist(), strict=True))
    found = []
    for part in range(4):
        mine = rows.filter(pa.array(account % 4 == part))
        shard = shards.Shard.of(mine)
        names = sorted(set(mine["reviewer"].to_pylist()))
        r = shard.receipts
        of = [int(names[k][1:]) for k in r.reviewer.tolist()]
        found += zip(of, r.influencer.tolist(), shards.levels(shard, links, HOSTS, CURRENT).tolist(), strict=True)
    assert sorted(found) == expected


def test_a_day_may_be_judged_again() -> None:
    shard = shards.Shard.of(table(2))
    begun = shards.Memory.begin(shard)
    outlook = Outlook(np.full(HOSTS, 0.6), np.full(HOSTS, 3.0), 0.04, 4.0)
    once, tally = shards.close(shard, begun, day=FIRST, first=FIRST, outlook=outlook, policy=CURRENT)
    again, same = shards.close(shard, begun, day=FIRST, first=FIRST, outlook=outlook, policy=CURRENT)
    assert begun.reviews.sum() == 0
    assert once.reviews.sum() == tally.counts.sum() > 0
    assert np.array_equal(once.residual, again.residual)
    assert np.array_equal(tally.sums, same.sums)
