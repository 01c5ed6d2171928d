"""The evidence of one influencer as the formulas take it: what anyone needs to recompute a card."""

from __future__ import annotations

from typing import Any

import numpy as np

from ratings.scoring.document import peer_group
from ratings.scoring.inputs import Floats, Ints, SessionRows
from ratings.scoring.observed import Seen
from ratings.scoring.policy import CHANNELS
from ratings.scoring.scorecard import Cards
from ratings.scoring.sums import MarkDays, RateDays

COLUMNS = ("day", "weight", "squares", "total", "points")
"""Of each channel's days: day since 1970 in the policy's zone, and

- marks and their composite `review`: Σ trust, Σ trust², Σ trust·x (x in 0..1), 0;
- rates: exposure, Σ squared exposure of the day's sessions, events (points for refunds), points;
- traffic, one row per judged session: 1, 1, real share of the shown viewers, 0.
"""

Row = dict[str, Any]


def disclosed(cards: Cards, seen: Seen, sessions: SessionRows, index: int) -> Row:
    """Trusted day sums of one influencer by channel, its peer group, and how doubtful its orders are.

    Exposure is orders as far as activity supports them; an event stands on the day whose exposure it belongs to.
    """
    place, observed = seen.of(index)
    doubt = float(observed.support.doubt[place])
    marks = {name: _marks(days, place) for name, days in observed.mark_days.items()}
    rates = {name: _rates(days, place, counted=name != "refund") for name, days in observed.rate_days.items()}
    days = {**marks, **rates, "traffic": _traffic(cards, sessions, index)}
    return {
        "peer_group": peer_group(cards, index),
        "last_day": cards.population.as_of_day - 1,
        "doubt": {name: 0.0 if name == "violation" else doubt for name in rates},
        "dimensions": {name: list(channels) for name, channels in CHANNELS.items()},
        "columns": list(COLUMNS),
        "results": [{"channel": name, "days": rows} for name, rows in days.items()],
    }


def _marks(days: MarkDays, index: int) -> list[list[float]]:
    mine = np.flatnonzero((days.influencer == index) & (days.o > 0))
    return _rows(mine, days.day, days.o, days.o2, days.ox, np.zeros_like(days.day))


def _rates(days: RateDays, index: int, *, counted: bool) -> list[list[float]]:
    mine = np.flatnonzero(days.influencer == index)
    return _rows(mine, days.day, days.exposure, days.exposure2, days.n if counted else days.points, days.points)


def _traffic(cards: Cards, sessions: SessionRows, index: int) -> list[list[float]]:
    mine = np.flatnonzero((sessions.influencer == index) & cards.sessions.judged)
    ones = np.ones_like(sessions.day)
    return _rows(mine, sessions.day, ones, ones, cards.sessions.share, np.zeros_like(sessions.day))


def _rows(mine: Ints, *columns: Ints | Floats) -> list[list[float]]:
    return [list(row) for row in zip(*(column[mine].tolist() for column in columns), strict=True)]
