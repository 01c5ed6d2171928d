"""The verdict, by the published thresholds alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ratings.checks.history import Floats
from ratings.checks.rules import Rules


class Verdict(StrEnum):
    GO = "go"
    NEGOTIATE = "negotiate"
    AVOID = "avoid"
    NOT_ENOUGH = "not_enough_evidence"


@dataclass(frozen=True)
class Chances:
    """Of earning the fee back, and of losing more than may be lost (clawback not collected)."""

    earned_back: float
    earned_back_collected: float
    loss_over_max: float


def chances(*, collected: Floats, uncollected: Floats, max_loss: float) -> Chances:
    return Chances(
        float(np.mean(uncollected >= 0)), float(np.mean(collected >= 0)), float(np.mean(uncollected < -max_loss))
    )


def verdict(*, barred: bool, comparable: int, mature: int, found: Chances, rules: Rules) -> Verdict:
    """Decide; `barred`: suspended, or sanctioned for a class A violation."""
    if barred:
        return Verdict.AVOID
    if comparable < rules.least_sessions:
        return Verdict.NOT_ENOUGH
    if mature >= rules.least_mature and found.earned_back_collected < rules.avoid_below:
        return Verdict.AVOID
    if found.earned_back >= rules.go_from and found.loss_over_max <= rules.go_loss_most:
        return Verdict.GO
    return Verdict.NEGOTIATE
