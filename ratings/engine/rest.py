"""What judging reviews does not look at of the sums, on disk for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ratings.engine.shelf import Shelf
from ratings.scoring.inputs import DaySums, EventDays

JUDGED = ("influencer", "day", "orders", "commenters")  # of sessions


@dataclass(frozen=True)
class Rest:
    """Sums with little in memory.

    Attributes
    ----------
    little : sessions with what reviews are judged by, and no events
    """

    little: DaySums
    _columns: Callable[[], dict[str, Any]]
    _events: Callable[[], EventDays]

    @classmethod
    def of(cls, sums: DaySums) -> Rest:
        """Put away the rest."""
        shelf, sessions, none = Shelf(), sums.sessions, np.zeros(0, dtype=np.int64)
        columns: dict[str, Any] = {
            field.name: getattr(sessions, field.name)
            for field in fields(sessions)
            # ids are no plain numbers, and what nobody reports takes no room
            if field.name not in (*JUDGED, "ids") and getattr(sessions, field.name).flags.c_contiguous
        }
        empty: dict[str, Any] = dict.fromkeys(columns, none)
        little = replace(
            sums,
            sessions=replace(sessions, **empty),
            events=EventDays(none, none, none, none, none, none),
        )
        return cls(little, shelf.put(columns), shelf.put(sums.events))

    def again(self) -> DaySums:
        """The whole sums; what is never asked for stays on disk."""
        sessions = replace(self.little.sessions, **self._columns())
        return replace(self.little, sessions=sessions, events=self._events())
