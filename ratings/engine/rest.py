"""What judging reviews does not look at of the sums, on disk for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa

from ratings.engine.reading import BATCH, TEXT
from ratings.engine.shelf import Shelf
from ratings.scoring.inputs import DaySums, EventDays

FEW = 200_000  # sessions that are no burden
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
    _ids: Callable[[], list[pa.StringArray]]

    @classmethod
    def of(cls, sums: DaySums) -> Rest:
        """Put away the rest."""
        shelf, sessions, none = Shelf(), sums.sessions, np.zeros(0, dtype=np.int64)
        columns: dict[str, Any] = {
            field.name: getattr(sessions, field.name)
            for field in fields(sessions)
            # what nobody reports takes no room
            if field.name not in (*JUDGED, "ids") and getattr(sessions, field.name).flags.c_contiguous
        }
        empty: dict[str, Any] = dict.fromkeys((*columns, "ids"), none)
        little = replace(
            sums,
            sessions=replace(sessions, **empty),
            events=EventDays(none, none, none, none, none, none),
        )
        ids = [pa.array(sessions.ids[k : k + BATCH].tolist(), pa.string()) for k in range(0, sessions.size, BATCH)]
        return cls(little, shelf.put(columns), shelf.put(sums.events), shelf.put(ids))

    def again(self) -> DaySums:
        """The whole sums; what is never asked for stays on disk."""
        ids = [np.array(some.to_pylist(), dtype=TEXT) for some in self._ids()]
        whole = np.concatenate(ids) if ids else np.zeros(0, dtype=TEXT)
        sessions = replace(self.little.sessions, **self._columns(), ids=whole)
        return replace(self.little, sessions=sessions, events=self._events())
