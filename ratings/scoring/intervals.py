"""Central intervals of Beta and Gamma distributions given by mean and variance."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammaincinv

from ratings.scoring.inputs import Floats


def beta_interval(mean: Floats, variance: Floats, share: float) -> tuple[Floats, Floats]:
    """Central `share` of the Beta distribution with this mean and variance.

    A mean at 0 or 1 is taken as 1e-4 away from it, a variance at most 95% of the largest a mean allows.
    """
    m = np.clip(mean, 1e-4, 1 - 1e-4)
    v = np.clip(variance, 1e-9, 0.95 * m * (1 - m))
    size = m * (1 - m) / v - 1
    tail = (1 - share) / 2
    low = betaincinv(m * size, (1 - m) * size, tail).astype(np.float64)
    return low, betaincinv(m * size, (1 - m) * size, 1 - tail).astype(np.float64)


def gamma_interval(mean: Floats, relative_variance: Floats, share: float) -> tuple[Floats, Floats]:
    """Central `share` of the Gamma distribution with this mean and squared coefficient of variation."""
    shape = 1 / np.clip(relative_variance, 1e-9, 1e6)
    tail = (1 - share) / 2
    return gammaincinv(shape, tail) / shape * mean, gammaincinv(shape, 1 - tail) / shape * mean
