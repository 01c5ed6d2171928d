"""Every constant of the check: name, value, unit, reason; published with the methodology under a version of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

VERSION = "2026.1"


def _rule(value: Any, unit: str, reason: str) -> Any:
    return field(default=value, metadata={"unit": unit, "reason": reason})


@dataclass(frozen=True)
class Rules:
    """Thresholds of the verdict and constants of the forecast."""

    least_sessions: int = _rule(5, "comparable shows", "below it no verdict but not_enough_evidence")
    least_mature: int = _rule(3, "shows", "an avoid needs shows whose refunds are known")
    mature_share: float = _rule(0.90, "share of returns known", "a show is mature when so much of its returns is in")
    avoid_below: float = _rule(0.30, "probability", "avoid when the fee is earned back less often, clawback collected")
    go_from: float = _rule(0.70, "probability", "go when the fee is earned back as often, clawback not collected")
    go_loss_most: float = _rule(0.10, "probability", "go only when a loss beyond max_loss is no likelier")
    balance_share: float = _rule(0.95, "share of returns known", "the safe day to pay the balance")
    half_life: float = _rule(180.0, "days", "a show of so long ago counts half, as in the rating")
    window: int = _rule(365, "days", "older shows are not compared")
    prior_hosts: float = _rule(20.0, "influencers", "weight of the platform in a category's prior, as in the rating")
    lag_prior: float = _rule(30.0, "returns", "weight of the category in an influencer's own curve of returns")
    spread_prior: float = _rule(60.0, "shows", "weight of the platform in how much an influencer's shows differ")
    price_reach: float = _rule(1.1, "log ratio", "prices further from the usual one are taken as if so far away")
    price_doubt: float = _rule(0.30, "log per log", "sd added for each e-fold between the price and the usual one")
    category_doubt: float = _rule(0.35, "log", "sd added to sales in a category the influencer does not mostly sell")
    slot_doubt: float = _rule(0.60, "log", "sd of a slot's share of a show where no slots are known")
    draws: int = _rule(4096, "draws", "fixed seed and common random numbers: a higher fee never looks better")
    seed: int = _rule(20260101, "", "the same for every check")
    default_spread: float = _rule(0.60, "log", "sd of one show around its influencer where too few are known")
    default_sales: float = _rule(8.5, "log yuan", "sales of a show where nothing at all is known")
    default_sales_sd: float = _rule(1.8, "log", "how much influencers differ where too few are known")
    default_return: float = _rule(0.20, "share of shipped", "returns where a category is not known")
    default_cancel: float = _rule(0.08, "share of paid", "cancellations before dispatch where nothing is known")
    default_rate_weight: float = _rule(6.0, "orders", "precision of these two")
    first_payment: float = _rule(0.30, "share of the fee", "suggested before the show")
    few_balance_days: int = _rule(
        7, "days", "a balance is never suggested earlier: buyers may return within seven days"
    )
    comparables: int = _rule(5, "influencers", "shown at most")
    candidates: int = _rule(60, "influencers", "looked at for them, of the same category and nearest in size")


RULES = Rules()


def document(rules: Rules = RULES) -> dict[str, Any]:
    """The rules, machine readable."""
    constants = {
        f.name: {"value": getattr(rules, f.name), "unit": f.metadata["unit"], "reason": f.metadata["reason"]}
        for f in fields(rules)
    }
    return {"version": VERSION, "constants": constants}
