"""What one channel gives: its score, how sure it is, and the parts its score is made of."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ratings.scoring.inputs import Bools, Floats


@dataclass(frozen=True)
class Channel:
    """Posterior of one channel for all influencers, in 0..1; every array is (n,).

    Attributes
    ----------
    mean, variance, low, high : posterior mean, variance and central interval
    credibility : weight of the influencer's own evidence, 0..1
    known : whether there is evidence of its own
    evidence : effective number of observations (reviews, orders, sessions)
    prior, borrowed, exposure, own : parts that add up to `mean`
    held : what full trust would have added to `mean`
    weight : (g,) what one unit of day g's evidence adds to `own`, aligned with the channel's days; empty where
        those were looked at in parts
    held_weight : (g,) what one unit of trust held back on day g would add per unit of x above `mean`
    """

    mean: Floats
    variance: Floats
    low: Floats
    high: Floats
    credibility: Floats
    known: Bools
    evidence: Floats
    prior: Floats
    borrowed: Floats
    exposure: Floats
    own: Floats
    held: Floats
    weight: Floats
    held_weight: Floats

    def without_days(self) -> Channel:
        """The same without what stands once a day."""
        return replace(self, weight=np.zeros(0), held_weight=np.zeros(0))

    @classmethod
    def joined(cls, parts: list[Channel]) -> Channel:
        """Some influencers' after the others'; days are let go, unless there is one part alone."""
        if len(parts) == 1:
            return parts[0]
        names = [field.name for field in fields(cls) if not field.name.endswith("weight")]
        rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls(**rows, weight=np.zeros(0), held_weight=np.zeros(0))
