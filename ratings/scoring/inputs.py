"""What scoring is given: who there is, integer day sums and session rows; single events are in `rows`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Index: TypeAlias = NDArray[np.signedinteger[Any]]  # whole numbers in few bytes: widen before multiplying
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

SUM_LIMIT = 2**62


class SumsError(ValueError):
    """Day sums that no evidence can give: negative, not a number, or contradicting each other."""


@dataclass(frozen=True)
class Population:
    """Everyone who is rated, in the order of their ids; arrays are indexed by that order.

    Attributes
    ----------
    ids : influencer ids, ascending by code point
    category : (n,) index into `categories`
    categories : category codes, ascending
    as_of_day : first day that is no longer looked at, as days since 1970 in the policy's zone
    """

    ids: tuple[str, ...]
    category: Ints
    categories: tuple[str, ...]
    as_of_day: int

    @property
    def size(self) -> int:
        """Number of influencers."""
        return len(self.ids)

    def part(self, low: int, high: int) -> Population:
        """A population of those from `low` to before `high`."""
        return replace(self, ids=self.ids[low:high], category=self.category[low:high])

    def only(self, index: int) -> Population:
        """A population of this one influencer."""
        return replace(self, ids=self.ids[index : index + 1], category=self.category[index : index + 1])


@dataclass(frozen=True)
class ReviewDays:
    """Integer sums of reviews per influencer × event day × receipt day × (new, known) × (high, mid, low).

    Attributes
    ----------
    influencer, day, receipt : (g,) influencer index, event day, receipt day
    known : (g,) 1 when the accounts had at least two earlier reviews at receipt, else 0
    band : (g,) 0 mid, 1 high, 2 low composite
    n : (g,) reviews
    o, o2 : (g,) Σ trust in ppm, Σ trust² in ppm², before buckets
    full : (g,) Σ of the trust in ppm that verification alone would give
    ox, oxx, fx : (4, g) Σ trust·x, Σ trust·x², Σ full·x; x is 0..4 for the three marks, 0..76 for the composite
    account : (g,) index under which the buckets have them, where hosts were merged; None where it is the influencer's
    """

    influencer: Ints
    day: Ints
    receipt: Ints
    known: Ints
    band: Ints
    n: Ints
    o: Ints
    o2: Ints
    full: Ints
    ox: Ints
    oxx: Ints
    fx: Ints
    account: Ints | None = None


@dataclass(frozen=True)
class BucketDays:
    """What the token buckets let through, per influencer × receipt day.

    Attributes
    ----------
    influencer, receipt : (b,) ascending
    factor : (b, 6) share let through of each class × band: new high.. as `known * 3 + band`
    """

    influencer: Ints
    receipt: Ints
    factor: Floats


@dataclass(frozen=True)
class EventDays:
    """Integer sums of what counts against an influencer, per rate channel × influencer × day.

    Attributes
    ----------
    channel : (g,) index into `policy.RATES`
    influencer, day : (g,)
    n : (g,) events
    points, points2 : (g,) Σ points and Σ points² in the channel's own unit (tenths for refunds)
    """

    channel: Ints
    influencer: Ints
    day: Ints
    n: Ints
    points: Ints
    points2: Ints


@dataclass(frozen=True)
class ExposureDays:
    """Integer exposure per influencer × day, counted only where the evidence is known to be complete.

    Attributes
    ----------
    influencer, day : (g,)
    exposure, exposure2 : (3, g) Σ exposure and Σ squared session exposure per channel of `policy.RATES`
    orders : (g,) Σ orders, covered or not
    """

    influencer: Ints
    day: Ints
    exposure: Ints
    exposure2: Ints
    orders: Ints


@dataclass(frozen=True)
class SessionRows:
    """Sessions in the order of influencer, start and id; unknown figures are NaN.

    Attributes
    ----------
    ids : (s,) session ids
    influencer, day, started : (s,) index, day, start in microseconds
    orders : (s,) orders that were dispatched or may yet be
    covered : (3, s) whether they count as exposure of each channel of `policy.RATES`
    no_reason : (s,) returns by the buyer's choice, -1 when unknown
    viewers, paid_viewers, commenters, views, watch_seconds, average_online, duration : (s,) as reported
    """

    ids: NDArray[np.object_]
    influencer: Ints
    day: Ints
    started: Ints
    orders: Ints
    covered: Bools
    no_reason: Ints
    viewers: Floats
    paid_viewers: Floats
    commenters: Floats
    views: Floats
    watch_seconds: Floats
    average_online: Floats
    duration: Floats

    @property
    def size(self) -> int:
        """Number of sessions."""
        return int(self.influencer.size)

    def rows(self, which: slice | Index | Bools, *names: str) -> SessionRows:
        """Some of them, where asked for with some columns alone; the others stand empty, as those do that stood so."""
        taken: dict[str, Any] = {f.name: np.zeros(0) for f in fields(self)}
        for name in names or tuple(taken):
            column = getattr(self, name)
            taken[name] = column[..., which] if column.shape[-1] == self.size else column
        return SessionRows(**taken)


@dataclass(frozen=True)
class DaySums:
    """All that one scoring run reads.

    Attributes
    ----------
    red_line : (n,) day of the latest confirmed class A violation, -1 for none
    """

    reviews: ReviewDays
    buckets: BucketDays
    events: EventDays
    exposure: ExposureDays
    sessions: SessionRows
    red_line: Ints

    def only(self, index: int) -> DaySums:
        """The sums of one influencer, as a world of its own; it scores there as among all."""

        if self.reviews.account is not None:
            raise SumsError("buckets of merged hosts belong to several accounts")

        def rows(part: Any) -> Any:
            mine = np.flatnonzero(part.influencer == index)
            # rows run along the last axis, but for the buckets' factors
            values = {
                f.name: getattr(part, f.name)[mine] if f.name == "factor" else getattr(part, f.name)[..., mine]
                for f in fields(part)
                if getattr(part, f.name) is not None
            }
            return type(part)(**{**values, "influencer": np.zeros(mine.size, dtype=np.int64)})

        return DaySums(
            rows(self.reviews),
            rows(self.buckets),
            rows(self.events),
            rows(self.exposure),
            rows(self.sessions),
            self.red_line[index : index + 1],
        )

    def part(self, low: int, high: int, reviews: ReviewDays, buckets: BucketDays) -> DaySums:
        """The sums of those from `low` to before `high`, as a world of their own, given those of their reviews."""

        def rows(part: Any) -> Any:
            mine = np.flatnonzero((part.influencer >= low) & (part.influencer < high))
            # rows of a kind that ascend by influencer are looked at where they stand
            run = slice(int(mine[0]), int(mine[-1]) + 1) if mine.size and mine[-1] - mine[0] < mine.size else mine
            values = {f.name: getattr(part, f.name)[..., run] for f in fields(part)}
            return type(part)(**{**values, "influencer": part.influencer[run] - low})

        return DaySums(
            reviews, buckets, rows(self.events), rows(self.exposure), rows(self.sessions), self.red_line[low:high]
        )

    def without_reviews(self) -> DaySums:
        """The same, with nothing of the reviews: they are most of it."""
        r, b = self.reviews, self.buckets
        return replace(
            self,
            reviews=ReviewDays(**{f.name: getattr(r, f.name)[..., :0].copy() for f in fields(r)[:-1]}),
            buckets=BucketDays(b.influencer[:0].copy(), b.receipt[:0].copy(), b.factor[:0].copy()),
        )

    def check(self, population: Population) -> None:
        """Refuse sums that no evidence can give.

        Raises
        ------
        SumsError
            On a negative or absurdly large sum, a day after the as-of day, an unknown influencer or
            weighted sums beyond what the marks allow.
        """
        r, e, x, s = self.reviews, self.events, self.exposure, self.sessions
        for name, part in (("reviews", r), ("events", e), ("exposure", x), ("sessions", s)):
            _check_index(name, part.influencer, part.day, population)
        for name, column in (
            ("n", r.n), ("o", r.o), ("o2", r.o2), ("full", r.full), ("ox", r.ox), ("oxx", r.oxx), ("fx", r.fx),
            ("events", e.n), ("points", e.points), ("points2", e.points2),
            ("exposure", x.exposure), ("exposure2", x.exposure2), ("orders", x.orders), ("session orders", s.orders),
        ):  # fmt: skip
            if not np.issubdtype(column.dtype, np.integer):
                raise SumsError(f"{name}: sums are whole numbers, not {column.dtype}")
            if column.size and (int(column.min()) < 0 or int(column.max()) > SUM_LIMIT):
                raise SumsError(f"{name}: a sum is negative or absurdly large")
        tops = np.array([4, 4, 4, 76])[:, None]
        if np.any(r.ox > tops * r.o) or np.any(r.oxx > tops * r.ox) or np.any(r.o > 1_000_000 * r.n):
            raise SumsError("reviews: weighted sums exceed what the marks and trusts allow")
        for name, figure in (("viewers", s.viewers), ("commenters", s.commenters)):
            if np.any(figure < 0) or np.any(np.isinf(figure)):
                raise SumsError(f"sessions: {name} is negative or infinite")


def _check_index(name: str, influencer: Ints, day: Ints, population: Population) -> None:
    if influencer.size and not (int(influencer.min()) >= 0 and int(influencer.max()) < population.size):
        raise SumsError(f"{name}: a row of nobody we know")
    if day.size and int(day.max()) >= population.as_of_day:
        raise SumsError(f"{name}: a row of a day that is not over")
