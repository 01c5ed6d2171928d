"""Robust regression: Tukey's biweight by iteratively reweighted least squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ratings.scoring.inputs import Floats

ITERATIONS = 12
TUNING = 4.685
MAD_TO_SD = 1.4826


def median(x: Floats) -> float:
    """`np.median` of finite numbers, to the last digit, without what it does for others."""
    return _median_of(x.copy())


def _median_of(x: Floats) -> float:
    """The same; leaves the numbers in another order."""
    half, odd = divmod(x.size, 2)
    if odd:
        x.partition(half)
        return float(x[half])
    x.partition([half - 1, half])
    low, high = x[half - 1 : half + 1].tolist()
    return float((low + high) / 2)


def median_exceeds(x: Floats, bound: float) -> bool:
    """Whether `median(x)` is above a bound, mostly by counting alone."""
    twice = 2 * int(np.count_nonzero(x > bound))
    # where exactly half are above, the middle lies between the two that it is the mean of
    return twice > x.size or (twice == x.size and x.size > 0 and median(x) > bound)


def tukey(y: Floats, design: Sequence[Floats]) -> tuple[tuple[float, ...], float, float]:
    """Coefficients, median residual and robust sd of the residuals, after 12 fixed iterations.

    Parameters
    ----------
    y : (s,) response
    design : k columns of the regression, (s,) each, the constant first

    Notes
    -----
    Beaton and Tukey (1974). A vanishing ridge keeps a constant column (all sessions alike) harmless.
    """
    k, weight = len(design), np.ones(y.size)
    coefficients, center, spread = np.zeros(k), 0.0, 0.0
    room, other = np.empty(y.size), np.empty(y.size)
    for _ in range(ITERATIONS):
        normal, right = np.empty((k, k)), np.empty(k)
        for i, column in enumerate(design):
            np.multiply(weight, column, out=room)
            normal[i] = [np.sum(np.multiply(room, b, out=other)) for b in design]
            right[i] = np.sum(np.multiply(room, y, out=other))
        normal = normal + np.eye(k) * (1e-9 * np.trace(normal) / k)
        coefficients = np.linalg.solve(normal, right)
        residual = room
        residual[:] = 0.0
        for c, column in zip(coefficients, design, strict=True):
            residual += np.multiply(c, column, out=other)
        np.subtract(y, residual, out=residual)
        other[:] = residual
        center = _median_of(other)
        residual -= center
        spread = float(MAD_TO_SD * _median_of(np.abs(residual, out=other)))
        residual /= max(TUNING * spread, 1e-9)
        # (1 − u²)² where |u| is below 1
        np.maximum(np.subtract(1, np.square(residual, out=other), out=other), 0.0, out=other)
        np.square(other, out=weight)
    return tuple(float(c) for c in coefficients), center, spread
