"""Single reviews and events, given where they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings.scoring.inputs import Floats, Index, Ints


@dataclass(frozen=True)
class ReviewRows:
    """Single reviews, for the full explanation and the list of trusts.

    Attributes
    ----------
    ids : (r,) review ids
    influencer, day : (r,)
    o, full : (r,) trust in ppm before buckets, and as verification alone would give
    admitted : (r,) share that the buckets let through
    x : (3, r) the marks as 0..4
    why : (r,) bit set of `trust.REASONS`
    """

    ids: NDArray[np.object_]
    influencer: Index
    day: Index
    o: Index
    full: Index
    admitted: Floats
    x: Index
    why: Index


@dataclass(frozen=True)
class EventRows:
    """Single events of the rate channels: `source` is `kind:id`, other fields as in `EventDays`."""

    source: NDArray[np.object_]
    channel: Ints
    influencer: Ints
    day: Ints
    points: Ints
