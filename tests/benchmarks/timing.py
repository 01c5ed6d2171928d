"""Side by side: every piece of a comparison takes its turn in each round, so that a slow minute slows all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """How our rate compares with another's: median over the rounds, with the least and the most seen."""

    versus: str
    goal: str
    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} × {self.versus} ({self.least:.2f}–{self.most:.2f}; goal {self.goal})"


@dataclass
class Result:
    """One row of BENCHMARKS.md."""

    work: str
    size: str
    figures: dict[str, str] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The row for a program."""
        return {
            "work": self.work,
            "size": self.size,
            "figures": self.figures,
            "ratios": [vars(ratio) for ratio in self.ratios],
            "notes": self.notes,
        }


def rounds(pieces: Mapping[str, Callable[[], float]], *, runs: int) -> dict[str, list[float]]:
    """What each piece says of itself (a rate, higher is better), `runs` times in turn."""
    said: dict[str, list[float]] = {name: [] for name in pieces}
    for _ in range(runs):
        for name, piece in pieces.items():
            said[name].append(piece())
    return said


def ratio(said: Mapping[str, list[float]], ours: str, theirs: str, *, goal: str) -> Ratio:
    """Our rate over theirs, round by round."""
    each = [a / b for a, b in zip(said[ours], said[theirs], strict=True)]
    return Ratio(theirs, goal, statistics.median(each), min(each), max(each))


def seconds(work: Callable[[], object]) -> float:
    """How long it took, by the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rate(values: list[float], unit: str) -> str:
    """The middle of some rates, in words."""
    return f"{statistics.median(values):,.0f} {unit}/s"
