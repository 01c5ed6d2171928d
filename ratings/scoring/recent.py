"""The published estimate of a channel: the slow filter's, held within a band around a faster filter's.

score = the middle one of slow, fast − reach and fast + reach. The middle of three numbers that never fall with better
evidence never falls either; the less recent evidence, the wider the band. Where nothing recent is left, it lies around
what is usual and what other channels show: a reputation that nothing bears out any more fades to there. Where the band
binds, the score is a mixture of both filters' scores, and so are the parts it is made of.
"""

from __future__ import annotations

import numpy as np

from ratings.scoring.inputs import Floats


def mark_band(fast: Floats, prior: Floats, between: Floats, trusted: Floats, reach: float) -> tuple[Floats, Floats]:
    """Band around a mark: reach·√between, at most the way from the prior to the end of the scale, times 1 − trusted.

    Parameters
    ----------
    trusted : (n,) sum of the fast filter's weights, 1 where only the evidence counts

    Notes
    -----
    A best mark more moves the mean by at least (1 − prior) of what it adds to the weights: an upper end that falls by
    no more than that never lowers anyone.
    """
    wide, rest = reach * np.sqrt(between), np.maximum(1 - trusted, 0.0)
    return fast - np.minimum(wide, prior) * rest, fast + np.minimum(wide, 1 - prior) * rest


def rate_band(fast: Floats, cv2: Floats, credibility: Floats, reach: float) -> tuple[Floats, Floats]:
    """Band around −log of a rate channel's score: a factor that depends on exposure only."""
    wide = np.exp(reach * np.sqrt(np.log1p(cv2) * np.maximum(1 - credibility, 0.0)))
    return fast / wide, fast * wide


def share(slow: Floats, fast: Floats, published: Floats) -> Floats:
    """What the faster filter's estimate weighs in the published one, 0 to 1."""
    far = fast - slow
    moved = published != slow
    return np.where(moved, np.clip((published - slow) / np.where(moved, far, 1.0), 0.0, 1.0), 0.0)


def mixed(slow: Floats, fast: Floats, weight: Floats) -> Floats:
    """`fast` weighs `weight`; exactly `slow` where that is 0."""
    return slow + weight * (fast - slow)
