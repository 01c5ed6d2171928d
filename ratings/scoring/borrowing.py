"""One common factor behind the channels: how much they move together, and what one may learn from the others.

Loadings are never negative, so more of what is good in one channel never lowers another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.bounded import BoundedParameters, BoundedSums, filtered
from ratings.scoring.inputs import Bools, Floats, Population
from ratings.scoring.policy import Policy
from ratings.scoring.rate_parameters import RateParameters
from ratings.scoring.rates import RateEvidence
from ratings.scoring.sums import MarkDays

FACTOR_CHANNELS = ("review", "violation", "refund", "complaint")
SWEEPS = 100
LARGEST = 0.95
LOWEST_MARK = 0.02


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


def bounded_signal(
    days: MarkDays, sums: BoundedSums, prior: Floats, p: BoundedParameters, population: Population, policy: Policy
) -> Signal:
    """Deviation of a bounded channel, unshrunk and clipped at ±4."""
    if policy.daily_filter:
        f = filtered(days, prior, np.full_like(prior, p.tau2), p, population, policy)
        c = np.clip(1 - f.variance / p.tau2, 1e-9, 1)
        deviation, noise = (f.mean - prior) / c, f.variance / c
    else:
        deviation = sums.mean - prior
        noise = p.sigma2 / np.maximum(2 * sums.weight, 1e-9) + sums.aged(p.drift)
    deviation = np.clip(deviation / np.sqrt(p.tau2), -4, 4)
    return Signal(np.where(sums.known, deviation, 0.0), np.where(sums.known, noise / p.tau2, 1e9), sums.known)


def rate_signal(evidence: RateEvidence, prior: Floats, p: RateParameters) -> Signal:
    """Deviation of a rate channel: minus the log of the shrunk rate ratio, unshrunk again and clipped at ±6."""
    a, expected = 1 / p.cv2, evidence.exposure * prior
    c = expected / (a + expected)
    sd = np.sqrt(np.log1p(p.cv2))
    deviation = np.where(c > 1e-9, -np.log((a + evidence.n) / (a + expected)) / np.maximum(c, 1e-9) / sd, 0.0)
    noise = (evidence.sampling + evidence.extra) / p.cv2
    return Signal(np.clip(deviation, -6, 6), np.where(evidence.known, noise, 1e9), evidence.known)


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


@dataclass(frozen=True)
class Borrowed:
    """What the other channels say of each channel's common factor, (n,) each.

    Attributes
    ----------
    mean, variance : by channel, of the factor given all channels but this one
    whole : variance given all channels
    """

    mean: dict[str, Floats]
    variance: dict[str, Floats]
    whole: Floats

    def bounded(self, name: str, loading: float, prior: Floats, tau2: float) -> tuple[Floats, Floats]:
        """Prior mean μ + l·τ·f and variance τ²(1 − l² + l²·var f) of a bounded channel."""
        key = name if name in self.mean else "review"
        mean = np.clip(prior + loading * np.sqrt(tau2) * self.mean[key], LOWEST_MARK, 1 - LOWEST_MARK)
        return mean, tau2 * (1 - loading**2 + loading**2 * self.variance[key])

    def rate(self, name: str, loading: float, prior: Floats, cv2: float) -> tuple[Floats, Floats]:
        """Prior rate and CV² of a rate channel whose logarithm is normal with variance s² = ln(1 + CV²)."""
        s2 = np.log1p(cv2)
        keep = s2 * (1 - loading**2 + loading**2 * self.variance[name])
        shift = -loading * np.sqrt(s2) * self.mean[name]
        return prior * np.exp(shift - 0.5 * s2 + 0.5 * keep), np.expm1(keep)


def borrow(signals: dict[str, Signal], load: dict[str, float]) -> Borrowed:
    """The factor given the other channels: precision 1 + Σ l²/(1 − l² + E), mean Σ l·D/(1 − l² + E) over precision."""
    precision, pull = {}, {}
    for name, s in signals.items():
        spread = 1 - load[name] ** 2 + s.noise
        precision[name] = np.where(s.known, load[name] ** 2 / spread, 0.0)
        pull[name] = np.where(s.known, load[name] * s.deviation / spread, 0.0)
    total = 1 + sum(precision[name] for name in signals)
    pulled = sum(pull[name] for name in signals)
    return Borrowed(
        mean={name: (pulled - pull[name]) / (total - precision[name]) for name in signals},
        variance={name: 1 / (total - precision[name]) for name in signals},
        whole=np.asarray(1 / total),
    )
