"""Rings of accounts that review the same few influencers."""

from __future__ import annotations

import numpy as np
import pytest

from ratings.scoring.links import find_links
from ratings.scoring.policy import CURRENT


def pairs(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=np.int64)
    return table[:, 0], table[:, 1]


def test_a_ring_is_found_and_a_crowd_is_not() -> None:
    rng = np.random.default_rng(5)
    crowd = [(int(rng.integers(0, 100)), u) for u in range(800) for _ in range(3)]
    ring = [(h, 1000 + u) for u in range(12) for h in (3, 7)]
    influencer, reviewer = pairs(crowd + ring)
    links, level = find_links(influencer, reviewer, 100, CURRENT)
    assert (3, 7) in set(zip(links.first.tolist(), links.second.tolist(), strict=True))
    # 12 shared accounts or a few more; chance gives about deg²/Σdeg ≈ 60²/4,800 ≈ 1
    assert level[len(crowd) :] == pytest.approx(1 - 2 / 12, abs=0.12)
    assert np.mean(level[: len(crowd)] > 0) < 0.1


def test_names_and_order_of_rows_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    rows = [(int(rng.integers(0, 20)), int(rng.integers(0, 150))) for _ in range(900)]
    rows += [(h, 500 + u) for u in range(9) for h in (1, 2, 3)]
    influencer, reviewer = pairs(rows)
    _, level = find_links(influencer, reviewer, 20, CURRENT)
    order, names = rng.permutation(len(rows)), rng.permutation(1000)
    _, other = find_links(influencer[order], names[reviewer[order]], 20, CURRENT)
    assert (other == level[order]).all()


def test_without_reviews_nothing_is_linked() -> None:
    none = np.zeros(0, dtype=np.int64)
    links, level = find_links(none, none, 5, CURRENT)
    assert links.first.size == level.size == 0
