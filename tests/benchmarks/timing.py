"""Side by side: every piece of a comparison takes its turn in each round, so that a slow minute slows all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measure:
    """Something that a goal is set for, or that is worth showing: the middle of the rounds, the least and the most."""

    what: str
    middle: float
    least: float
    most: float
    unit: str = "×"

    def __str__(self) -> str:
        spread = "" if self.least == self.most else f" ({_short(self.least)}–{_short(self.most)})"
        return f"{_short(self.middle)} {self.unit}{spread}"


@dataclass
class Result:
    """One row of BENCHMARKS.md; `rows.py` has the goals, which name their measures."""

    size: str
    figures: dict[str, str] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The row for a program."""
        return asdict(self)

    @classmethod
    def from_document(cls, given: Mapping[str, Any]) -> Result:
        """What `document` wrote."""
        measures = [Measure(**measure) for measure in given["measures"]]
        return cls(given["size"], dict(given["figures"]), measures, list(given["notes"]))


def rounds(pieces: Mapping[str, Callable[[], float]], *, runs: int) -> dict[str, list[float]]:
    """What each piece says of itself (a rate, higher is better), `runs` times in turn."""
    said: dict[str, list[float]] = {name: [] for name in pieces}
    for _ in range(runs):
        for name, piece in pieces.items():
            said[name].append(piece())
    return said


def ratio(said: Mapping[str, list[float]], ours: str, theirs: str) -> Measure:
    """Our rate over theirs, round by round."""
    return measure(f"{ours} ÷ {theirs}", [a / b for a, b in zip(said[ours], said[theirs], strict=True)])


def measure(what: str, values: Sequence[float], unit: str = "×") -> Measure:
    """The middle, the least and the most of some rounds."""
    return Measure(what, statistics.median(values), min(values), max(values), unit)


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


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
