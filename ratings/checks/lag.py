"""How late returns come: a survival curve that does not flatter recent shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 37, 45, 60, 90, 120], dtype=np.float64)
"""Upper ends of the bins: bin j holds returns up to DAYS[j] days after the show."""

NONE_YET = np.zeros(1)
FROM_THE_SHOW = np.concatenate((NONE_YET, DAYS))

USUAL_MEDIAN, USUAL_SPREAD = 7.0, 0.7
USUAL_WEIGHT = 50.0


@dataclass(frozen=True)
class Curve:
    """`known`: share of all returns that are in by the end of each of `DAYS`; the last is 1."""

    known: Floats

    def at(self, day: Floats | float) -> Floats:
        """Share known so many days after the show."""
        return np.asarray(np.interp(day, FROM_THE_SHOW, np.concatenate((NONE_YET, self.known))))

    def day_of(self, share: float) -> int:
        """First whole day on which at least this share is known."""
        days = np.arange(1, int(DAYS[-1]) + 1)
        return int(days[np.argmax(self.at(days.astype(np.float64)) >= share - 1e-12)])


def usual() -> Curve:
    """A curve for where nothing is known: half within a week, as the seven-day right of return suggests."""
    z = (np.log(DAYS) - np.log(USUAL_MEDIAN)) / USUAL_SPREAD
    known = 1 / (1 + np.exp(-1.702 * z))
    return Curve(known / known[-1])


def hazards(lags: Floats, ages: Floats) -> tuple[Floats, Floats]:
    """Counts of the reversed-time estimate.

    Parameters
    ----------
    lags : (s, bins) returns of each show by bin
    ages : (s,) days since each show

    Returns
    -------
    (bins,) returns in the bin, and returns up to the bin, of shows old enough to have seen all of it

    Notes
    -----
    Right truncation: a return is seen only when its lag is less than the age of its show (Lagakos, Barraj and
    De Gruttola 1988); in insurance the same is the chain ladder.
    """
    old = ages[:, None] >= DAYS[None, :]
    upto = np.cumsum(lags, axis=1)
    return np.sum(np.where(old, lags, 0.0), axis=0), np.sum(np.where(old, upto, 0.0), axis=0)


def curve(lags: Floats, ages: Floats, prior: Curve | None = None, weight: float = USUAL_WEIGHT) -> Curve:
    """The curve of these shows, each step shrunk to the prior's with `weight` returns."""
    base = (prior or usual()).known
    before = np.r_[0.0, base[:-1]]
    step = np.where(base > 0, 1 - before / np.maximum(base, 1e-12), 0.0)
    inside, upto = hazards(lags, ages)
    h = (inside + weight * step) / (upto + weight)
    known = np.ones(DAYS.size)
    for j in range(DAYS.size - 1, 0, -1):
        known[j - 1] = known[j] * (1 - min(h[j], 1.0))
    return Curve(known)
