"""Scores on a scale of 0 to 100: the band is where the score lies with 90% probability."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ratings.pages.charts.svg import Chart, Table, at, percent, picture, tag
from ratings.pages.numbers import fine, whole

GRADES: tuple[tuple[str, int, int], ...] = (
    ("E", 0, 50),
    ("D", 50, 60),
    ("C", 60, 70),
    ("B", 70, 80),
    ("A", 80, 90),
    ("A+", 90, 100),
)


def rail(y: float, height: float = 8) -> SafeString:
    return tag("rect", x="0", y=y, width="100%", height=height, rx=height / 2, class_="rail")


def band(low: float, high: float, y: float, height: float) -> SafeString:
    width = max(high - low, 0.6)
    return tag("rect", x=percent(low), y=y, width=percent(width), height=height, rx=3, class_="band")


def needle(score: float, y: float, height: float) -> SafeString:
    return at(score, y, tag("rect", x=-2, y=0, width=4, height=height, rx=2, class_="needle"))


def diamond(value: float, y: float, size: float = 5) -> SafeString:
    """The peers' average: a shape of its own, so that it does not rest on colour."""
    return at(value, y, tag("path", d=f"M0 {-size}L{size} 0L0 {size}L{-size} 0Z", class_="peer"))


def interval_band(score: float, low: float, high: float, *, uid: str = "overall") -> Chart:
    """The overall score over the grades' zones."""
    shapes: list[str] = []
    for letter, start, end in GRADES:
        shapes.append(tag("text", letter, x=percent((start + end) / 2), y=72, class_="axis", text_anchor="middle"))
        if start:
            shapes.append(tag("line", x1=percent(start), x2=percent(start), y1=34, y2=60, class_="tick"))
    numbers = (
        (low, whole(low), "end", -7, "bound"),
        (high, whole(high), "start", 7, "bound"),
        (score, whole(score), "middle", 0, "value"),
    )
    labels = [
        at(x, 22, tag("text", text, x=dx, y=0, class_=class_, text_anchor=anchor))
        for x, text, anchor, dx, class_ in numbers
        if class_ == "value" or (4 < x < 96 and abs(x - score) > 1)
    ]
    title = _("Overall score %(score)s, between %(low)s and %(high)s") % {
        "score": whole(score),
        "low": whole(low),
        "high": whole(high),
    }
    desc = _(
        "A scale from 0 to 100 with the grades E to A+. The band is where the score lies with a probability of 90%."
    )
    svg = picture(
        rail(42, 10),
        *shapes,
        band(low, high, 38, 18),
        needle(score, 32, 30),
        *labels,
        uid=uid,
        title=title,
        desc=desc,
        height=80,
    )
    heads = (_("Figure"), _("Value"))
    rows = (
        (_("Score"), fine(score)),
        (_("Lower end of the interval (90%)"), fine(low)),
        (_("Upper end of the interval (90%)"), fine(high)),
    )
    return Chart(uid, title, desc, svg, Table(heads, rows))


FULL = (0.0, 100.0)


def scale_of(rows: Iterable[Mapping[str, Any]]) -> tuple[float, float]:
    """The tens around all intervals of a list: one scale for its lines, so that they can be compared."""
    found = list(rows)
    if not found:
        return FULL
    bottom = min(float(row["low"]) for row in found) // 10 * 10
    top = -(-max(float(row["high"]) for row in found) // 10) * 10
    return max(0.0, bottom), min(100.0, max(top, bottom + 10))


def scale_axis(scale: tuple[float, float], *, uid: str) -> Chart:
    """The numbers of a list's scale, to stand above its bars."""
    start, end = scale
    step = 10 if end - start <= 50 else 20
    ticks = [
        tag(
            "text",
            str(value),
            x=percent((value - start) / (end - start) * 100),
            y=12,
            class_="axis",
            text_anchor=anchor,
        )
        for value, anchor in anchors(int(start), int(end), step)
    ]
    title = _("Scale from %(start)s to %(end)s") % {"start": whole(start), "end": whole(end)}
    svg = picture(*ticks, uid=uid, title=title, desc=title, height=16)
    return Chart(uid, title, title, svg)


def anchors(start: int, end: int, step: int) -> list[tuple[int, str]]:
    """Tick values and how their numbers hang: the outer ones inwards."""
    return [(v, "start" if v == start else "end" if v == end else "middle") for v in range(start, end + 1, step)]


def band_row(
    score: float,
    low: float,
    high: float,
    *,
    uid: str,
    label: str,
    peer: float | None = None,
    height: int = 24,
    scale: tuple[float, float] = FULL,
) -> Chart:
    """One line of a list: band, needle and, where known, the peers' diamond."""
    start, end = scale

    def along(value: float) -> float:
        return (min(max(value, start), end) - start) / (end - start) * 100

    values = {"start": whole(start), "end": whole(end)}
    title = _("%(label)s: %(score)s, between %(low)s and %(high)s") % {
        "label": label,
        "score": fine(score),
        "low": fine(low),
        "high": fine(high),
    }
    desc = _("Interval (90%%) on a scale from %(start)s to %(end)s.") % values
    if peer is not None:
        desc += " " + _("The average of its peers is %(peer)s.") % {"peer": fine(peer)}
    middle = height / 2
    svg = picture(
        rail(middle - 3, 6),
        band(along(low), along(high), middle - 6, 12),
        *([diamond(along(peer), middle)] if peer is not None else []),
        needle(along(score), middle - 9, 18),
        uid=uid,
        title=title,
        desc=desc,
        height=height,
    )
    return Chart(uid, title, desc, svg)


def dimension_bars(
    rows: Sequence[tuple[str, str, Mapping[str, float]]], *, uid: str = "dim"
) -> tuple[list[Chart], Table]:
    """Five rows (code, name, figures) and one table for all of them."""
    charts = [
        band_row(d["score"], d["low"], d["high"], uid=f"{uid}-{code}", label=name, peer=d.get("peer_mean"))
        for code, name, d in rows
    ]
    heads = (
        _("Dimension"),
        _("Score"),
        _("Interval (90%)"),
        _("Peers' average"),
        _("Weight"),
        _("Effective evidence"),
    )
    body = tuple(
        (
            name,
            fine(d["score"]),
            f"{fine(d['low'])} – {fine(d['high'])}",
            "–" if d.get("peer_mean") is None else fine(d["peer_mean"]),
            f"{d.get('weight', 0) * 100:.0f}%",
            fine(d.get("evidence", 0)),
        )
        for _code, name, d in rows
    )
    return charts, Table(heads, body)
