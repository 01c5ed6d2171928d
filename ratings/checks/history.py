"""Shows as the forecast reads them: of everyone to learn from, or of one influencer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ratings.checks.lag import DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Shows:
    """One row per show (or slot); NaN is not known.

    Attributes
    ----------
    host : position of the influencer
    day : days since 1970 in the policy's zone
    age : days from the show to the as-of day
    orders, amount : paid
    cancelled : before dispatch
    returned : orders returned so far, and `watched`: days over which that was counted
    lags : (s, bins) of them, those whose day is known, by days after the show
    viewers : shown; `share`: of these, supported by activity
    exposure : 1 for a show; for a slot the minutes
    dedicated : 1, 0 or NaN
    """

    host: Ints
    day: Ints
    age: Floats
    orders: Floats
    amount: Floats
    cancelled: Floats
    returned: Floats
    watched: Floats
    lags: Floats
    viewers: Floats
    share: Floats
    exposure: Floats
    dedicated: Floats

    @property
    def size(self) -> int:
        return int(self.host.size)

    def where(self, keep: Bools | Ints) -> Shows:
        return Shows(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    @property
    def shipped(self) -> Floats:
        """Orders less those cancelled before dispatch, where known."""
        return np.maximum(self.orders - np.nan_to_num(self.cancelled), 0.0)


def nothing() -> Shows:
    empty = np.zeros(0)
    columns = {f.name: empty for f in fields(Shows)}
    whole = np.zeros(0, np.int64)
    return Shows(**{**columns, "host": whole, "day": whole, "lags": np.zeros((0, DAYS.size))})  # type: ignore[arg-type]


def joined(parts: Sequence[Shows]) -> Shows:
    return Shows(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Shows)})


FESTIVALS = ((6, 1, 20), (11, 1, 12))
"""Month, first and last day of the two sales festivals (618, Double 11)."""


def festival(day: Ints) -> Floats:
    """1 for a day within a sales festival, else 0."""
    dates = np.asarray(day, dtype="datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(
        sum(((month == m) & (of_month >= a) & (of_month <= b)).astype(np.float64) for m, a, b in FESTIVALS)
    )
