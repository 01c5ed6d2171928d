"""What an engine gives, whichever it is, and how its answers become what scoring reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ratings.engine.ledger import Closed
from ratings.engine.review_sums import ReviewSums
from ratings.scoring.inputs import (
    BucketDays,
    DaySums,
    EventDays,
    ExposureDays,
    Floats,
    Ints,
    Population,
    ReviewDays,
    SessionRows,
)
from ratings.scoring.policy import CLASSES
from ratings.scoring.rows import EventRows, ReviewRows

KINDS = ("sessions", "reviews", "refunds", "complaints", "violations")


class EngineError(RuntimeError):
    """The evidence could not be read or summed."""


@dataclass(frozen=True)
class Gathered:
    """What one run of the engine gives: who, their day sums, and figures that only describe the evidence.

    Attributes
    ----------
    sums : day sums; without reviews where `parts` holds theirs
    counts : per kind the rows of each influencer, (n,)
    verified, held, held_fast : (n,) as in `reviews.Weighed`
    closed : what was judged on the way and the state at the end, where a ledger was given
    goes_on : (n,) index of whom each goes on as: its own unless it was merged into another
    review_rows, event_rows : single rows where asked for, else None
    """

    population: Population
    sums: DaySums
    counts: dict[str, Ints]
    verified: Ints
    held: Ints
    held_fast: Ints
    closed: Closed | None
    review_rows: ReviewRows | None
    event_rows: EventRows | None
    goes_on: Ints
    parts: ReviewSums | None = None

    def each(self) -> Iterator[tuple[Population, DaySums]]:
        """Some influencers in a row and their sums, then the next."""
        if self.parts is None:
            yield self.population, self.sums
            return
        for low, high in itertools.pairwise(self.parts.edges.tolist()):
            yield self.population.part(low, high), self.sums.part(low, high, *self.parts.part(low, high))

    def looked_at(self) -> Gathered:
        """The same with nothing of the reviews: they are most of it."""
        return replace(self, sums=self.sums.without_reviews(), parts=None)


def population_of(ids: Any, categories: Any, as_of_day: int) -> Population:
    """Everyone, from ids in their order and the category of each, empty where none is known."""
    names, category = np.unique(np.asarray(categories).astype(str), return_inverse=True)
    return Population(tuple(ids), category.astype(np.int64), tuple(str(x) for x in names), as_of_day)


def session_rows(ids: Any, s: Mapping[str, Any]) -> SessionRows:
    """Sessions from the columns of `session`, in the order of influencer, start and id."""

    def whole(name: str) -> Ints:
        return np.asarray(s[name]).astype(np.int64)

    def number(name: str) -> Floats:
        values = np.asarray(np.ma.filled(np.ma.asarray(s[name]).astype(np.float64), np.nan))
        # what nobody reports takes no room
        return np.broadcast_to(np.nan, values.shape) if np.isnan(values).all() else values

    return SessionRows(
        ids=ids,
        influencer=whole("influencer"),
        day=whole("day"),
        started=whole("started_at"),
        orders=whole("orders"),
        covered=np.stack([whole(f"covered{k}") for k in range(3)]).astype(bool),
        no_reason=whole("no_reason"),
        viewers=number("viewers"),
        paid_viewers=number("paid_viewers"),
        commenters=number("commenters"),
        views=number("views"),
        watch_seconds=number("avg_watch_seconds"),
        average_online=number("avg_online"),
        duration=number("duration"),
    )


def event_days(e: Mapping[str, Ints]) -> EventDays:
    """From the answer to `aggregate.EVENT_SUMS`."""
    return EventDays(*(e[k] for k in ("channel", "influencer", "day", "n", "points", "points2")))


def exposure_days(e: Mapping[str, Ints]) -> ExposureDays:
    """From the answer to `aggregate.EXPOSURE_SUMS`."""
    plain, squares = (np.stack([e[f"{name}{k}"] for k in range(3)]) for name in ("exposure", "exposure2"))
    return ExposureDays(e["influencer"], e["day"], plain, squares, e["orders"])


def no_reviews() -> tuple[ReviewDays, BucketDays]:
    """The sums of no reviews."""
    none, four = np.zeros(0, dtype=np.int64), np.zeros((4, 0), dtype=np.int64)
    days = ReviewDays(none, none, none, none, none, none, none, none, none, four, four, four)
    return days, BucketDays(none, none, np.zeros((0, CLASSES)))
