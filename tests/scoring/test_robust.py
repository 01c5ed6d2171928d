"""Medians, and what is said of them without one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ratings.scoring.robust import median, median_exceeds


@given(st.lists(st.integers(0, 4), max_size=9), st.integers(0, 4))
def test_a_median_is_compared_as_if_it_were_taken(values: list[int], bound: int) -> None:
    x = np.array(values, dtype=np.float64)
    expected = bool(values) and bool(np.median(x) > bound)
    assert median_exceeds(x, float(bound)) is expected
    if values:
        assert median(x) == np.median(x)
