"""One common factor behind the channels: how much they move together across influencers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.bounded import BoundedParameters, BoundedSums
from ratings.scoring.inputs import Bools, Floats
from ratings.scoring.policy import Policy
from ratings.scoring.rates import RateParameters, RateSums

FACTOR_CHANNELS = ("review", "violation", "refund", "complaint")
SWEEPS = 100
LARGEST = 0.95


@dataclass(frozen=True)
class Signal:
    """Standardised raw deviation of one channel from its prior, (n,) each.

    Attributes
    ----------
    deviation : in standard deviations between influencers, positive is better
    noise : its noise variance in the same unit
    known : whether there is evidence
    """

    deviation: Floats
    noise: Floats
    known: Bools


def bounded_signal(sums: BoundedSums, prior: Floats, parameters: BoundedParameters) -> Signal:
    """Deviation of a bounded channel, clipped at ±4."""
    deviation = np.clip((sums.mean - prior) / np.sqrt(parameters.tau2), -4, 4)
    sampling = parameters.sigma2 / np.maximum(2 * sums.weight, 1e-9)
    noise = (sampling + sums.aged(parameters.drift)) / parameters.tau2
    return Signal(np.where(sums.known, deviation, 0.0), np.where(sums.known, noise, 1e9), sums.known)


def rate_signal(sums: RateSums, prior: Floats, parameters: RateParameters, policy: Policy) -> Signal:
    """Deviation of a rate channel: minus the log of the shrunk rate ratio, unshrunk again and clipped at ±6."""
    p = parameters
    a, effective = 1 / p.cv2, sums.exposure * sums.scale
    expected = effective * prior / p.phi
    c = expected / (a + expected)
    ratio = (a + sums.n * sums.scale / p.phi) / (a + expected)
    sd = np.sqrt(np.log1p(p.cv2))
    deviation = np.where(c > 1e-9, -np.log(ratio) / np.maximum(c, 1e-9) / sd, 0.0)
    noise = (1 / np.maximum(expected, 1e-12) + p.drift * policy.half_life / (2 * np.log(2))) / p.cv2
    return Signal(np.clip(deviation, -6, 6), np.where(sums.known, noise, 1e9), sums.known)


def correlation(one: Signal, other: Signal, policy: Policy) -> tuple[float, float]:
    """Noise-corrected correlation of two channels, and the weight it rests on.

    Weighted mean of centred products, weights 1/((1+E_i)(1+E_j)); a thin world is shrunk towards 0.
    """
    w = (one.known & other.known) / ((1 + one.noise) * (1 + other.noise))
    total = float(np.sum(w))
    if total <= 1e-9:
        return 0.0, 0.0
    d1 = one.deviation - np.sum(w * one.deviation) / total
    d2 = other.deviation - np.sum(w * other.deviation) / total
    found = float(np.sum(w * d1 * d2)) / (total + policy.pseudo_influencers)
    return float(np.clip(found, -0.9, 0.9)), total


def loadings(signals: dict[str, Signal], marks: dict[str, Signal], policy: Policy) -> dict[str, float]:
    """Loading of every channel on the common factor, in [0, .95]: 100 coordinate sweeps of Σ√Σw·(r_ij − l_i·l_j)².

    A mark's loading comes from its products with the other channels' loadings, without the review composite.
    """
    names = FACTOR_CHANNELS
    k = len(names)
    r, w = np.zeros((k, k)), np.zeros((k, k))
    for i in range(k):
        for j in range(i):
            found, total = correlation(signals[names[i]], signals[names[j]], policy)
            r[i, j] = r[j, i] = found
            w[i, j] = w[j, i] = np.sqrt(total)
    load = np.full(k, 0.5)
    for _ in range(SWEEPS):
        for i in range(k):
            down = float(np.sum(w[i] * load**2) - w[i, i] * load[i] ** 2)
            load[i] = np.clip(float(np.sum(w[i] * r[i] * load)) / max(down, 1e-9), 0, LARGEST)
    result = dict(zip(names, load.tolist(), strict=True))
    for name, signal in marks.items():
        above = below = 0.0
        for other in names[1:]:
            found, total = correlation(signal, signals[other], policy)
            above += np.sqrt(total) * found * result[other]
            below += np.sqrt(total) * result[other] ** 2
        result[name] = float(np.clip(above / max(below, 1e-9), 0, LARGEST))
    return result
