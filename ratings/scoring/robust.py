"""Robust regression: Tukey's biweight by iteratively reweighted least squares."""

from __future__ import annotations

import numpy as np

from ratings.scoring.inputs import Floats

ITERATIONS = 12
TUNING = 4.685
MAD_TO_SD = 1.4826


def median(x: Floats) -> float:
    """`np.median` of finite numbers, to the last digit, without what it does for others."""
    half, odd = divmod(x.size, 2)
    if odd:
        return float(np.partition(x, half)[half])
    low, high = np.partition(x, [half - 1, half])[half - 1 : half + 1].tolist()
    return float((low + high) / 2)


def median_exceeds(x: Floats, bound: float) -> bool:
    """Whether `median(x)` is above a bound, mostly by counting alone."""
    twice = 2 * int(np.count_nonzero(x > bound))
    # where exactly half are above, the middle lies between the two that it is the mean of
    return twice > x.size or (twice == x.size and x.size > 0 and median(x) > bound)


def tukey(y: Floats, design: Floats) -> tuple[tuple[float, ...], float, float]:
    """Coefficients, median residual and robust sd of the residuals, after 12 fixed iterations.

    Parameters
    ----------
    y : (s,) response
    design : (k, s) columns of the regression, the constant first

    Notes
    -----
    Beaton and Tukey (1974). A vanishing ridge keeps a constant column (all sessions alike) harmless.
    """
    k, weight = design.shape[0], np.ones(y.size)
    coefficients, center, spread = np.zeros(k), 0.0, 0.0
    for _ in range(ITERATIONS):
        weighted = [weight * column for column in design]
        normal = np.array([[np.sum(a * b) for b in design] for a in weighted])
        right = np.array([np.sum(a * y) for a in weighted])
        normal = normal + np.eye(k) * (1e-9 * np.trace(normal) / k)
        coefficients = np.linalg.solve(normal, right)
        residual = y - sum(c * column for c, column in zip(coefficients, design, strict=True))
        center = median(residual)
        spread = float(MAD_TO_SD * median(np.abs(residual - center)))
        u = (residual - center) / max(TUNING * spread, 1e-9)
        weight = np.where(np.abs(u) < 1, (1 - u**2) ** 2, 0.0)
    return tuple(float(c) for c in coefficients), center, spread
