"""Whoever changed is seen sooner, and no law suffers where the band around recent evidence binds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ratings.rating import Scores
from ratings.scoring.inputs import DaySums
from ratings.scoring.policy import CURRENT, MARKS, REVIEW_CHANNELS
from ratings.scoring.scorecard import Cards, score
from tests.scoring.test_laws import AS_OF_DAY, rated, summed, with_reviews
from tests.scoring.worlds import drawn

GOOD, BAD, FULL = [0.95] * 4, [0.25] * 4, 1_000_000


@pytest.fixture(scope="module")
def scores() -> Scores:
    return rated(drawn(1))


def changed(scores: Scores, before: list[float], lately: list[float]) -> DaySums:
    """The first influencer with 40 reviews a month like `before`, and 60 in the last month like `lately`."""
    sums = summed(drawn(1)).sums
    r = sums.reviews
    for age, n, means in [*((60 + 30 * k, 40, before) for k in range(8)), *((7 * k, 15, lately) for k in range(4))]:
        r = with_reviews(r, AS_OF_DAY - 1 - age, n, FULL, means)
    return replace(sums, reviews=r)


def cards(scores: Scores, sums: DaySums, *, recent: bool = True) -> Cards:
    return score(scores.gathered.population, sums, scores.estimated, replace(CURRENT, recent=recent))


@pytest.mark.parametrize(("before", "lately", "sign"), [(BAD, GOOD, 1), (GOOD, BAD, -1)])
def test_a_change_is_seen_sooner_and_widens_the_interval(
    scores: Scores, before: list[float], lately: list[float], sign: int
) -> None:
    sums = changed(scores, before, lately)
    with_band, without = cards(scores, sums), cards(scores, sums, recent=False)
    for name in MARKS:
        one, other = with_band.channels[name], without.channels[name]
        assert sign * float(one.mean[0] - other.mean[0]) > 0.02
        assert float(one.high[0] - one.low[0]) > float(other.high[0] - other.low[0])
        assert float(one.mean[0]) == pytest.approx(float((one.prior + one.borrowed + one.own)[0]), abs=1e-12)


@pytest.mark.parametrize(("before", "lately"), [(BAD, GOOD), (GOOD, BAD)])
@pytest.mark.parametrize("age", [0, 10, 45, 90, 200, 299])
def test_a_five_star_never_lowers_and_a_one_star_never_raises_where_the_band_binds(
    scores: Scores, before: list[float], lately: list[float], age: int
) -> None:
    sums = changed(scores, before, lately)
    start = cards(scores, sums)
    for star in (1.0, 0.0):
        more = with_reviews(sums.reviews, AS_OF_DAY - 1 - age, 5, FULL, [star] * 4)
        after = cards(scores, replace(sums, reviews=more))
        for name in REVIEW_CHANNELS:
            moved = (2 * star - 1) * (after.channels[name].mean - start.channels[name].mean)
            assert np.all(moved >= -1e-12)
