"""Twelve months of the score, with its interval and the days on which something happened."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ratings.pages.charts.svg import Chart, Table, at, percent, picture, tag
from ratings.pages.numbers import as_day, day, fine, month, whole

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 7.0, 98.5, 22.0, 168.0, 196


def bounds(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """The scale's ends: tens around what there is, at least twenty apart."""
    bottom, top = min(lows) // 10 * 10, -(-max(highs) // 10) * 10
    if top - bottom < 20:
        bottom, top = max(0.0, bottom - 10), min(100.0, top + 10)
    return float(bottom), float(top)


def trend(points: Sequence[Mapping[str, Any]], events: Sequence[tuple[date, str]] = (), *, uid: str = "trend") -> Chart:
    """History points (as_of, score, low, high) as line and area; events as numbered marks."""
    days = [as_day(p["as_of"]) for p in points]
    first, last = days[0], days[-1]
    span = max((last - first).days, 1)
    bottom, top = bounds([p["low"] for p in points], [p["high"] for p in points])

    def across(when: date) -> float:
        return LEFT + (RIGHT - LEFT) * min((when - first).days, span) / span

    def up(score: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (score - bottom) / (top - bottom)

    def path(values: Sequence[float], order: int = 1) -> list[str]:
        return [f"{across(d):.2f} {up(v):.2f}" for d, v in list(zip(days, values, strict=True))[::order]]

    area = "M" + "L".join(path([p["high"] for p in points]) + path([p["low"] for p in points], -1)) + "Z"
    line = "M" + "L".join(path([p["score"] for p in points]))
    grid: list[str] = []
    for value in range(int(bottom), int(top) + 1, 10 if top - bottom <= 50 else 20):
        y = up(value)
        grid.append(tag("line", x1=percent(LEFT), x2=percent(RIGHT), y1=y, y2=y, class_="grid"))
        grid.append(tag("text", str(value), x=0, y=y + 4, class_="axis"))
    lines = tag(
        "svg",
        tag("path", d=area, class_="band"),
        tag("path", d=line, class_="line", vector_effect="non-scaling-stroke"),
        viewBox=f"0 0 100 {HEIGHT}",
        preserveAspectRatio="none",
        width="100%",
        height=HEIGHT,
    )
    marks = [
        tag(
            "g",
            tag("line", x1=percent(across(when)), x2=percent(across(when)), y1=TOP, y2=BOTTOM, class_="mark"),
            at(
                across(when),
                12,
                tag("circle", r=9, class_="mark-dot"),
                tag("text", str(n), y=4, class_="mark-text", text_anchor="middle"),
            ),
        )
        for n, (when, _what) in enumerate(events, start=1)
        if first <= when
    ]
    ends = [
        tag("text", month(first), x=percent(LEFT), y=HEIGHT - 6, class_="axis"),
        tag("text", month(last), x=percent(RIGHT), y=HEIGHT - 6, class_="axis", text_anchor="end"),
    ]
    final = at(RIGHT, up(points[-1]["score"]), tag("circle", r=4, class_="dot"))
    title = _("Score from %(first)s to %(last)s: %(start)s to %(end)s") % {
        "first": day(first),
        "last": day(last),
        "start": whole(points[0]["score"]),
        "end": whole(points[-1]["score"]),
    }
    desc = _("The line is the score, the area around it its interval (90%); numbered marks are explained below.")
    svg = picture(*grid, lines, final, *marks, *ends, uid=uid, title=title, desc=desc, height=HEIGHT)
    heads = (_("As of"), _("Score"), _("Interval (90%)"), _("Grade"))
    rows = tuple(
        (day(d), fine(p["score"]), f"{fine(p['low'])} – {fine(p['high'])}", p.get("grade") or "–")
        for d, p in zip(days, points, strict=True)
    )
    return Chart(uid, title, desc, svg, Table(heads, rows))
