"""`/compare/`: two to five hosts side by side."""

from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.pages import boards, labels
from ratings.pages.card import Card, Row
from ratings.pages.charts import Chart, band_row, scale_axis, scale_of
from ratings.pages.numbers import isolated
from ratings.pages.views.home import asked, matches
from ratings.pages.why import DIMENSIONS

MOST = 5
OFFERED = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One host's line within a group of comparable lines."""

    card: Card
    score: float
    low: float
    high: float
    chart: Chart


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    about: str
    sides: list[Side]


def wanted(request: HttpRequest) -> list[str]:
    """Slugs from `slugs=a,b` or repeated `slugs=`, each once, at most five."""
    given = ",".join(request.GET.getlist("slugs")).replace("\x00", "").split(",")
    return list(dict.fromkeys(s.strip() for s in given if s.strip()))[:MOST]


def figures(card: Card, code: str) -> Row:
    """One dimension of a card, or the overall score."""
    found: Row = card.data["dimensions"][code] if code else card.overall
    return found


def group(code: str, name: str, about: str, cards: list[Card], scale: tuple[float, float]) -> Group:
    sides = []
    for n, card in enumerate(cards):
        found = figures(card, code)
        score, low, high = found["score"], found["low"], found["high"]
        chart = band_row(
            score,
            low,
            high,
            uid=f"{code or 'overall'}-{n}",
            label=f"{isolated(card.name)}, {name}",
            peer=found.get("peer_mean"),
            scale=scale,
        )
        sides.append(Side(card, score, low, high, chart))
    return Group(name, about, sides)


def order_in_words(cards: list[Card]) -> list[str]:
    """What may be said about neighbours in the order of scores."""
    ordered = sorted(cards, key=lambda card: -card.overall["score"])
    said = []
    for ahead, behind in pairwise(ordered):
        names = {"a": isolated(ahead.name), "b": isolated(behind.name)}
        if ahead.overall["low"] > behind.overall["high"]:
            said.append(_("%(a)s is ahead of %(b)s: their ranges do not overlap.") % names)
        else:
            said.append(_("%(a)s and %(b)s: their ranges overlap, so the order between them is not certain.") % names)
    return said


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    slugs = wanted(request)
    cards = [Card(document.data) for document in publication.documents(slugs)]
    present = [card.slug for card in cards]
    words = asked(request)
    offers: list[boards.Line] = []
    if words and len(present) < MOST:
        offers = [m for m in matches(publication.public_run(), words, size=OFFERED) if m.slug not in present]
    scale = scale_of(figures(card, code) for card in cards for code in ("", *DIMENSIONS))
    groups = []
    if len(cards) > 1:
        groups = [group("", _("Overall score"), "", cards, scale)] + [
            group(code, labels.name(labels.DIMENSIONS, code), labels.name(labels.ABOUT, code), cards, scale)
            for code in DIMENSIONS
        ]
    joined = ",".join(present)
    context = {
        "section": "compare",
        "cards": [(card, ",".join(s for s in present if s != card.slug)) for card in cards],
        "missing": [slug for slug in slugs if slug not in present],
        "groups": groups,
        "axis": scale_axis(scale, uid="axis"),
        "said": order_in_words(cards),
        "slugs": joined,
        "q": words,
        "offers": offers,
        "full": len(present) >= MOST,
        "twin": f"/api/v1/compare/?slugs={joined}" if len(present) > 1 else "",
    }
    return render(request, "ratings/compare.html", context)
