"""From integer day sums to scaled days and decayed sums, in float64, influencers and days in order.

Sums per influencer run over that influencer's own days only, in order: the same days give the same digits whether one
influencer or all are summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from scipy.special import exp2

from ratings.scoring.inputs import BucketDays, EventDays, Floats, Ints, Population, ReviewDays, SessionRows
from ratings.scoring.policy import BANDS, COMPOSITE_TOP, MARKS, PPM, RATES

TOPS = {**dict.fromkeys(MARKS, 4), "review": COMPOSITE_TOP}
UNITS = {"violation": 1.0, "refund": 10.0, "complaint": 1.0}
KEY = 1 << 32
AT_ONCE = 200_000  # rows
Some = TypeVar("Some")
Parted: TypeAlias = Callable[[], Iterable[tuple[Population, Some]]]
"""Something of some influencers, then of the next, for as often as it is asked."""


@dataclass(frozen=True)
class MarkDays:
    """One bounded channel per influencer × event day, ascending; trust in 0..1, x in 0..1.

    Attributes
    ----------
    influencer, day : (g,)
    o, o2, ox, oxx : (g,) Σo, Σo², Σox, Σox²
    full, fx : (g,) Σ of trust by verification alone, and times x
    """

    influencer: Ints
    day: Ints
    o: Floats
    o2: Floats
    ox: Floats
    oxx: Floats
    full: Floats
    fx: Floats


@dataclass(frozen=True)
class RateDays:
    """One rate channel per influencer × day with exposure, ascending.

    Attributes
    ----------
    influencer, day : (g,)
    exposure, exposure2 : (g,) Σ exposure and Σ squared session exposure
    n, points, points2 : (g,) events placed on that day and their points, in the channel's unit
    """

    influencer: Ints
    day: Ints
    exposure: Floats
    exposure2: Floats
    n: Floats
    points: Floats
    points2: Floats


def bucket_factor(reviews: ReviewDays, buckets: BucketDays) -> Floats:
    """(g,) what the buckets of the receipt day let through of each row of review sums; 1 where none is known."""
    if not buckets.receipt.size:
        return np.ones(reviews.n.size)
    wanted = (reviews.influencer if reviews.account is None else reviews.account) * KEY + reviews.receipt
    have = buckets.influencer * KEY + buckets.receipt
    at = np.minimum(np.searchsorted(have, wanted), have.size - 1)
    found = buckets.factor[at, reviews.known * BANDS + reviews.band]
    return np.where(have[at] == wanted, found, 1.0)


def mark_days(reviews: ReviewDays, factor: Floats, names: Iterable[str]) -> dict[str, MarkDays]:
    """Days of marks and the composite (`review`), receipt days and classes added up; what they share is held once.

    Parameters
    ----------
    factor : (g,) what buckets let through, from `bucket_factor`; squared for squares
    """
    key = reviews.influencer * KEY + reviews.day
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.zeros(0, dtype=np.int64)
    del key

    def total(values: Floats, scale: float) -> Floats:
        return np.add.reduceat(values, start) / scale if start.size else np.zeros(0)

    influencer, day = reviews.influencer[start], reviews.day[start]
    o = total(factor * reviews.o, PPM)
    o2 = total(factor * factor * reviews.o2, PPM * PPM)
    full = total(reviews.full.astype(np.float64), PPM)
    result = {}
    for name in names:
        index, top = (*MARKS, "review").index(name), TOPS[name]
        result[name] = MarkDays(
            influencer,
            day,
            o,
            o2,
            total(factor * reviews.ox[index], PPM * top),
            total(factor * reviews.oxx[index], PPM * top * top),
            full,
            total(reviews.fx[index].astype(np.float64), PPM * top),
        )
    return result


def rate_days(events: EventDays, sessions: SessionRows, factor: Floats, name: str) -> RateDays:
    """Days of one rate channel: exposure where covered, and each event on a day that has some.

    An event on a day without exposure goes to the last earlier day that has some, else to the first later one;
    an influencer without any exposure keeps no event.

    Parameters
    ----------
    factor : (s,) what a session's orders are multiplied by
    """
    channel, unit = RATES.index(name), UNITS[name]
    each = np.ones(sessions.size) if name == "violation" else sessions.orders * factor
    seen = np.flatnonzero(sessions.covered[channel] & (each > 0))
    key, exposure = sessions.influencer[seen] * KEY + sessions.day[seen], each[seen]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.zeros(0, dtype=np.int64)
    influencer, day = sessions.influencer[seen][start], sessions.day[seen][start]
    mine = events.channel == channel
    at = place(influencer, day, events.influencer[mine], events.day[mine])
    kept = at >= 0

    def total(values: Ints, scale: float) -> Floats:
        return per_influencer(at[kept], values[mine][kept].astype(np.float64), day.size) / scale

    def added(values: Floats) -> Floats:
        return np.add.reduceat(values, start) if key.size else np.zeros(0)

    return RateDays(
        influencer,
        day,
        added(exposure),
        added(exposure**2),
        total(events.n, 1.0),
        total(events.points, unit),
        total(events.points2, unit * unit),
    )


def place(influencer: Ints, day: Ints, of: Ints, on: Ints) -> Ints:
    """Index of the exposure day each event belongs to, −1 where its influencer has none.

    Parameters
    ----------
    influencer, day : (g,) days with exposure, ascending
    of, on : (e,) influencer and day of each event
    """
    if not day.size:
        return np.full(of.size, -1, dtype=np.int64)
    before = np.searchsorted(influencer * KEY + day, of.astype(np.int64) * KEY + on, side="right") - 1
    earlier = (before >= 0) & (influencer[np.maximum(before, 0)] == of)
    after = np.minimum(before + 1, day.size - 1)
    later = ~earlier & (influencer[after] == of)
    return np.where(earlier, before, np.where(later, after, -1)).astype(np.int64)


def decay(day: Ints, as_of_day: int, half_life: float) -> tuple[Floats, Floats]:
    """Weight 2^(−age/half-life) and age in days of each day."""
    age = (as_of_day - 1 - day).astype(np.float64)
    return exp2(-age / half_life), age


def per_influencer(influencer: Ints, values: Floats, size: int) -> Floats:
    """(size,) sums of `values` by influencer, added in the order of the rows."""
    return np.bincount(influencer, values, minlength=size).astype(np.float64)


def runs(influencer: Ints) -> Iterator[slice]:
    """Rows some at a time, each influencer's together; rows ascend by influencer."""
    begin = 0
    while begin < influencer.size:
        end = begin + AT_ONCE
        if end < influencer.size:
            end = int(np.searchsorted(influencer, influencer[end]))
            end = end if end > begin else int(np.searchsorted(influencer, influencer[begin], side="right"))
        yield slice(begin, min(end, influencer.size))
        begin = end
