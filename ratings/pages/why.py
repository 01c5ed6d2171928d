"""Why a card has its score: five dimensions against the peers, and every part of the points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ratings.pages import labels
from ratings.pages.charts import Chart, Table, dimension_bars
from ratings.pages.numbers import signed

DIMENSIONS = ("professionalism", "service_attitude", "compliance", "after_sales", "authenticity")
CHANNELS_OF = {
    "professionalism": ("professionalism",),
    "service_attitude": ("service",),
    "compliance": ("violations",),
    "after_sales": ("refunds", "complaints"),
    "authenticity": ("as_described", "traffic"),
}
LEAST = 0.05  # points; less does not show at one decimal

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution, in points of the overall score."""

    name: str
    source: str
    points: float
    code: str
    evidence_id: str
    held_points: float


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One dimension: its bar, and by how much it lifts or lowers the overall score against peers."""

    code: str
    name: str
    about: str
    figures: Row
    chart: Chart
    lift: float | None
    parts: tuple[Part, ...]

    @property
    def lift_text(self) -> str:
        return "" if self.lift is None else signed(self.lift)

    @property
    def points(self) -> float:
        """Points this dimension gives to the overall score."""
        return float(self.figures["weight"]) * float(self.figures["score"])

    @property
    def possible(self) -> float:
        return float(self.figures["weight"]) * 100

    @property
    def unseen(self) -> bool:
        return not self.figures.get("evidence")

    @property
    def channels(self) -> list[tuple[str, str]]:
        """(code, name) of what it is made of: the doors to its evidence."""
        return [(code, labels.name(labels.CHANNELS, code)) for code in CHANNELS_OF[self.code]]

    @property
    def total(self) -> float:
        return sum(part.points for part in self.parts)


class Why:
    """The five dimensions of a document and what stands behind them."""

    table: Table

    def __init__(self, data: Row, *, peers: int) -> None:
        self.data = data
        self.peers = peers

    @cached_property
    def dimensions(self) -> list[DimensionRow]:
        found: Row = self.data["dimensions"]
        alone = {"peer_mean": None} if self.peers == 1 else {}  # one's own mean is no peers' average
        named = [
            (code, labels.name(labels.DIMENSIONS, code), {**found[code], **alone})
            for code in DIMENSIONS
            if code in found
        ]
        charts, self.table = dimension_bars(named)
        parts = self.parts
        return [
            DimensionRow(
                code,
                name,
                labels.name(labels.ABOUT, code),
                row,
                chart,
                _lift(row),
                tuple(part for part in parts if part.code == code),
            )
            for (code, name, row), chart in zip(named, charts, strict=True)
        ]

    @property
    def lifts(self) -> list[DimensionRow]:
        """What stands above the peers, most first."""
        return sorted((d for d in self.dimensions if (d.lift or 0) >= LEAST), key=lambda d: -(d.lift or 0))

    @property
    def drops(self) -> list[DimensionRow]:
        return sorted((d for d in self.dimensions if (d.lift or 0) <= -LEAST), key=lambda d: d.lift or 0)

    @property
    def sides(self) -> list[tuple[str, list[DimensionRow]]]:
        """Up and down, or all alike where there is nobody to compare with."""
        return [("up", self.lifts), ("down", self.drops)] if self.peers > 1 else [("", self.dimensions)]

    @cached_property
    def parts(self) -> list[Part]:
        """Every contribution, strongest first; together they are the overall score."""
        rows = [
            Part(
                labels.name(labels.CHANNELS, c["channel"]),
                labels.name(labels.SOURCES, c["source"]),
                float(c["points"]),
                str(c["dimension"]),
                str(c.get("evidence_id") or ""),
                float(c.get("held_points") or 0),
            )
            for c in self.data.get("contributions") or []
        ]
        return sorted(rows, key=lambda p: -abs(p.points))


def _lift(row: Row) -> float | None:
    """Points of the overall score above the peers' average of this dimension."""
    peer = row.get("peer_mean")
    return None if peer is None else float(row["weight"]) * (float(row["score"]) - float(peer))
