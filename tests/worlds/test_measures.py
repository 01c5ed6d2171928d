"""Measures against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ratings.worlds import measures


def floats(*values: float) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def test_kendall_counts_pairs() -> None:
    # of the six pairs of 1 2 3 4 and 1 3 2 4 five agree and one does not: (5 - 1) / 6
    assert measures.kendall(floats(1, 2, 3, 4), floats(1, 3, 2, 4)) == pytest.approx(4 / 6)
    assert measures.kendall(floats(3, 2, 1), floats(1, 2, 3)) == pytest.approx(-1.0)


def test_kendall_corrects_for_ties() -> None:
    # pairs: (1,1) tied in x; the other two agree. tau-b = 2 / sqrt((3 - 1) * 3)
    assert measures.kendall(floats(1, 1, 2), floats(1, 2, 3)) == pytest.approx(2 / np.sqrt(6))


def test_percentiles_share_ties() -> None:
    assert measures.percentiles(floats(5, 1, 3)).tolist() == [100, 0, 50]
    assert measures.percentiles(floats(1, 1, 2)).tolist() == [25, 25, 100]


def test_ndcg_of_eleven() -> None:
    # true percentiles 0, 10, … 100: only the best lies above the 90th, with gain 1
    truth = np.arange(11.0)
    assert measures.ndcg(truth, truth, k=3) == pytest.approx(1.0)
    second = truth.copy()
    second[9], second[10] = 10, 9  # the best comes second: 1 / log2(3)
    assert measures.ndcg(second, truth, k=3) == pytest.approx(1 / np.log2(3))
    assert measures.ndcg(-truth, truth, k=3) == 0.0


def test_coverage_includes_the_ends() -> None:
    assert measures.coverage(floats(0, 0, 0.6), floats(0.5, 1, 1), floats(0.5, 0.2, 0.5)) == pytest.approx(2 / 3)


def test_deciles_are_equal_parts_smallest_first() -> None:
    assert measures.deciles(np.arange(20)[::-1]).tolist() == [9 - k // 2 for k in range(20)]


def test_size_bias_in_percentile_points() -> None:
    truth = np.arange(10.0)
    size = np.arange(10)
    bias = measures.size_bias(-truth, truth, size)  # the smallest is lifted from 0 to 100
    assert bias[0] == pytest.approx(100.0)
    assert bias[9] == pytest.approx(-100.0)
    assert measures.worst(floats(1, -3, 2)) == -3


def test_gap_closed_and_gain() -> None:
    who = np.asarray([True, False])
    assert measures.gap_closed(floats(0.5, 0.5), floats(0.6, 0.9), floats(0.5, 0.5), floats(0.9, 0.5), who) == (
        pytest.approx(0.25)
    )
    assert measures.gained(floats(1, 2, 3), floats(4, 2, 3), np.asarray([True, False, False])) == 100.0
    assert measures.moved(floats(0, 0), floats(0.5, 9), who) == pytest.approx(0.5)


def test_auc_counts_ties_half() -> None:
    # positives 3 and 1, negatives 2 and 1: wins 3>2, 3>1, tie 1=1, loss 1<2 → 2.5 / 4
    assert measures.auc(floats(3, 1, 2, 1), np.asarray([True, True, False, False])) == pytest.approx(0.625)
