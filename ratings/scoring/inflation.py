"""Share of a session's shown viewers that is real, by a mixture of clean and inflated sessions.

A residual of log(shown) on activity is clean, N(0, s) with a fat tail, or inflated by f, N(log f, s), with log f
uniform. How common inflation is follows from the influencer's own sessions, with two pseudo-sessions of the platform's
share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Bools, Floats, Ints
from ratings.scoring.sums import AT_ONCE, per_influencer

ITERATIONS = 8
START, PSEUDO_SESSIONS = 0.05, 2.0
LEAST, MOST, POINTS = 1.2, 30.0, 40
TAIL = 0.02


@dataclass(frozen=True)
class Inflation:
    """Posterior of every session, (s,): chance of being inflated, real share if it is, and expected real share.

    Attributes
    ----------
    platform : platform's share of inflated sessions after each iteration
    """

    chance: Floats
    if_inflated: Floats
    share: Floats
    platform: tuple[float, ...]


def posterior(
    residual: Floats, spread: float, judged: Bools, who: Ints, size: int, platform: tuple[float, ...] | None = None
) -> Inflation:
    """Run the fixed iterations; given the platform's shares, each influencer depends on its own sessions only.

    Parameters
    ----------
    residual, judged, who : (s,) log excess over activity, whether known, influencer index
    platform : what an earlier run over everyone found, else it is found here
    """

    def density(t: Floats) -> Floats:
        narrow, wide = np.exp(-0.5 * (t / spread) ** 2), np.exp(-0.5 * (t / (2 * spread)) ** 2)
        return np.asarray((1 - TAIL) * narrow + TAIL / 2 * wide)

    factors = np.linspace(np.log(LEAST), np.log(MOST), POINTS)
    beyond = residual > factors[-1]
    clean, inflated, if_inflated = (np.empty(residual.size) for _ in range(3))
    parts = [slice(k, k + AT_ONCE) for k in range(0, residual.size, AT_ONCE)]
    for part in parts:
        t = residual[part]
        clean[part] = density(t)
        likely, real = np.zeros(t.size), np.zeros(t.size)
        for f in factors:
            p = density(t - f) / POINTS
            likely, real = likely + p, real + p * np.exp(-f)
        inflated[part] = likely
        if_inflated[part] = np.where(beyond[part], np.exp(-t), real / np.maximum(likely, 1e-300))
    sessions = per_influencer(who, judged.astype(np.float64), size)
    own, found, chance = np.full(size, START), [], np.zeros(residual.size)
    for k in range(ITERATIONS):
        for part in parts:
            prior = own[who[part]]
            weight = prior * inflated[part]
            likely = np.where(beyond[part], 1.0, weight / np.maximum(weight + (1 - prior) * clean[part], 1e-300))
            chance[part] = np.where(judged[part], likely, 0.0)
        total = per_influencer(who, chance, size)
        if platform is None:
            found.append(float(np.sum(total)) / max(float(np.sum(sessions)), 1.0))
        everyone = platform[k] if platform is not None else found[k]
        own = (total + PSEUDO_SESSIONS * everyone) / (sessions + PSEUDO_SESSIONS)
    share = 1 - chance * (1 - if_inflated)
    return Inflation(chance, if_inflated, share, platform if platform is not None else tuple(found))
