"""How much one review counts: verified × repeat, in parts per million, floored once and here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import Bools, Ints
from ratings.scoring.policy import PPM, Policy

REASONS = ("unverified", "repeat")


@dataclass(frozen=True)
class Judged:
    """Trust of each review.

    Attributes
    ----------
    trust : (r,) ppm
    full : (r,) ppm that verification alone would give
    why : (r,) bit set over `REASONS`
    """

    trust: Ints
    full: Ints
    why: Ints


def judge(*, verified: Bools, repeat: Ints, policy: Policy) -> Judged:
    """Trust of reviews: 1 with a receipt or `trust_unverified`, divided by (1 + earlier reviews) per pair.

    Parameters
    ----------
    verified : (r,) whether a purchase is proven
    repeat : (r,) this account's earlier reviews of this influencer
    """
    base = np.where(verified, 1.0, policy.trust_unverified)
    full = np.floor(base * PPM).astype(np.int64)
    trust = np.floor(base / (1.0 + repeat) ** policy.repeat_power * PPM).astype(np.int64)
    why = (~verified).astype(np.int64) | ((repeat > 0).astype(np.int64) << 1)
    return Judged(trust, full, why)
