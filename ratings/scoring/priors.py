"""Peer priors: what is believed of an influencer before its own evidence, from those of its category and tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Bools, Floats, Ints, Population
from ratings.scoring.policy import TIERS, Policy

BISECTIONS = 60


@dataclass(frozen=True)
class PeerMeans:
    """Prior mean of each peer group.

    Attributes
    ----------
    platform : mean over all
    groups : mean by `category/tier`, every tier of every known category
    """

    platform: float
    groups: dict[str, float]

    def of(self, population: Population, tier: Ints) -> Floats:
        """(n,) the prior mean of each influencer; a category not known yet has the platform's."""
        table = np.array(
            [[self.groups.get(f"{c}/{t}", self.platform) for t in TIERS] for c in population.categories]
        ).reshape(-1, len(TIERS))
        return table[population.category, tier] if population.size else np.zeros(0)


def tiers(yearly_orders: Floats, policy: Policy) -> Ints:
    """(n,) index into `TIERS` by the orders of one year."""
    bounds = [policy.tier_small, policy.tier_medium, policy.tier_large]
    return np.digitize(yearly_orders, bounds).astype(np.int64)


def paule_mandel(x: Floats, v: Floats) -> tuple[float, float]:
    """Weighted mean and variance between units with noise variances `v`; 60 fixed bisections.

    Paule and Mandel (1982): the variance at which the weighted sum of squares equals its degrees of freedom.
    Without units (0, 0); with one unit its own value and 0.
    """
    if x.size == 0:
        return 0.0, 0.0
    low, high = 0.0, max(4 * float(np.var(x)), 1e-12)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        w = 1 / (middle + v)
        m = np.sum(w * x) / np.sum(w)
        if np.sum(w * (x - m) ** 2) > x.size - 1:
            low = middle
        else:
            high = middle
    between = 0.5 * (low + high)
    w = 1 / (between + v)
    return float(np.sum(w * x) / np.sum(w)), between


def peer_means(
    x: Floats,
    v: Floats,
    ok: Bools,
    population: Population,
    tier: Ints,
    *,
    default: float,
    least: float,
    winsor: float,
    policy: Policy,
) -> PeerMeans:
    """Prior means of all peer groups: group shrunk to category, category to platform, platform to `default`.

    Parameters
    ----------
    x, v, ok : (n,) own estimates, their noise variances, and whether there is one
    least : variance between influencers below which weights are not taken: where all are alike, or too little is known
        of each to see a difference, what thousands of them show together must still outweigh `default`
    winsor : share clipped at either end before means are taken
    """
    k, groups = policy.pseudo_influencers, len(population.categories)
    weight, clipped = np.zeros(population.size), x
    if ok.any():
        low, high = np.quantile(x[ok], [winsor, 1 - winsor])
        clipped = np.clip(x, low, high)
        between = max(paule_mandel(x[ok], v[ok])[1], least)
        weight = np.where(ok, between / (between + v), 0.0)
    platform = float((np.sum(weight * clipped) + k * default) / (np.sum(weight) + k))

    def level(key: Ints, parent: Floats) -> Floats:
        total = np.bincount(key, weight, minlength=parent.size)
        return (np.bincount(key, weight * clipped, minlength=parent.size) + k * parent) / (total + k)

    category = level(population.category, np.full(groups, platform))
    group = level(population.category * len(TIERS) + tier, np.repeat(category, len(TIERS)))
    names = [f"{c}/{t}" for c in population.categories for t in TIERS]
    return PeerMeans(platform, dict(zip(names, group.tolist(), strict=True)))


def shrunk(estimate: float, default: float, units: float, policy: Policy) -> float:
    """`estimate` from `units` influencers, shrunk to `default` by the policy's pseudo-influencers."""
    k = policy.pseudo_influencers
    return (units * estimate + k * default) / (units + k)
