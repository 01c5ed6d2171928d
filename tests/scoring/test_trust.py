"""Trust worked out by hand: repeats, receipts, reliability and buckets."""

from __future__ import annotations

import numpy as np
import pytest

from ratings.rating import rate_evidence
from ratings.scoring.policy import CURRENT
from ratings.scoring.trust import REASONS, Arrivals, close_day
from ratings.scoring.trust_state import TrustState
from tests.scoring.worlds import AS_OF, World


def arrivals(n: int, *, composite: int = 57, repeat: int = 0, verified: bool = True, first: int = 0) -> Arrivals:
    zero = np.zeros(n, dtype=np.int64)
    return Arrivals(zero, np.arange(first, first + n), zero + composite, zero.astype(bool) | verified, zero + repeat)


def begin(reviewers: int = 100) -> TrustState:
    return TrustState.begin(0, 1, reviewers, CURRENT)


def test_a_new_account_counts_four_fifths() -> None:
    assert close_day(begin(), np.zeros(1), arrivals(1), CURRENT).trust.tolist() == [800_000]


def test_without_a_receipt_two_fifths_of_that() -> None:
    assert close_day(begin(), np.zeros(1), arrivals(1, verified=False), CURRENT).trust.tolist() == [320_000]


def test_after_two_reviews_a_third_counts_a_ninth() -> None:
    # .8 / (1 + 2)²
    assert close_day(begin(), np.zeros(1), arrivals(1, repeat=2), CURRENT).trust.tolist() == [88_888]


def test_without_orders_a_bucket_lets_two_through() -> None:
    judged = close_day(begin(), np.zeros(1), arrivals(50), CURRENT)
    # 2 tokens for 50 reviews, and 2 for 50 new accounts
    assert judged.factor[0, 3] == pytest.approx(2 / 50)
    assert judged.factor[0, 0] == pytest.approx(2 / 50 * 2 / 50)
    assert judged.why[0] >> REASONS.index("burst") & 1


def test_a_launch_day_refills_its_bucket() -> None:
    # e = 10,000 · 1,000·.05·(1 − e^(−1/5)) / (10,000 + 1,000) = 8.2395; 2 + 1.5·e = 14.359 tokens
    judged = close_day(begin(), np.full(1, 10_000.0), arrivals(90), CURRENT)
    assert judged.factor[0, 3] == pytest.approx(14.359 / 90, abs=1e-4)
    assert close_day(begin(), np.full(1, 10_000.0), arrivals(14), CURRENT).factor[0, 3] == 1.0


def test_an_account_that_always_contradicts_loses_weight() -> None:
    state = begin()
    for day in range(6):
        sound = arrivals(1, composite=57, first=day + 1)
        odd = arrivals(1, composite=0)
        both = Arrivals(*(np.concatenate([getattr(odd, f), getattr(sound, f)]) for f in Arrivals.__annotations__))
        judged = close_day(state, np.full(1, 1000.0), both, CURRENT)
    # residual² ≈ (0 − .72)²/(.06·(1 + 1/6)) ≈ 7.4 each: (4 + 5)/(5 + 5·7) ≈ .2
    assert judged.trust[0] < 300_000
    assert judged.trust[1] == 800_000
    assert judged.why[0] >> REASONS.index("unreliable") & 1


def test_an_account_that_agrees_gains_weight() -> None:
    state = begin()
    trusts = [close_day(state, np.full(1, 1000.0), arrivals(1, composite=55), CURRENT).trust[0] for _ in range(6)]
    assert trusts == sorted(trusts)
    # (4 + 5)/(5 + almost nothing), at most 1
    assert trusts[-1] == 1_000_000


def counted(world: World, influencer: str) -> dict[str, int]:
    found = rate_evidence(world.tables(), as_of=AS_OF).evidence_counts[influencer]
    return {name: found[name] for name in ("held_down", "held_down_fast")}


def test_a_wave_that_no_order_explains_is_held_down_as_fast() -> None:
    world = World().influencer("h").session("h", 300, 10)
    for k in range(40):
        world.review("h", 3, (5, 5, 4), f"u{k}")
    assert counted(world, "h") == {"held_down": 40, "held_down_fast": 40}


def test_an_account_that_comes_again_is_held_down_but_not_fast() -> None:
    world = World().influencer("h")
    for k in range(4):
        world.session("h", 200 - 30 * k, 400).review("h", 199 - 30 * k, (4, 4, 4), "again")
    assert counted(world, "h") == {"held_down": 3, "held_down_fast": 0}


def test_who_loses_a_little_is_not_held_down() -> None:
    world = World().influencer("h").session("h", 8, 20)
    for k in range(3):  # 2 and most of what 20 orders explain, for three
        world.review("h", 3, (5, 4, 4), f"u{k}")
    rows = rate_evidence(world.tables(), as_of=AS_OF, explain="full").review_trust.to_pylist()
    assert all(500_000 < row["trust_ppm"] < 800_000 and "burst" in row["why"] for row in rows)
    assert counted(world, "h") == {"held_down": 0, "held_down_fast": 0}


def test_where_every_order_of_many_small_sellers_is_reviewed_few_are_held() -> None:
    world = World()
    for k in range(300):
        world.influencer(f"h{k}")
        for order in range(3):
            ago = 360 - k - 10 * order % 350
            world.session(f"h{k}", ago, 1).review(f"h{k}", max(ago - 14, 0.1), (4, 4, 5), f"u{k}-{order}")
    held = [found["held_down"] for found in rate_evidence(world.tables(), as_of=AS_OF).evidence_counts.values()]
    assert sum(held) < 900 * 0.05
