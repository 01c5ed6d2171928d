"""The short forms of a card, for lists and comparisons."""

from __future__ import annotations

from typing import Any

from influencers.models import Category
from ratings.models import DIMENSIONS, HistoryPoint, PublicRun, Run
from ratings.publication.lists import Listed


def run_of(public: PublicRun, run: int) -> dict[str, Any]:
    """Which run a list comes from: the public one, or the one before for a reader who began under it."""
    shown = public.previous if run == public.previous_id and public.previous is not None else public.run
    return {
        "run": shown.pk,
        "as_of": shown.as_of.isoformat(),
        "policy": shown.policy_id,
        "updated_at": shown.finished_at.isoformat(timespec="seconds"),
    }


def category(found: Category) -> dict[str, str]:
    return {"code": found.code, "name_en": found.name_en, "name_zh": found.name_zh}


def row(listed: Listed) -> dict[str, Any]:
    card = listed.card
    return {
        "place": listed.place,
        "slug": card.influencer.slug,
        "name": card.influencer.name,
        "category": category(card.category),
        "platforms": listed.platforms,
        "status": card.status,
        "overall": {
            "score": card.score,
            "low": card.low,
            "high": card.high,
            "grade": card.grade or None,
            "rank": card.rank,
            "rank_low": card.rank_low,
            "rank_high": card.rank_high,
            "percentile": card.percentile,
            "p_top10": card.p_top10,
            "peer_rank": card.peer_rank,
        },
        "dimensions": {name: getattr(card, name) for name in DIMENSIONS},
        "peer_group": card.peer_group,
        "tier": card.tier,
        "league": card.league,
    }


def point(found: HistoryPoint) -> dict[str, Any]:
    return {
        "as_of": found.as_of.isoformat(),
        "run": found.run_id,
        "policy": found.policy_id,
        "status": found.status,
        "score": found.score,
        "low": found.low,
        "high": found.high,
        "grade": found.grade or None,
        "rank": found.rank,
    }


def whole_run(found: Run) -> dict[str, Any]:
    """A run with all that it learned of everyone."""
    return {
        "run": found.pk,
        "as_of": found.as_of.isoformat(),
        "policy": found.policy_id,
        "digest": found.digest,
        "evidence_digest": found.evidence_digest,
        "influencers": found.influencers,
        "rated": found.rated,
        "parameters": found.parameters,
    }


COMPARED = (
    "influencer",
    "status",
    "overall",
    "dimensions",
    "peer_group",
    "standing",
    "grade_cap",
    "evidence",
    "as_of",
    "run",
    "policy",
    "published_at",
    "updated_at",
)


def side(document: dict[str, Any]) -> dict[str, Any]:
    """A document without its long parts."""
    return {key: document[key] for key in COMPARED}
