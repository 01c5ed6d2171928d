"""The steps from the base model to the current one: each adds to the policy of the step before."""

from __future__ import annotations

from dataclasses import replace

from ratings.rating import CURRENT, Policy

Step = tuple[str, dict[str, float | bool]]

BASE: dict[str, float | bool] = {}
"""Constants that switch every improvement off."""
STEPS: tuple[Step, ...] = ()
"""Name of the step and the constants it sets, in order."""


def step_policies() -> list[tuple[str, Policy]]:
    """The base and, one after the other, each step on top of it."""
    policy = replace(CURRENT, **BASE)  # type: ignore[arg-type]
    rows = [("base", policy)]
    for name, changes in STEPS:
        policy = replace(policy, **changes)  # type: ignore[arg-type]
        rows.append((f"+ {name}", policy))
    return rows
