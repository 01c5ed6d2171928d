"""What moves when a constant is halved or doubled, on one small world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from ratings.rating import CURRENT, Policy, rate_evidence
from ratings.scoring.inputs import Floats
from ratings.scoring.policy import PolicyError

HALVED, DOUBLED = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Move:
    """Points by which overall scores and half-widths of their intervals change: the median host, the 95th percentile.

    `grades` is the share of hosts whose grade, or whether they have one, changes.
    """

    median: float
    most: float
    width: float
    grades: float


def moves(
    tables: Mapping[str, pa.Table], *, as_of: date, tell: Callable[[str], None] = lambda name: None
) -> dict[str, tuple[Move | None, Move | None]]:
    """By constant, what halving and doubling it moves; None where its bounds do not allow that.

    Weights, which have to add up, and switches, which the table of steps measures, are left out.
    """
    before = _card(tables, as_of, CURRENT)
    found = {}
    for row in CURRENT.document()["constants"]:
        name = row["name"]
        if name.startswith("weight_") or isinstance(row["value"], bool):
            continue
        tell(name)
        halved, doubled = (_moved(tables, as_of, row, factor, before) for factor in (HALVED, DOUBLED))
        found[name] = (halved, doubled)
    return found


def _moved(
    tables: Mapping[str, pa.Table], as_of: date, row: dict[str, Any], factor: float, before: tuple[Any, ...]
) -> Move | None:
    value = row["value"] * factor
    if isinstance(row["value"], int):
        value = round(value)
    try:
        policy = replace(CURRENT, **{row["name"]: value})
    except PolicyError:
        return None
    score, width, grades = _card(tables, as_of, policy)
    far = np.abs(score - before[0])
    other = float(np.mean([a != b for a, b in zip(grades, before[2], strict=True)]))
    return Move(float(np.median(far)), float(np.percentile(far, 95)), float(np.median(width - before[1])), other)


def _card(tables: Mapping[str, pa.Table], as_of: date, policy: Policy) -> tuple[Floats, Floats, list[str | None]]:
    """Overall scores, half-widths of their intervals, and grades, in the order of the ids."""
    rows = [entry["overall"] for entry in rate_evidence(tables, as_of=as_of, policy=policy, explain="none").entries()]
    score, low, high = (np.array([row[key] for row in rows]) for key in ("score", "low", "high"))
    return score, (high - low) / 2, [row["grade"] for row in rows]
