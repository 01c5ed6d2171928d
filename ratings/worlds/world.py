"""What a synthetic world is: plain arrays of evidence, and the truth that no rating ever sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY = 86_400  # seconds

CATEGORIES = (
    "baby",
    "beauty",
    "books",
    "electronics",
    "food",
    "home",
    "jewelry",
    "local_farm",
    "outdoor",
    "sports",
    "tea",
    "womenswear",
)
"""Category codes; a world stores positions in this tuple."""

REASONS = ("not_as_described", "quality", "no_reason", "late", "other")
FAULT_REASONS = (0, 1)
NO_REASON, LATE, OTHER = 2, 3, 4
SEVERITIES = ("minor", "moderate", "severe")
COMPLAINT_POINTS = (1.0, 2.0, 4.0)
COMPLAINT_STATUSES = ("upheld", "rejected", "open", "withdrawn")
UPHELD = 0
CLASSES = ("D", "C", "B", "A")
CLASS_POINTS = (2.0, 4.0, 12.0, 24.0)
VIOLATION_STATUSES = ("confirmed", "alleged", "overturned")
CONFIRMED = 0
DIMENSIONS = ("professionalism", "service_attitude", "compliance", "after_sales", "authenticity")


@dataclass(frozen=True, slots=True)
class Sessions:
    """Live shows. Times are seconds since the world's first midnight; NaN is not known."""

    host: Ints
    start: Ints
    orders: Ints
    commenters: Floats
    viewers: Floats
    inflation: Floats
    """True factor by which the shown viewers exceed the real ones (1 honest)."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews; `marks` has one column per mark (professionalism, service, as described), 1 to 5."""

    host: Ints
    time: Ints
    session: Ints
    """Position of the session, or -1."""
    user: Ints
    verified: Bools
    marks: Ints
    fake: Bools
    """Written by an attacker: for measurement only."""


@dataclass(frozen=True, slots=True)
class Refunds:
    session: Ints
    time: Ints
    reason: Ints


@dataclass(frozen=True, slots=True)
class Complaints:
    session: Ints
    time: Ints
    severity: Ints
    status: Ints


@dataclass(frozen=True, slots=True)
class Violations:
    session: Ints
    time: Ints
    rank: Ints
    """Position in `CLASSES`."""
    status: Ints


@dataclass(frozen=True, slots=True)
class Truth:
    """True values at the end of the world, on the model's own scale (0 to 1), one per influencer.

    Bounded channels: the expected mark now; rate channels: exp(-rate / L0) at the rate now; real share: the expected
    share of shown viewers that is real.
    """

    channels: dict[str, Floats]

    @property
    def dimensions(self) -> dict[str, Floats]:
        """The five dimensions, in the order of `DIMENSIONS`."""
        c = self.channels
        return {
            "professionalism": c["professionalism"],
            "service_attitude": c["service"],
            "compliance": c["violation"],
            "after_sales": (c["refund"] + c["complaint"]) / 2,
            "authenticity": (c["as_described"] + c["real_share"]) / 2,
        }

    @property
    def overall(self) -> Floats:
        """Weighted sum of the dimensions (weights of the rating model, section 1)."""
        weights = (0.20, 0.20, 0.25, 0.20, 0.15)
        values = self.dimensions.values()
        return np.asarray(sum(w * v for w, v in zip(weights, values, strict=True)))


@dataclass(frozen=True, slots=True)
class World:
    """Evidence of `n` influencers over `days` days that end at the midnight of `until` (exclusive)."""

    name: str
    seed: int
    n: int
    days: int
    until: date
    category: Ints
    users: int
    sessions: Sessions
    reviews: Reviews
    refunds: Refunds
    complaints: Complaints
    violations: Violations
    truth: Truth
    attacked: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """Influencers an attack was aimed at; empty in a clean world."""

    def orders(self) -> Ints:
        """Orders per influencer over the whole period."""
        return np.bincount(self.sessions.host, weights=self.sessions.orders, minlength=self.n).astype(np.int64)
