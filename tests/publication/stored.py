"""Runs stored by hand, not published: what publication and the API are tried on."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from influencers.models import Influencer
from ratings import cards
from ratings.models import DIMENSIONS, PolicyVersion, Run, Scorecard
from tests.pages.published import MEANS, POLICY, card, influencer

AT = datetime(2026, 1, 1, 1, tzinfo=UTC)
DAY = date(2026, 1, 1)


def hosts(count: int) -> list[Influencer]:
    return [influencer(f"Host {number:03d}") for number in range(count)]


def stored_run(scores: Mapping[Influencer, float | None], *, as_of: date = DAY) -> Run:
    """A run with these scores, best first; None is one too little is known of."""
    policy, _new = PolicyVersion.objects.get_or_create(
        version="2026.1", defaults={"document": POLICY, "digest": "sha256:0", "created_at": AT}
    )
    made = Run.objects.create(
        as_of=as_of,
        policy=policy,
        parameters={},
        peer_groups={f"{host.category.code}/medium": {"size": 3, "mean": MEANS} for host in scores},
        digest="sha256:0",
        evidence_digest="sha256:0",
        evidence_counts={},
        influencers=len(scores),
        rated=sum(score is not None for score in scores.values()),
        engine="embedded",
        created_at=AT,
        finished_at=AT,
    )
    rows = []
    for position, (host, score) in enumerate(scores.items(), start=1):
        found = card(score or 75.0, status="provisional" if score is None else "rated", rank=position)
        overall = found["overall"]
        rows.append(
            Scorecard(
                run=made,
                influencer=host,
                position=position,
                status="provisional" if score is None else "rated",
                name=host.name,
                category=host.category,
                tier="medium",
                league="medium",
                score=overall["score"],
                low=overall["low"],
                high=overall["high"],
                grade=overall["grade"] or "",
                rank=overall["rank"],
                rank_low=overall["rank_low"],
                rank_high=overall["rank_high"],
                percentile=overall["percentile"],
                p_top10=None if score is None else 1 - position / 1000,
                peer_group=f"{host.category.code}/medium",
                peer_rank=overall["peer_rank"],
                card=cards.card(
                    status="provisional" if score is None else "rated",
                    peer_group=f"{host.category.code}/medium",
                    group=made.peer_groups[f"{host.category.code}/medium"],
                    found=found,
                ),
                **{d: found["dimensions"][d]["score"] for d in DIMENSIONS},
            )
        )
    Scorecard.objects.bulk_create(rows)
    return made
