"""What closes have fixed about trust, so that nobody has to judge a day twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.replay import Sold
from ratings.scoring.trust_state import TrustState

JUDGED = pa.schema(
    [
        ("review_id", pa.string()),
        *((name, pa.int64()) for name in ("receipt", "known", "band", "trust", "full_trust", "why")),
        ("level", pa.float64()),
    ]
)
BUCKETS = pa.schema([("influencer_id", pa.string()), ("receipt", pa.int64()), ("factor", pa.list_(pa.float64(), 6))])


@dataclass(frozen=True)
class Ledger:
    """Trust as of the last close.

    Attributes
    ----------
    influencers, reviewers : ids in the order of the state's arrays
    state : at the last close; None before the first
    share : (n,) share of each influencer's orders that activity supports, as of the last month's close, or None
    judged : as `JUDGED`, one row per review that a close has judged
    buckets : as `BUCKETS`, one row per influencer and day of receipt
    whole : whether this is the whole platform; a part takes links and the platform's figures as they were
    """

    influencers: tuple[str, ...]
    reviewers: tuple[str, ...]
    state: TrustState | None
    share: Floats | None
    judged: pa.Table
    buckets: pa.Table
    whole: bool = True

    @classmethod
    def empty(cls) -> Ledger:
        """Nothing has been closed yet."""
        return cls((), (), None, None, JUDGED.empty_table(), BUCKETS.empty_table())


@dataclass(frozen=True)
class Closed:
    """What one run judged, to be kept by who closes days.

    Attributes
    ----------
    influencers, reviewers : ids in the order of the arrays below
    state, share : at the end
    reviews : newly judged: review_id, influencer_id, reviewer_id, composite, verified, repeat and `JUDGED`'s columns
    levels : review_id and level of reviews judged before whose links have changed since
    buckets : as `BUCKETS`, of the newly closed days
    sold : orders as they were used
    """

    influencers: tuple[str, ...]
    reviewers: tuple[str, ...]
    state: TrustState
    share: Floats | None
    reviews: pa.Table
    levels: pa.Table
    buckets: pa.Table
    sold: Sold


def place(ids: tuple[str, ...], among: tuple[str, ...]) -> Ints:
    """Where each of `ids` stands among others, −1 where it does not."""
    at = {name: k for k, name in enumerate(among)}
    return np.array([at.get(name, -1) for name in ids], dtype=np.int64)
