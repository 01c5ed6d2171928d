"""Simple rules against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ratings.worlds import baselines
from tests.worlds.factories import tiny_world


def test_plain_mean_and_the_mean_of_all_for_the_silent() -> None:
    world = tiny_world(host=[0, 0, 1], stars=[5, 4, 3], n=3)
    assert baselines.plain_mean(world) == pytest.approx([4.5, 3.0, 4.0])


def test_imdb_adds_25_reviews_at_the_mean_of_all() -> None:
    world = tiny_world(host=[0] * 25 + [1] * 25, stars=[5] * 25 + [3] * 25)
    assert baselines.imdb(world) == pytest.approx([4.5, 3.5])


def test_wilson_bound_of_ten_of_ten() -> None:
    # the lower bound for 10 of 10 is 1 / (1 + 1.96²/10) = 0.7225
    world = tiny_world(host=[0] * 10 + [1], stars=[5] * 10 + [1])
    assert baselines.wilson(world) == pytest.approx([0.7225, 0.0], abs=1e-4)


def test_recent_mean_forgets_after_180_days() -> None:
    world = tiny_world(host=[0, 0, 1], stars=[1, 5, 3], ago=[300, 10, 10])
    assert baselines.recent_mean(world) == pytest.approx([5.0, 3.0])


def test_decay_halves_in_180_days() -> None:
    world = tiny_world(host=[0, 1], stars=[5, 5], ago=[180, 360])
    assert baselines.decayed(world) == pytest.approx([(0.5 * 5 + 24.5) / 7.5, (0.25 * 5 + 24.5) / 7.25])


def test_every_rule_gives_a_number_to_everyone() -> None:
    world = tiny_world(host=[0], stars=[5], n=4)
    for rule in baselines.BASELINES.values():
        assert np.isfinite(rule(world)).all()
