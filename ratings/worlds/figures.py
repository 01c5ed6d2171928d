"""Plots of an evaluation as plain SVG text: calibration, attack cost, size bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from ratings.worlds.evaluation import COSTS, FAMILIES, LEVELS, Figures
from ratings.worlds.report import curve

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 380, 64, 44, 20, 56
COLOURS = ("#1f5fbf", "#b5480f", "#5a7d2a", "#7a4aa0")
DASHES = ("", "6 4", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    x: Sequence[float]
    y: Sequence[float]


def line_chart(
    title: str, x_label: str, y_label: str, lines: Sequence[Line], *, ticks: Sequence[tuple[float, str]]
) -> str:
    """A line chart; lines differ in dash and mark as well as in colour."""
    xs = np.concatenate([np.asarray(line.x, dtype=np.float64) for line in lines])
    ys = np.concatenate([np.asarray(line.y, dtype=np.float64) for line in lines])
    x0, x1 = float(xs.min()), float(xs.max())
    y0, y1, step = _nice(float(np.nanmin(ys)), float(np.nanmax(ys)))

    def px(x: float) -> float:
        return LEFT + (x - x0) / ((x1 - x0) or 1) * (WIDTH - LEFT - RIGHT)

    def py(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y0) / ((y1 - y0) or 1) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for k in range(round((y1 - y0) / step) + 1):
        y = y0 + k * step
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{py(y):.1f}" y2="{py(y):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{py(y) + 4:.1f}" text-anchor="end">{y:g}</text>')
    for x, text in ticks:
        out.append(f'<text x="{px(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(text)}</text>')
    for k, line in enumerate(lines):
        points = [(px(x), py(y)) for x, y in zip(line.x, line.y, strict=True) if np.isfinite(y)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        style = f'stroke="{COLOURS[k % 4]}" stroke-dasharray="{DASHES[k % 4]}"'
        out.append(f'<polyline points="{path}" fill="none" stroke-width="2" {style}/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[k % 4]}"/>' for x, y in points]
        at = LEFT + 140 * k
        out.append(f'<line x1="{at}" x2="{at + 24}" y1="32" y2="32" stroke-width="2" {style}/>')
        out.append(f'<text x="{at + 30}" y="36">{escape(line.label)}</text>')
    middle = (HEIGHT - BOTTOM + TOP) / 2
    out.append(f'<text x="{(WIDTH + LEFT) / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x_label)}</text>')
    out.append(
        f'<text x="16" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 16 {middle:.0f})">'
        f"{escape(y_label)}</text>"
    )
    return "\n".join([*out, "</svg>", ""])


def _nice(low: float, high: float) -> tuple[float, float, float]:
    """Bounds and step of an axis in round numbers."""
    span = (high - low) or 1.0
    raw = span / 5
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw - 1e-12))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step), step


def _curves(rows: Sequence[Figures], name: str, label: str) -> list[tuple[str, Sequence[float]]]:
    found = [(family, curve(rows, family, name)) for family in FAMILIES]
    return [(f"{label} {family}", pair[0].tolist()) for family, pair in found if pair is not None]


def write_all(rows: Sequence[Figures], folder: Path) -> list[Path]:
    """Writes the plots that the figures allow; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    levels = [100 * level for level in LEVELS]
    charts: dict[str, str] = {}
    found = _curves(rows, "calibration", "world")
    if found:
        lines = [Line("exact", levels, levels)]
        lines += [Line(label, levels, [100 * v for v in values]) for label, values in found]
        charts["calibration.svg"] = line_chart(
            "How often intervals hold the truth",
            "nominal level, %",
            "held the truth, %",
            lines,
            ticks=[(x, f"{x:g}") for x in levels],
        )
    found = _curves(rows, "cost", "model") + _curves(rows, "cost plain mean", "plain mean")
    if found:
        at = list(np.log(COSTS))
        charts["attack-cost.svg"] = line_chart(
            "What bought, verified praise moves",
            "fake reviews bought per influencer",
            "mean points gained",
            [Line(label, at, values) for label, values in found],
            ticks=[(x, str(c)) for x, c in zip(at, COSTS, strict=True)],
        )
    found = _curves(rows, "size bias", "model") + _curves(rows, "size bias plain mean", "plain mean")
    if found:
        decile = list(range(1, 11))
        charts["size-bias.svg"] = line_chart(
            "Does the rating favour size?",
            "decile by orders, smallest first",
            "percentile points too high",
            [Line(label, decile, values) for label, values in found],
            ticks=[(x, str(x)) for x in decile],
        )
    for name, text in charts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in charts]
