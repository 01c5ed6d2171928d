"""What judging reviews remembers from one close to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ratings.scoring.inputs import Floats, Ints
from ratings.scoring.policy import Policy

PER_REVIEWER = ("reviews", "residual")
PLATFORM = ("rate", "mean", "sigma2", "kappa")
PER_INFLUENCER = (
    "weight", "total", "total2", "orders", "orders_sum", "raw_orders", "raw_reviews", "admitted", "explained",
)  # fmt: skip


@dataclass
class TrustState:
    """What is remembered from one close to the next; arrays per influencer (n,) or reviewer (u,).

    Attributes
    ----------
    day : the last day that is closed
    weight, total, total2 : decayed Σo, Σo·x, Σo·x² of the composite
    orders, orders_sum : orders with their memory, and the sum of that over days
    raw_orders, raw_reviews : all orders and reviews so far
    admitted, explained : reviews let through so far; 30-day leaky sum of explained reviews
    tokens : (4, n) general, new accounts, all high, all low
    typed : (3, n) decayed admitted reviews: all, all high, all low
    reviews, residual : per reviewer, earlier reviews and their squared standardised residuals
    rate, mean, sigma2, kappa : platform's review rate per order, mean mark, variances, as of the last month's close
    shares : platform's counts of reviews, new accounts, all high, all low
    """

    day: int
    weight: Floats
    total: Floats
    total2: Floats
    orders: Floats
    orders_sum: Floats
    raw_orders: Floats
    raw_reviews: Floats
    admitted: Floats
    explained: Floats
    tokens: Floats
    typed: Floats
    reviews: Floats
    residual: Floats
    rate: float
    mean: float
    sigma2: float
    kappa: float
    shares: Floats = field(default_factory=lambda: np.zeros(4))

    def select(self, influencers: Ints, reviewers: Ints, policy: Policy) -> TrustState:
        """A copy for other indices; −1 stands for somebody who is new, and begins as everyone began.

        Parameters
        ----------
        influencers, reviewers : place in this state of each influencer and reviewer of the copy
        """
        fresh = TrustState.begin(self.day, influencers.size, reviewers.size, policy)
        old, at = np.flatnonzero(influencers >= 0), influencers[influencers >= 0]
        for name in (*PER_INFLUENCER, "tokens", "typed"):
            getattr(fresh, name)[..., old] = getattr(self, name)[..., at]
        known, place = np.flatnonzero(reviewers >= 0), reviewers[reviewers >= 0]
        for name in PER_REVIEWER:
            getattr(fresh, name)[known] = getattr(self, name)[place]
        for name in PLATFORM:
            setattr(fresh, name, getattr(self, name))
        fresh.shares = self.shares.copy()
        return fresh

    @classmethod
    def of_influencers(cls) -> tuple[str, ...]:
        """Names of the arrays whose last axis is the influencers."""
        return (*PER_INFLUENCER, "tokens", "typed")

    @classmethod
    def of_reviewers(cls) -> tuple[str, ...]:
        """Names of the arrays along the reviewers."""
        return PER_REVIEWER

    def arrays(self) -> dict[str, Floats]:
        """Everything as arrays, to be stored; `of_arrays` gives the same state back, to the last digit."""
        whole = {name: getattr(self, name) for name in (*PER_INFLUENCER, *PER_REVIEWER, "tokens", "typed", "shares")}
        return {**whole, "platform": np.array([self.day, *(getattr(self, name) for name in PLATFORM)])}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Floats]) -> TrustState:
        """The state that `arrays` holds."""
        day, *figures = (float(value) for value in arrays["platform"])
        whole: dict[str, Any] = dict(zip(PLATFORM, figures, strict=True))
        for name in (*PER_INFLUENCER, *PER_REVIEWER, "tokens", "typed", "shares"):
            whole[name] = arrays[name].copy()
        return cls(day=int(day), **whole)

    @classmethod
    def begin(cls, day: int, influencers: int, reviewers: int, policy: Policy) -> TrustState:
        """The state before the first day, `day` being the day before it."""
        p = policy
        bursts: list[float] = [p.bucket_burst, p.bucket_burst, p.typed_high_burst, p.typed_low_burst]
        shares = p.share_weight * np.array([1, p.default_new_share, p.default_high_share, p.default_low_share])
        return cls(
            day=day,
            **{name: np.zeros(influencers) for name in PER_INFLUENCER},
            tokens=np.repeat(np.array(bursts, dtype=np.float64)[:, None], influencers, axis=1),
            typed=np.zeros((3, influencers)),
            reviews=np.zeros(reviewers),
            residual=np.zeros(reviewers),
            rate=p.default_review_rate,
            mean=p.default_mark,
            sigma2=p.default_sigma2,
            kappa=p.default_kappa,
            shares=shares,
        )
