"""Leaderboards, search results and history: every page of a list comes from the run its first page came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from influencers.models import Account, Category
from influencers.search import search
from ratings.models import DIMENSIONS, HistoryPoint, PublicRun, Scorecard
from ratings.publication.paging import Cursor, CursorGone, CursorInvalid, Order, Page, page, scope_of
from ratings.publication.standings import is_suspended, on_boards, with_status

PAGE_SIZE = 50
ORDERS = {
    "rank": Order((("position", False),)),
    "-rank": Order((("position", True),)),
    "name": Order((("name", False), ("position", False))),
    "-name": Order((("name", True), ("position", True))),
    **{d: Order(((d, False), ("position", True))) for d in DIMENSIONS},
    **{f"-{d}": Order(((d, True), ("position", False))) for d in DIMENSIONS},
}
BY_CLOSENESS = Order((("closeness", False), ("position", False)))
BY_P_TOP10 = Order((("p_top10", True), ("position", False)))
BY_DAY = Order((("as_of", True),))
SHOWN = [column.name for column in Scorecard._meta.concrete_fields if column.name != "card"]


@dataclass(frozen=True)
class Listed:
    """A row of a list."""

    place: int
    card: Scorecard
    platforms: list[str]


def influencers(
    *,
    public: PublicRun,
    q: str = "",
    category: str = "",
    tier: str = "",
    platform: str = "",
    grade: str = "",
    status: str = "",
    min_score: float | None = None,
    order: str = "",
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page[Listed]:
    """Everyone in the public run who passes the filters; without an order the closest first, else the best.

    Raises CursorInvalid and CursorGone.
    """
    asked = [q, category, tier, platform, grade, status, min_score, order]
    scope, at, run = _start(public, "influencers", asked, cursor)
    rows, categories = _cards(run), Category.objects.in_bulk()
    if q:
        found = search(q)
        closeness = found.filter(pk=OuterRef("influencer")).order_by().values("closeness")[:1]  # type: ignore[misc]  # of search()
        rows = rows.filter(influencer__in=found.order_by().values("pk")).annotate(closeness=Subquery(closeness))
    if category:
        rows = rows.filter(category=_key(category, categories))
    if tier:
        rows = rows.filter(tier=tier)
    if platform:
        rows = rows.filter(
            Exists(Account.objects.filter(influencer=OuterRef("influencer"), platform=platform, voided_at=None))
        )
    if grade:
        rows = rows.filter(grade=grade)
    if status:
        rows = with_status(rows, status)
    if min_score is not None:
        rows = rows.filter(score__gte=min_score)
    chosen = ORDERS[order] if order else BY_CLOSENESS if q else ORDERS["rank"]
    return _listed(page(rows, order=chosen, run=run, scope=scope, cursor=at, size=size), categories)


def rankings(
    *,
    public: PublicRun,
    category: str = "",
    tier: str = "",
    league: str = "",
    dimension: str = "",
    by: str = "score",
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page[Listed]:
    """The rated ones, best first: by score, by one dimension, or by the probability of the top tenth.

    Raises CursorInvalid and CursorGone.
    """
    scope, at, run = _start(public, "rankings", [category, tier, league, dimension, by], cursor)
    rows, categories = on_boards(_cards(run).filter(status=Scorecard.Status.RATED)), Category.objects.in_bulk()
    if category:
        rows = rows.filter(category=_key(category, categories))
    if tier:
        rows = rows.filter(tier=tier)
    if league:
        rows = rows.filter(league=league)
    order = ORDERS[f"-{dimension}"] if dimension else ORDERS["rank"]
    if by == "p_top10":
        rows, order = rows.filter(p_top10__isnull=False), BY_P_TOP10
    return _listed(page(rows, order=order, run=run, scope=scope, cursor=at, size=size), categories)


def history(*, slug: str, cursor: str = "", size: int = PAGE_SIZE) -> Page[HistoryPoint]:
    """What was public of one influencer, newest first. Raises CursorInvalid."""
    scope, at = scope_of("history", [slug]), _read(cursor)
    if at is not None and at.scope != scope:
        raise CursorInvalid
    points = HistoryPoint.objects.filter(influencer__document__slug=slug)
    return page(points, order=BY_DAY, run=0, scope=scope, cursor=at, size=size)


YEAR = """
SELECT as_of, policy_id, score, low, high, grade FROM (
  SELECT *, lag(policy_id) OVER (ORDER BY as_of) AS before,
    row_number() OVER (PARTITION BY date_trunc('week', as_of) ORDER BY as_of DESC) AS newest_of_its_week
  FROM ratings_historypoint WHERE influencer_id = %s AND as_of > %s
) h WHERE newest_of_its_week = 1 OR before <> policy_id ORDER BY as_of
"""


def year_of(*, influencer: int, until: date) -> list[dict[str, Any]]:
    """A year of points, oldest first, for drawing: the last of each week, and the first under each policy."""
    with connection.cursor() as cursor:
        cursor.execute(YEAR, [influencer, until - timedelta(days=366)])
        names = ("as_of", "policy", "score", "low", "high", "grade")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _cards(run: int) -> QuerySet[Scorecard]:
    cards = Scorecard.objects.filter(run=run, influencer__voided_at=None, influencer__slug__isnull=False)
    cards = cards.filter(influencer__merged_into=None)
    cards = cards.annotate(is_suspended=is_suspended())
    # no wider and no joins beyond what filters need: half of a page's time in the database is planning it
    return cards.select_related("influencer").only(*SHOWN, "influencer__slug", "influencer__name")


def _key(code: str, categories: dict[int, Category]) -> int:
    """As a number the planner knows how many there are of, in each league, too; a join hides that from it."""
    return next((key for key, category in categories.items() if category.code == code), 0)


def _start(public: PublicRun, name: str, asked: list[Any], cursor: str) -> tuple[str, Cursor | None, int]:
    """The scope of a list, where to start, and the run to read: the cursor's own, while it is kept."""
    scope, at = scope_of(name, asked), _read(cursor)
    if at is None:
        return scope, None, public.run_id
    if at.scope != scope:
        raise CursorInvalid
    if at.run not in (public.run_id, public.previous_id):
        raise CursorGone
    return scope, at, at.run


def _read(cursor: str) -> Cursor | None:
    return Cursor.read(cursor) if cursor else None


def _listed(found: Page[Scorecard], categories: dict[int, Category]) -> Page[Listed]:
    """The page's rows with their places, categories and platforms, which are one query."""
    platforms: dict[int, list[str]] = {}
    accounts = Account.objects.filter(influencer__in=[card.influencer_id for card in found.rows], voided_at=None)
    for influencer, platform in accounts.order_by("platform").values_list("influencer", "platform").distinct():
        platforms.setdefault(influencer, []).append(platform)
    for card in found.rows:
        card.category = categories[card.category_id]
        if card.is_suspended:  # type: ignore[attr-defined]  # of the annotation in _cards
            _suspend(card)
    rows = [
        Listed(place, card, platforms.get(card.influencer_id, []))
        for place, card in enumerate(found.rows, start=found.first_place)
    ]
    return Page(found.run, rows, found.first_place, found.next, found.previous)


def _suspend(card: Scorecard) -> None:
    """As the card itself shows it: no grade and no rank."""
    card.status, card.grade = Scorecard.Status.SUSPENDED, ""
    card.rank = card.rank_low = card.rank_high = card.percentile = card.p_top10 = card.peer_rank = None
