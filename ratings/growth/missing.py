"""What is missing to be rated, exactly: the two conditions, and how many usual shows would meet them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ratings.growth.ahead import LEAST, to_come, volume, window_of, with_future
from ratings.growth.own import Own, standing_of
from ratings.rating import Scores

FARTHEST = 365


@dataclass(frozen=True)
class Missing:
    """Effective reviews and width of the interval against what is asked; shows and days to go, None when too many."""

    reviews: float
    reviews_needed: float
    width: float
    width_allowed: float
    shows: int | None
    days: int | None


def missing(*, own: Own, scores: Scores) -> Missing | None:
    """None for whoever is rated already."""
    now, policy = standing_of(scores), own.policy
    if now.rated:
        return None
    days = _first_day(own) if volume(own, window_of(own)).shows else None
    shows = to_come(own, days)["sessions"].num_rows if days is not None else None
    return Missing(
        reviews=round(float(scores.cards.channels["review"].evidence[0]), 2),
        reviews_needed=policy.provisional_evidence,
        width=round(now.high - now.low, 1),
        width_allowed=policy.provisional_width,
        shows=shows,
        days=days,
    )


def _first_day(own: Own) -> int | None:
    """The first day on which the rating would give a grade if all goes on, by halving."""
    low, high = 0, LEAST
    while not _rated(own, high):
        if high >= FARTHEST:
            return None
        low, high = high, min(high * 2, FARTHEST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _rated(own, middle) else (middle, high)
    return high


def _rated(own: Own, days: int) -> bool:
    return own.standing(with_future(own, to_come(own, days)), own.as_of + timedelta(days=days)).rated
