"""Peer priors: what everybody shows together outweighs the default, also where nobody stands out."""

from __future__ import annotations

import numpy as np

from ratings.scoring.inputs import Population
from ratings.scoring.policy import CURRENT
from ratings.scoring.priors import peer_means


def test_a_thousand_alike_outweigh_the_default() -> None:
    size = 1000
    population = Population(
        ids=tuple(f"h{i:04d}" for i in range(size)),
        category=np.zeros(size, np.int64),
        categories=("beauty",),
        as_of_day=20_000,
    )
    # all the same mark, four reviews each: no spread between influencers can be seen
    means = peer_means(
        np.full(size, 0.9),
        np.full(size, 0.015),
        np.ones(size, bool),
        population,
        np.zeros(size, np.int64),
        default=0.72,
        least=0.01,
        winsor=0.02,
        policy=CURRENT,
    )
    # each counts .01/(.01+.015) = .4 of an influencer known for certain: (400·.9 + 20·.72)/420
    assert np.isclose(means.platform, 374.4 / 420)
