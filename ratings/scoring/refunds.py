"""Refunds out of the orders of a year, against what is usual for the category: figures to read, not to score by.

Whose fault a refund was does not matter here; what counts in the score is the channel `refund`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ratings.scoring.inputs import DaySums, Floats, Population
from ratings.scoring.policy import Policy
from ratings.scoring.sums import per_influencer, rate_days

USUAL = (0.05, 0.95)
LEAST_ORDERS = 100.0  # for being one of those who say what is usual
LEAST_HOSTS = 5  # below, the whole platform says it


@dataclass(frozen=True)
class RefundShares:
    """Covered orders of the last year and what came back of them, (n,) each."""

    orders: Floats
    refunds: Floats

    def of(self, index: int) -> dict[str, float] | None:
        """Share and orders of one influencer; None where no order is covered."""
        orders = float(self.orders[index])
        if orders <= 0:
            return None
        return {"rate": round(min(1.0, float(self.refunds[index]) / orders), 4), "orders": int(orders)}


def refund_shares(population: Population, sums: DaySums, policy: Policy) -> RefundShares:
    """Count orders as they were sold, not as activity supports them, and refunds on the day of their show."""
    days = rate_days(sums.events, sums.sessions, np.ones(sums.sessions.size), "refund")
    recent = days.day >= population.as_of_day - policy.tier_days
    who, size = days.influencer[recent], population.size
    return RefundShares(per_influencer(who, days.exposure[recent], size), per_influencer(who, days.n[recent], size))


def usual_shares(shares: RefundShares, population: Population) -> dict[str, dict[str, float]]:
    """Where the middle nine tenths of a category's hosts lie, by category."""
    enough = shares.orders >= LEAST_ORDERS
    rate = np.minimum(1.0, shares.refunds / np.maximum(shares.orders, 1.0))
    result: dict[str, dict[str, float]] = {}
    for k, name in enumerate(population.categories):
        mine = enough & (population.category == k)
        chosen = mine if int(mine.sum()) >= LEAST_HOSTS else enough
        if chosen.any():
            low, high = np.quantile(rate[chosen], USUAL)
            result[name] = {"peers_low": round(float(low), 4), "peers_high": round(float(high), 4)}
    return result
