"""Where a score comes from: parts in points of the overall score that add up to it at the published precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings.scoring.inputs import Bools, Floats, Ints, SessionRows
from ratings.scoring.observed import Observed
from ratings.scoring.policy import CHANNELS, DIMENSIONS, MARKS, PPM, PUBLIC_NAMES, RATES, Policy
from ratings.scoring.rows import EventRows, ReviewRows
from ratings.scoring.scorecard import Cards
from ratings.scoring.sums import KEY, TOPS, UNITS, place

PLACES = 4
UNIT = 10**PLACES
DUST = 1e-6  # of a published unit: what rounding leaves of nothing
PARTS = {"prior": "prior", "borrowed": "borrowed", "exposure": "exposure", "evidence": "own"}
SOURCES = tuple(PARTS)
AT_ONCE = 1_000  # influencers
CHANNEL_NAMES = tuple(PUBLIC_NAMES.get(name, name) for names in CHANNELS.values() for name in names)


def points(value: float) -> float:
    """A share of 1 as points at the published precision, half to even, never −0."""
    return round(value * 100, PLACES) + 0.0


def largest_remainder(values: Sequence[float], total: int) -> list[int]:
    """Whole units that add up to `total`, each as near to its value as that allows; ties go to the earlier one."""
    floors = np.floor(np.asarray(values, dtype=np.float64))
    rest = total - int(floors.sum())
    order = np.argsort(-(np.asarray(values) - floors), kind="stable")
    result = floors.astype(np.int64)
    whole, part = divmod(rest, max(len(values), 1))
    result += whole
    result[order[:part]] += 1
    return [int(v) for v in result]


@dataclass(frozen=True)
class Single:
    """Single pieces of evidence of one channel: who, what, what each adds to the channel's score, and its pull.

    The pull of a mark is what it adds beyond the average of its channel, so that a poor one pulls down.
    """

    influencer: Ints
    source: NDArray[np.object_]
    value: Floats
    held: Floats
    pull: Floats

    def of(self, index: int) -> slice:
        """Rows of one influencer; rows ascend by influencer."""
        return slice(*np.searchsorted(self.influencer, [index, index + 1]))


@dataclass(frozen=True)
class _Block:
    """Contributions of some influencers in a row, worked out column by column.

    Attributes
    ----------
    units : (n, k) whole units of the published precision, that add up to the overall
    shown : (n, k) whether the part is anything
    held : what full trust would have added, by row of `Summaries.held_rows`, in points
    """

    units: list[list[int]]
    shown: list[list[bool]]
    held: list[list[float]]


@dataclass
class Summaries:
    """Contributions of everyone, some influencers at a time.

    Attributes
    ----------
    rows : (k) dimension, channel and source of each part, its channel's name by policy, and units per share of 1
    held_rows : the same of what is held back, with the channel's weight
    singles : every piece of evidence where each is one of its own
    """

    rows: list[tuple[dict[str, Any], str, float]]
    held_rows: list[tuple[dict[str, Any], str, float]]
    singles: dict[str, Single] | None
    _cards: Cards
    _first: int = -1
    _block: _Block | None = None

    @classmethod
    def of(cls, cards: Cards, policy: Policy, singles: dict[str, Single] | None = None) -> Summaries:
        """Summaries of a population; with `singles` every piece of evidence is one of its own."""
        rows: list[tuple[dict[str, Any], str, float]] = []
        held_rows: list[tuple[dict[str, Any], str, float]] = []
        for dimension in DIMENSIONS:
            for name in CHANNELS[dimension]:
                weight = policy.weights[name]
                of = {"dimension": dimension, "channel": PUBLIC_NAMES.get(name, name)}
                rows.extend(({**of, "source": source}, name, weight * 100 * UNIT) for source in SOURCES)
                held_rows.append(({**of, "source": "held", "points": 0.0}, name, weight))
        return cls(rows, held_rows, singles, cards)

    def _of_some(self, some: slice) -> _Block:
        channels = self._cards.channels
        parts = [getattr(channels[name], PARTS[row["source"]])[some] * scale for row, name, scale in self.rows]
        means = self._cards.mean[some].tolist()
        table = np.stack(parts, axis=1) if parts else np.zeros((len(means), 0))
        prior = np.array([row["source"] == "prior" for row, _, _ in self.rows], dtype=bool)
        shown = prior | (np.abs(table) > DUST)
        total = np.array([round(points(mean) * UNIT) for mean in means], dtype=np.int64)
        held = [
            [points(value * weight) for value in channels[name].held[some].tolist()] if self.singles is None else []
            for _, name, weight in self.held_rows
        ]
        return _Block(_remainders(table, shown, total).tolist(), shown.tolist(), held)

    def of_one(self, index: int) -> list[dict[str, Any]]:
        """Contributions of one influencer."""
        first = index - index % AT_ONCE
        if self._block is None or first != self._first:
            self._first, self._block = first, self._of_some(slice(first, first + AT_ONCE))
        block, at = self._block, index - first
        result: list[dict[str, Any]] = []
        for (row, name, weight), unit, shown in zip(self.rows, block.units[at], block.shown[at], strict=True):
            if not shown:
                continue
            if row["source"] == "evidence" and self.singles is not None:
                result.extend(_split(row, unit, self.singles[name], index, weight))
            else:
                result.append({**row, "points": unit / UNIT})
        for (row, name, weight), values in zip(self.held_rows, block.held, strict=True):
            if self.singles is None:
                if values[at]:
                    result.append({**row, "held_points": values[at]})
                continue
            single = self.singles[name]
            mine = single.of(index)
            for value, source in zip(single.held[mine].tolist(), single.source[mine], strict=True):
                if value:
                    result.append({**row, "held_points": points(value * weight), "evidence_id": str(source)})
        return result


def _remainders(values: Floats, counted: Bools, total: Ints) -> Ints:
    """`largest_remainder` of every row at once, over the columns that count."""
    floors = np.where(counted, np.floor(values), 0.0)
    rest = total - floors.sum(axis=1).astype(np.int64)
    behind = np.where(counted, values - floors, -np.inf)
    place = np.argsort(np.argsort(-behind, axis=1, kind="stable"), axis=1, kind="stable")
    whole, part = np.divmod(rest, np.maximum(counted.sum(axis=1), 1))
    units = floors.astype(np.int64) + whole[:, None] + (place < part[:, None])
    return np.where(counted, units, 0)


def _split(row: dict[str, Any], unit: int, single: Single, index: int, weight: float) -> list[dict[str, Any]]:
    mine = single.of(index)
    values = (single.value[mine] * weight).tolist()
    if not values:
        return [{**row, "points": unit / UNIT}]
    units = largest_remainder(values, unit)
    return [
        {**row, "points": u / UNIT, "evidence_id": str(source)}
        for u, source in zip(units, single.source[mine], strict=True)
    ]


def singles(
    cards: Cards, observed: Observed, reviews: ReviewRows, events: EventRows, sessions: SessionRows
) -> dict[str, Single]:
    """What every single review, event and session adds to the score of its channel, by channel."""
    result: dict[str, Single] = {}
    order = np.lexsort((reviews.ids, reviews.influencer))
    who, names = reviews.influencer[order].astype(np.int64), _named("reviews", reviews.ids[order])
    o, full = reviews.o[order] * reviews.admitted[order] / PPM, reviews.full[order] / PPM
    for k, name in enumerate(MARKS):
        channel, days = cards.channels[name], observed.mark_days[name]
        at = np.searchsorted(days.influencer * KEY + days.day, who * KEY + reviews.day[order])
        x = reviews.x[k][order] / TOPS[name]
        held = (full - o) * (x - channel.mean[who]) * channel.held_weight[at]
        weight = channel.weight[at] * o
        result[name] = Single(who, names, weight * x, held, weight * (x - channel.mean[who]))
    for k, name in enumerate(RATES):
        mine = np.flatnonzero((events.channel == k) & (events.points > 0))
        mine = mine[np.lexsort((events.source[mine], events.influencer[mine]))]
        days_of = observed.rate_days[name]
        at = place(days_of.influencer, days_of.day, events.influencer[mine], events.day[mine])
        mine, at = mine[at >= 0], at[at >= 0]
        value = cards.channels[name].weight[at] * events.points[mine] / UNITS[name]
        result[name] = Single(events.influencer[mine], events.source[mine], value, np.zeros(mine.size), value)
    weight = cards.channels["traffic"].weight
    used = np.flatnonzero(weight > 0)
    who, share = sessions.influencer[used], cards.sessions.share[used]
    value, pull = weight[used] * share, weight[used] * (share - cards.channels["traffic"].mean[who])
    result["traffic"] = Single(who, _named("sessions", sessions.ids[used]), value, np.zeros(used.size), pull)
    return result


def pulls(single: dict[str, Single], index: int, policy: Policy) -> dict[str, list[tuple[str, float]]]:
    """Each piece of one influencer's evidence and its pull in points of the overall score, by channel."""
    return {
        PUBLIC_NAMES.get(name, name): [
            (str(source), points(float(pull) * policy.weights[name]))
            for source, pull in zip(found.source[found.of(index)], found.pull[found.of(index)], strict=True)
        ]
        for name, found in single.items()
    }


def _named(kind: str, ids: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array([f"{kind}:{i}" for i in ids], dtype=object)
