"""Figures worked out by hand from the formulas of METHOD.md."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ratings.scoring import bounded, rate_parameters, rates
from ratings.scoring.contributions import largest_remainder
from ratings.scoring.inputs import Population
from ratings.scoring.intervals import beta_interval, gamma_interval
from ratings.scoring.policy import CURRENT
from ratings.scoring.priors import PeerMeans, paule_mandel, tiers
from ratings.scoring.ranking import rank
from ratings.scoring.robust import tukey
from ratings.scoring.scorecard import capped, grade
from ratings.scoring.sums import MarkDays, RateDays, decay, place

ONE = Population(("h",), np.array([0]), ("beauty",), 1000)


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_one_fresh_five_star_among_peers_of_72() -> None:
    # n* = 2, kappa = .06/.01 = 6, c = .25: .25·1 + .75·.72 = .79
    days = MarkDays(np.array([0]), np.array([999]), *(floats(1) for _ in range(6)))
    sums = bounded.decayed(days, ONE, 180)
    p = bounded.BoundedParameters(PeerMeans(0.72, {}), 0.06, 0.01, 0.0, 0.72, 0.06, 0.0)
    prior, between = floats(0.72), floats(0.01)
    policy = replace(CURRENT, daily_filter=False, interval_marks=1)
    channel = bounded.score(days, sums, prior, prior, between, p, ONE, policy)
    assert channel.mean[0] == pytest.approx(0.79)
    # sigma_h² = .06·(.79·.21)/(.72·.28) = .049375; .0625·.049375 + .5625·.01
    assert channel.variance[0] == pytest.approx(0.0625 * 0.049375 + 0.005625)
    assert channel.prior[0] == pytest.approx(0.54)
    assert channel.own[0] == pytest.approx(0.25)


def test_a_review_of_half_a_year_counts_half() -> None:
    weight, age = decay(np.array([819, 999]), 1000, 180)
    assert weight == pytest.approx([0.5, 1])
    assert age == pytest.approx([180, 0])


def test_fifty_faulty_refunds_in_a_thousand_orders() -> None:
    # a = 2, b = 25, N = 50/.6, E = 1000/.6: (1691.667/1695.667)^85.333 = .81748
    days = RateDays(np.array([0]), np.array([999]), floats(1000), floats(1e6), floats(50), floats(50), floats(50))
    shape = rate_parameters.RateShape.of("refund", CURRENT)
    sums = rate_parameters.decayed(days, shape, floats(0), ONE, 180)
    p = rate_parameters.RateParameters(PeerMeans(0.08, {}), 0.5, 0.6, 1.0, 0.0, 0.0)
    prior = floats(0.08)
    policy = replace(CURRENT, daily_filter=False)
    evidence = rates.gathered(days, sums, prior, p, shape, ONE, policy)
    channel = rates.score(days, evidence, prior, floats(0.5), prior, p, shape, policy)
    assert channel.mean[0] == pytest.approx(math.exp(-85.3333333 * math.log(1 + 4 / 1691.6666667)))
    assert channel.mean[0] == pytest.approx(0.81748, abs=1e-5)
    # peers alone: (25/29)^2; clean: (1691.667/1695.667)^2
    assert channel.prior[0] == pytest.approx((25 / 29) ** 2)
    assert channel.exposure[0] == pytest.approx((1691.6666667 / 1695.6666667) ** 2 - (25 / 29) ** 2)
    parts = channel.prior + channel.borrowed + channel.exposure + channel.own
    assert parts[0] == pytest.approx(channel.mean[0])


def test_beta_interval_of_a_uniform() -> None:
    low, high = beta_interval(floats(0.5), floats(1 / 12), 0.9)
    assert (low[0], high[0]) == (pytest.approx(0.05), pytest.approx(0.95))


def test_gamma_interval_of_an_exponential() -> None:
    low, high = gamma_interval(floats(2), floats(1), 0.9)
    assert low[0] == pytest.approx(-2 * math.log(0.95))
    assert high[0] == pytest.approx(-2 * math.log(0.05))


def test_paule_mandel_without_noise_is_the_sample_variance() -> None:
    mean, between = paule_mandel(floats(1, 2, 3, 6), floats(0, 0, 0, 0) + 1e-12)
    assert mean == pytest.approx(3)
    assert between == pytest.approx(14 / 3)


def test_paule_mandel_of_nobody_and_of_one() -> None:
    assert paule_mandel(floats(), floats()) == (0.0, 0.0)
    assert paule_mandel(floats(0.4), floats(0.01)) == (pytest.approx(0.4), pytest.approx(0, abs=1e-9))


def test_an_event_goes_to_the_last_day_with_exposure() -> None:
    influencer, day = np.array([0, 0, 2]), np.array([10, 20, 15])
    of, on = np.array([0, 0, 0, 0, 1, 2]), np.array([5, 10, 19, 30, 12, 99])
    assert place(influencer, day, of, on).tolist() == [0, 0, 0, 1, -1, 2]


def test_tiers_by_yearly_orders() -> None:
    assert tiers(floats(0, 299, 300, 2999, 3000, 30_000), CURRENT).tolist() == [0, 0, 1, 1, 2, 3]


def test_grades_and_caps() -> None:
    marks = (95, 90, 89.9999, 80, 70, 60, 50, 49.9)
    assert [grade(v, CURRENT) for v in marks] == ["A+", "A+", "A", "A", "B", "C", "D", "E"]
    assert capped("A", {"grade": "D"}) == "D"
    assert capped("E", {"grade": "D"}) == "E"
    assert capped("A", None) == "A"


def test_largest_remainder_adds_up() -> None:
    assert largest_remainder([1.5, 1.5, 1.0], 4) == [2, 1, 1]
    assert largest_remainder([-0.4, 10.4], 10) == [0, 10]
    assert sum(largest_remainder([0.1] * 7, 3)) == 3


def test_ranks_far_apart_are_certain_and_ties_shared() -> None:
    found = rank(floats(0.9, 0.5, 0.5, 0.1), floats(0.001, 0.001, 0.001, 0.001), share=0.9, top=0.25)
    assert found.rank.tolist() == [1, 2, 2, 4]
    assert (found.low[0], found.high[0]) == (1, 1)
    assert found.high[3] == 4
    assert found.p_top[3] == pytest.approx(0)


def test_equal_influencers_may_rank_anywhere() -> None:
    m = 100
    found = rank(np.full(m, 0.7), np.full(m, 0.05), share=0.9, top=0.1)
    # one's own score is uniform among the others: 5% to 95% of the ranks
    assert found.low[0] == 1
    assert found.high[0] == pytest.approx(95, abs=2)
    assert found.p_top[0] == pytest.approx(0.10, abs=0.005)


def test_tukey_ignores_what_does_not_belong() -> None:
    x = np.arange(50.0)
    noise = np.where(np.arange(50) % 2 == 0, 0.1, -0.1)
    y = 1 + 2 * x + noise
    y[7] = 500
    coefficients, center, spread = tukey(y, np.stack([np.ones(50), x]))
    assert coefficients[0] + center == pytest.approx(1, abs=0.15)
    assert coefficients[1] == pytest.approx(2, abs=0.01)
    assert spread == pytest.approx(0.148, abs=0.03)
