"""The steps from the base model to the current one: each adds to the policy of the step before."""

from __future__ import annotations

from dataclasses import replace

from ratings.rating import CURRENT, Policy

Step = tuple[str, dict[str, float | bool]]

BASE: dict[str, float | bool] = {
    "overdispersion": False,
    "traffic_mixture": False,
    "borrowing": False,
    "links": False,
    "repeat_power": 1.0,
    "typed_buckets": False,
    "supported_orders": False,
    "daily_filter": False,
    "spread_likelihood": False,
    "recent": False,
    "winsor_bounded": 0.02,
    "winsor_rate": 0.02,
    "relative_variance_top": 9.0,
    "violation_variance_top": 9.0,
    "interval_marks": 1.0,
    "interval_prior": 1.0,
    "interval_violation": 1.0,
    "interval_refund": 1.0,
    "interval_complaint": 1.0,
    "interval_overall": 1.0,
    "severity_noise": 0.0,
}
"""Every improvement off: sections 1 to 8 of the rating model."""
STEPS: tuple[Step, ...] = (
    ("overdispersion, traffic mixture", {"overdispersion": True, "traffic_mixture": True}),
    ("one-factor borrowing", {"borrowing": True}),
    ("linked pairs, squared repeats", {"links": True, "repeat_power": 2.0}),
    ("typed buckets", {"typed_buckets": True}),
    ("supported orders", {"supported_orders": True}),
    ("exact filter", {"daily_filter": True, "winsor_bounded": 0.15, "winsor_rate": 0.03}),
    ("spread of rates by likelihood", {"spread_likelihood": True}),
    ("recent evidence", {"recent": True}),
    (
        "intervals calibrated",
        {
            "interval_marks": CURRENT.interval_marks,
            "interval_prior": CURRENT.interval_prior,
            "interval_violation": CURRENT.interval_violation,
            "violation_variance_top": CURRENT.violation_variance_top,
            "interval_refund": CURRENT.interval_refund,
            "interval_complaint": CURRENT.interval_complaint,
            "interval_overall": CURRENT.interval_overall,
        },
    ),
)
"""Name of the step and the constants it sets, in order (section 10)."""


def step_policies() -> list[tuple[str, Policy]]:
    """The base and, one after the other, each step on top of it."""
    policy = replace(CURRENT, **BASE)  # type: ignore[arg-type]
    rows = [("base", policy)]
    for name, changes in STEPS:
        policy = replace(policy, **changes)  # type: ignore[arg-type]
        rows.append((f"+ {name}", policy))
    return rows
