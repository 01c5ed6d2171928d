"""How fast influencers change: the variance a random walk adds per day, from influencer × month means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.policy import Policy

FIRST_LAG, LAST_LAG = 3, 8


@dataclass(frozen=True)
class Months:
    """Sums per influencer × month before the as-of day, the latest month first; (n, months) each.

    Attributes
    ----------
    weight, total : Σ trust or exposure, and Σ trust·x or points
    squares : Σ trust² or squared session exposure
    """

    weight: Floats
    total: Floats
    squares: Floats


def months(
    influencer: Ints,
    day: Ints,
    weight: Floats,
    total: Floats,
    squares: Floats,
    *,
    size: int,
    as_of_day: int,
    policy: Policy,
) -> Months:
    """Day sums added up by month; what is older than the policy's months is left out."""
    count = policy.drift_months
    month = (as_of_day - 1 - day) // policy.month_days
    seen = month < count
    key = influencer[seen] * count + month[seen]

    def table(values: Floats) -> Floats:
        return np.bincount(key, values[seen], minlength=size * count).astype(np.float64).reshape(size, count)

    return Months(table(weight), table(total), table(squares))


def per_month(influencer: Ints, day: Ints, values: Floats, *, size: int, as_of_day: int, policy: Policy) -> Floats:
    """(n, months) sums of one column by month, the latest first."""
    m = months(influencer, day, values, values, values, size=size, as_of_day=as_of_day, policy=policy)
    return m.weight


@dataclass
class RandomWalk:
    """Variance a day, by weighted regression of squared differences of months 3 to 8 apart on their distance.

    Attributes
    ----------
    guard : added to the noise in the weights, so that a few large influencers do not decide alone
    """

    guard: float
    policy: Policy
    _above: float = 0.0
    _below: float = 0.0

    def add(self, mean: Floats, noise: Floats, known: Floats) -> None:
        """Take in some influencers.

        Parameters
        ----------
        mean, noise : (n, months) means of the months and their noise variances
        known : (n, months) above 0 where a month has evidence
        """
        for lag in range(FIRST_LAG, min(LAST_LAG, mean.shape[1] - 1) + 1):
            both = (known[:, :-lag] > 0) & (known[:, lag:] > 0)
            v = (noise[:, :-lag] + noise[:, lag:])[both]
            excess = ((mean[:, :-lag] - mean[:, lag:])[both]) ** 2 - v
            w = 1 / (v + self.guard) ** 2
            self._above += float(np.sum(w * excess))
            self._below += float(np.sum(w)) * lag * self.policy.month_days

    @property
    def variance(self) -> float:
        """What all that was taken in says."""
        return max(self._above / self._below, 0.0) if self._below > 0 else 0.0


@dataclass
class Variogram:
    """Relative overdispersion between sessions and random-walk variance a day, by one weighted regression.

    (x1 − x2)² − noise = ω²(Q1 + Q2) + q·days apart, over pairs of an influencer's months 1 to 8 apart; what comes out
    negative is set to 0 and the other refitted.
    """

    guard: float
    policy: Policy
    _g2: float = 0.0
    _gt: float = 0.0
    _t2: float = 0.0
    _gz: float = 0.0
    _tz: float = 0.0

    def add(self, mean: Floats, noise: Floats, concentration: Floats, known: Floats) -> None:
        """Take in some influencers; as in `RandomWalk.add`.

        Parameters
        ----------
        concentration : (n, months) Σe²/(Σe)² of session exposures
        """
        for lag in range(1, min(LAST_LAG, mean.shape[1] - 1) + 1):
            both = (known[:, :-lag] > 0) & (known[:, lag:] > 0)
            v = (noise[:, :-lag] + noise[:, lag:])[both]
            g = (concentration[:, :-lag] + concentration[:, lag:])[both]
            z = ((mean[:, :-lag] - mean[:, lag:])[both]) ** 2 - v
            w, t = 1 / (v + self.guard) ** 2, float(lag * self.policy.month_days)
            self._g2 += float(np.sum(w * g * g))
            self._gt += float(np.sum(w * g)) * t
            self._t2 += float(np.sum(w)) * t * t
            self._gz += float(np.sum(w * g * z))
            self._tz += float(np.sum(w * z)) * t

    def fit(self) -> tuple[float, float]:
        """ω² and q of all that was taken in."""
        g2, gt, t2, gz, tz = self._g2, self._gt, self._t2, self._gz, self._tz
        if t2 <= 0 or g2 <= 0:
            return 0.0, 0.0
        determinant = g2 * t2 - gt * gt
        if determinant > 1e-12 * g2 * t2:
            nugget, walk = (gz * t2 - tz * gt) / determinant, (tz * g2 - gz * gt) / determinant
            if nugget >= 0 and walk >= 0:
                return nugget, walk
            return (0.0, max(tz / t2, 0.0)) if nugget < 0 else (max(gz / g2, 0.0), 0.0)
        return max(gz / g2, 0.0), 0.0
