"""The badge a host may put on its own page, and the larger picture that a shared link shows.

Both stand alone (no style sheet reaches them), so colours are presentation attributes of two palettes.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ratings.pages import labels
from ratings.pages.card import Card
from ratings.pages.charts.bands import GRADES
from ratings.pages.charts.svg import tag
from ratings.pages.numbers import big, whole

SANS = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
SERIF = "'Source Serif 4', Georgia, 'Noto Serif CJK SC', 'Songti SC', serif"


@dataclass(frozen=True, slots=True)
class Palette:
    paper: str
    ink: str
    soft: str
    rail: str
    band: str
    needle: str


PALETTES = {
    "light": Palette("#fbfaf6", "#1b2530", "#55606d", "#dedacf", "#9fcac9", "#0b3f46"),
    "dark": Palette("#13181d", "#e9e6df", "#a9b2bc", "#313941", "#2c6a6c", "#d5f3f0"),
}
WIDTH, HEIGHT = 260, 84
SHARE_WIDTH, SHARE_HEIGHT = 1200, 630


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float,
    fill: str,
    family: str = SANS,
    weight: int = 400,
    anchor: str = "start",
) -> SafeString:
    return tag(
        "text", words, x=x, y=y, font_size=size, fill=fill, font_family=family, font_weight=weight, text_anchor=anchor
    )


def bar(card: Card, colours: Palette, *, x: float, y: float, width: float, height: float) -> SafeString:
    """The interval on its scale, in pixels."""
    low, high, score = (float(card.overall[key]) for key in ("low", "high", "score"))
    unit = width / 100
    return tag(
        "g",
        tag("rect", x=x, y=y + height * 0.3, width=width, height=height * 0.4, rx=height * 0.2, fill=colours.rail),
        tag(
            "rect",
            x=f"{x + low * unit:.1f}",
            y=y,
            width=f"{max((high - low) * unit, 1.0):.1f}",
            height=height,
            rx=height * 0.25,
            fill=colours.band,
        ),
        tag(
            "rect",
            x=f"{x + score * unit - height / 8:.1f}",
            y=y - height * 0.25,
            width=height / 4,
            height=height * 1.5,
            rx=height / 8,
            fill=colours.needle,
        ),
    )


def verdict(card: Card) -> str:
    """The grade, or why there is none."""
    grade = card.overall.get("grade")
    return str(grade) if grade else labels.name(labels.STATUSES, card.status)


def sample(card: Card) -> str:
    return _("%(reviews)s reviews · %(shows)s shows") % {
        "reviews": big(card.counts.get("reviews", 0)),
        "shows": big(card.counts.get("sessions", 0)),
    }


def svg(*shapes: str, width: int, height: int, title: str) -> str:
    picture = tag(
        "svg",
        tag("title", title),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        role="img",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{picture}'


def badge(card: Card, *, theme: str) -> str:
    """Score, grade, sample and date on 260 × 84 pixels."""
    colours = PALETTES[theme]
    score = whole(card.overall["score"])
    title = f"Clearhost: {card.name}, {card.likely}"
    word = verdict(card)
    return svg(
        tag("rect", x=0.5, y=0.5, width=WIDTH - 1, height=HEIGHT - 1, rx=8, fill=colours.paper, stroke=colours.rail),
        text(14, 22, "Clearhost", size=12, fill=colours.soft, weight=600),
        text(WIDTH - 14, 22, card.updated, size=11, fill=colours.soft, anchor="end"),
        text(14, 55, score, size=30, fill=colours.ink, family=SERIF, weight=600),
        text(54, 55, word, size=20 if len(word) < 3 else 12, fill=colours.ink, family=SERIF, weight=600),
        bar(card, colours, x=134, y=40, width=WIDTH - 148, height=12),
        text(14, 74, sample(card), size=11, fill=colours.soft),
        width=WIDTH,
        height=HEIGHT,
        title=title,
    )


def share_picture(card: Card) -> str:
    """What a link shows where it is shared: 1200 × 630 pixels, always light."""
    colours = PALETTES["light"]
    name = card.name if len(card.name) <= 24 else f"{card.name[:23]}…"
    zones = [
        text(80 + 10.4 * (start + end) / 2, 476, letter, size=24, fill=colours.soft, anchor="middle")
        for letter, start, end in GRADES
    ]
    return svg(
        tag("rect", width=SHARE_WIDTH, height=SHARE_HEIGHT, fill=colours.paper),
        text(80, 96, "Clearhost", size=34, fill=colours.soft, weight=600),
        text(SHARE_WIDTH - 80, 96, card.updated, size=30, fill=colours.soft, anchor="end"),
        text(80, 190, name, size=60, fill=colours.ink, family=SERIF, weight=600),
        text(80, 350, whole(card.overall["score"]), size=150, fill=colours.ink, family=SERIF, weight=600),
        text(290, 350, verdict(card), size=80, fill=colours.ink, family=SERIF, weight=600),
        bar(card, colours, x=80, y=400, width=1040, height=36),
        *zones,
        text(80, 540, card.likely, size=34, fill=colours.ink),
        text(80, 588, sample(card), size=28, fill=colours.soft),
        width=SHARE_WIDTH,
        height=SHARE_HEIGHT,
        title=f"{card.name}: {card.likely}",
    )
