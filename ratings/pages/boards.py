"""Rows of leaderboards and search results, ready to draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from influencers.models import Category
from ratings.models import PublicRun, Scorecard
from ratings.pages import labels
from ratings.pages.card import small_band
from ratings.pages.charts import Chart, scale_axis, scale_of
from ratings.pages.charts.bands import FULL
from ratings.pages.numbers import isolated
from ratings.publication.lists import Listed
from ratings.publication.standings import on_boards

LEAGUES = ("large", "medium", "small", "tiny", "newcomers")
TOP = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One host in a list."""

    place: int
    slug: str
    name: str
    category: str
    tier: str
    status: str
    score: float
    low: float
    high: float
    grade: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    platforms: tuple[str, ...]
    chart: Chart
    model: bool = False


def dimension_figures(rows: Iterable[Listed], dimension: str) -> dict[int, dict[str, float]]:
    """Score and interval of one dimension for the rows of a page, in one query."""
    if not dimension:
        return {}
    cards = Scorecard.objects.filter(pk__in=[row.card.pk for row in rows])
    found = cards.values_list("pk", f"card__dimensions__{dimension}")
    return {pk: {key: float(figures[key]) for key in ("score", "low", "high")} for pk, figures in found}


def line(
    card: Scorecard,
    *,
    place: int,
    uid: str,
    platforms: Iterable[str] = (),
    figures: dict[str, float] | None = None,
    scale: tuple[float, float] = FULL,
    model: bool = False,
) -> Line:
    """A stored row as a line, with the figures of the overall score or others given."""
    figures = figures or overall(card)
    return Line(
        place=place,
        slug=card.influencer.slug or "",
        name=card.name,
        category=labels.stored_category(card.category),
        tier=labels.name(labels.TIERS, card.tier),
        status=card.status,
        grade=card.grade,
        rank=card.rank,
        rank_low=card.rank_low,
        rank_high=card.rank_high,
        platforms=tuple(labels.name(labels.PLATFORMS, p) for p in platforms),
        chart=small_band(figures, uid=uid, label=isolated(card.name), scale=scale),
        model=model,
        **figures,
    )


def overall(card: Scorecard) -> dict[str, float]:
    return {"score": card.score, "low": card.low, "high": card.high}


@dataclass(frozen=True, slots=True)
class Board:
    """The best of one league."""

    code: str
    name: str
    size: str
    axis: Chart
    lines: list[Line]


def best_of_leagues(public: PublicRun) -> list[Board]:
    """The first few of every league by the probability of the top tenth, in one query."""
    rated = Scorecard.objects.filter(
        run=public.run_id, status=Scorecard.Status.RATED, influencer__voided_at=None, p_top10__isnull=False
    )
    rated = on_boards(rated)
    tops = [rated.filter(league=league).order_by("-p_top10", "position").values("pk")[:TOP] for league in LEAGUES]
    chosen = Scorecard.objects.filter(pk__in=tops[0].union(*tops[1:], all=True))
    found: dict[str, list[Scorecard]] = defaultdict(list)
    cards = chosen.select_related("influencer", "category").defer("card", "influencer__search")
    for card in cards.order_by("-p_top10", "position"):
        found[card.league].append(card)
    scale = scale_of(overall(card) for league in found.values() for card in league)
    return [
        Board(
            code=league,
            name=str(board_name(league)),
            size=labels.name(labels.TIER_SIZES, league),
            axis=scale_axis(scale, uid=f"{league}-axis"),
            lines=[line(c, place=n, uid=f"{league}-{n}", scale=scale) for n, c in enumerate(found[league], start=1)],
        )
        for league in LEAGUES
        if found[league]
    ]


def board_name(league: str) -> str:
    return {
        "large": _("Large hosts"),
        "medium": _("Medium hosts"),
        "small": _("Small hosts"),
        "tiny": _("Tiny hosts"),
        "newcomers": _("Newcomers"),
    }.get(league, league)


def categories() -> list[tuple[str, str]]:
    """(code, name) of every category, by name."""
    return sorted(((c.code, labels.stored_category(c)) for c in Category.objects.all()), key=lambda c: c[1])
