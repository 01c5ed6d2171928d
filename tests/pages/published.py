"""A small published world for the pages' tests: hand-made figures, published by the ordinary verb."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from influencers.models import Account, Category, Influencer
from ratings.cards import card as part_of_document
from ratings.models import PolicyVersion, PublicRun, Run, Scorecard, Standing
from ratings.publication import publish
from ratings.rating import rate_evidence
from tests.scoring.worlds import World

AS_OF = date(2026, 1, 1)
POLICY = {
    "version": "2026.1",
    "constants": [
        {"name": "half_life", "value": 180, "unit": "days", "low": 7, "high": 3650, "reason": "People change."},
        {"name": "trust_unverified", "value": 0.4, "unit": "share", "low": 0, "high": 1, "reason": "It says less."},
    ],
}
MEANS = {
    "professionalism": 74.0,
    "service_attitude": 75.5,
    "compliance": 80.2,
    "after_sales": 71.0,
    "authenticity": 83.4,
}
WEIGHTS = {
    "professionalism": 0.2,
    "service_attitude": 0.2,
    "compliance": 0.25,
    "after_sales": 0.2,
    "authenticity": 0.15,
}
CHANNELS = {
    "professionalism": [("professionalism", 1.0)],
    "service_attitude": [("service", 1.0)],
    "compliance": [("violation", 1.0)],
    "after_sales": [("refund", 0.5), ("complaint", 0.5)],
    "authenticity": [("as_described", 0.5), ("traffic", 0.5)],
}


@cache
def parameters() -> dict[str, Any]:
    """Of a world without evidence: the policy's defaults, enough for the calculator."""
    return rate_evidence(World().influencer("h1", "beauty").tables(), as_of=AS_OF).parameters


def dimension(score: float, *, spread: float, weight: float, evidence: float) -> dict[str, float]:
    low, high = max(0.0, score - spread), min(100.0, score + spread)
    return {"score": score, "low": low, "high": high, "weight": weight, "evidence": evidence}


def card(
    score: float = 81.0,
    *,
    spread: float = 4.0,
    status: str = "rated",
    rank: int = 12,
    off: Mapping[str, float] | None = None,
    evidence: float = 41.7,
    traffic: Sequence[Mapping[str, Any]] = (),
    grade_cap: Mapping[str, Any] | None = None,
    reviews: int = 412,
) -> dict[str, Any]:
    """What a run stores of one influencer; every dimension is `score` plus what `off` adds, weights as published."""
    shift = off or {}
    scores = {d: score + shift.get(d, 0.0) for d in WEIGHTS}
    overall = round(sum(WEIGHTS[d] * s for d, s in scores.items()), 4)
    rated = status == "rated"
    parts = [
        {"dimension": d, "channel": c, "source": source, "points": round(WEIGHTS[d] * s * w * half, 4)}
        for d, s in scores.items()
        for c, w in CHANNELS[d]
        for source, half in (("prior", 0.25), ("evidence", 0.75))
    ]
    grade = next(g for g, at in (("A+", 90), ("A", 80), ("B", 70), ("C", 60), ("D", 50), ("E", -1)) if overall >= at)
    return {
        "overall": {
            "score": overall,
            "low": overall - spread,
            "high": overall + spread,
            "grade": (grade_cap or {}).get("grade", grade) if rated else None,
            "grade_low": "B" if rated else None,
            "grade_high": "A" if rated else None,
            "rank": rank if rated else None,
            "rank_low": max(1, rank - 7) if rated else None,
            "rank_high": rank + 19 if rated else None,
            "percentile": 97.1 if rated else None,
            "p_top10": 0.93 if rated else None,
            "peer_rank": 2 if rated else None,
            "peer_rank_low": 1 if rated else None,
            "peer_rank_high": 4 if rated else None,
            "peer_p_top10": 0.81 if rated else None,
        },
        "dimensions": {
            d: dimension(s, spread=spread * 1.6, weight=WEIGHTS[d], evidence=evidence) for d, s in scores.items()
        },
        "contributions": parts,
        "traffic": list(traffic),
        "grade_cap": grade_cap,
        "refunds": {"rate": 0.24, "orders": 8_421} if reviews else None,
        "evidence": {
            "counts": {"reviews": reviews, "sessions": 88, "refunds": 41, "complaints": 3, "violations": 1}
            if reviews
            else dict.fromkeys(("reviews", "sessions", "refunds", "complaints", "violations"), 0),
            "verified_share": 1.0 if reviews else None,
            "held_down": 32 if reviews else 0,
            "held_down_fast": 32 if reviews else 0,
        },
    }


def show(number: int, shown: int, real: int, *, flagged: bool = False) -> dict[str, Any]:
    started = datetime(2025, 12, 1, 12, tzinfo=UTC) + timedelta(days=number)
    return {
        "session_id": f"s{number}",
        "started_at": started.isoformat(),
        "shown": shown,
        "real_low": int(real * 0.6),
        "real": real,
        "real_high": min(shown, int(real * 1.7)),
        "flagged": flagged,
    }


def influencer(name: str, *, handle: str = "", category: str = "beauty", platform: str = "douyin") -> Influencer:
    names = {"name_en": category.title(), "name_zh": {"beauty": "美妆", "food": "食品"}.get(category, "")}
    kind, _new = Category.objects.get_or_create(code=category, defaults=names)
    made = Influencer.objects.create(source_id=f"h-{name}"[:128], name=name, category=kind)
    Account.objects.create(
        source_id=f"a-{name}"[:128], influencer=made, platform=platform, handle=handle or name[:60], followers=1_234_567
    )
    return made


def run(
    cards: Mapping[Influencer, Mapping[str, Any]], *, as_of: date = AS_OF, leagues: Mapping[str, str] | None = None
) -> Run:
    """A stored run with these cards, best first; published at once."""
    at = datetime(as_of.year, as_of.month, as_of.day, 1, tzinfo=UTC)
    policy, _new = PolicyVersion.objects.get_or_create(
        version="2026.1", defaults={"document": POLICY, "digest": "sha256:0", "created_at": at}
    )
    usual = {"peers_low": 0.18, "peers_high": 0.3}
    groups = {f"{h.category.code}/medium": {"size": 41, "mean": MEANS, "refunds": usual} for h in cards}
    made = Run.objects.create(
        as_of=as_of,
        policy=policy,
        parameters=parameters(),
        peer_groups=groups,
        digest="sha256:0",
        evidence_digest="sha256:0",
        evidence_counts={},
        influencers=len(cards),
        rated=sum(1 for c in cards.values() if c["overall"]["rank"]),
        engine="embedded",
        created_at=at,
        finished_at=at,
    )
    for position, (host, found) in enumerate(cards.items(), start=1):
        overall = found["overall"]
        Scorecard.objects.create(
            run=made,
            influencer=host,
            position=position,
            status="rated" if overall["rank"] else "provisional",
            name=host.name,
            category=host.category,
            tier="medium",
            league=(leagues or {}).get(host.name, "medium"),
            score=overall["score"],
            low=overall["low"],
            high=overall["high"],
            grade=overall["grade"] or "",
            rank=overall["rank"],
            rank_low=overall["rank_low"],
            rank_high=overall["rank_high"],
            percentile=overall["percentile"],
            p_top10=overall["p_top10"],
            peer_group=f"{host.category.code}/medium",
            peer_rank=overall["peer_rank"],
            card=part_of_document(
                status="rated" if overall["rank"] else "provisional",
                peer_group=f"{host.category.code}/medium",
                group=groups[f"{host.category.code}/medium"],
                found=found,
            ),
            **{d: found["dimensions"][d]["score"] for d in WEIGHTS},
        )
    publish(run=made, at=at)
    return made


def world(months: int = 6) -> dict[str, Influencer]:
    """A handful of hosts with a history: an ordinary one, an inflated one, a provisional one, odd names."""
    hosts = {
        "zhou": influencer("周小满农家铺", handle="xiaoman", category="food"),
        "xinghe": influencer("星河大牌日", handle="xinghe"),
        "lin": influencer("林小雨手作", handle="linxiaoyu", platform="xiaohongshu"),
        "odd": influencer("<script>alert(1)</script>\u202eevil" + "长" * 150, handle="odd"),
        "ruijie": influencer("瑞姐女装", handle="ruijie", platform="kuaishou"),
        "empty": influencer("新来的", handle="xinlaide"),
    }
    inflated = [show(n, 3_110_000, 110_000, flagged=True) for n in range(3)] + [
        show(n, 90_000 + 9_000 * n, 84_000 + 8_000 * n) for n in range(3, 9)
    ]
    honest = [show(n, 5_200 + 130 * n, 5_100 + 120 * n) for n in range(12)]
    cap = {"code": "weak_dimension", "dimension": "after_sales", "grade": "C"}
    for month in range(months):
        day = date(2025, 12 - (months - 1 - month), 1) if month < months - 1 else AS_OF
        drift = (months - 1 - month) * 0.8
        run(
            {
                hosts["zhou"]: card(86.2 - drift, off={"after_sales": 6.0, "compliance": 4.0}, rank=1, traffic=honest),
                hosts["xinghe"]: card(
                    74.0 + drift,
                    spread=2.2,
                    off={"after_sales": -31.0, "authenticity": -12.0},
                    rank=2,
                    traffic=inflated,
                    grade_cap=cap,
                ),
                hosts["ruijie"]: card(72.0, spread=3.0, rank=3, traffic=honest),
                hosts["odd"]: card(66.4, spread=7.0, rank=4),
                hosts["lin"]: card(75.0, spread=14.0, status="provisional", evidence=0.0, reviews=4),
                hosts["empty"]: card(74.0, spread=18.0, status="provisional", evidence=0.0, reviews=0),
            },
            as_of=day,
            leagues={"瑞姐女装": "large", "周小满农家铺": "small"},
        )
    for host in hosts.values():
        host.refresh_from_db()
    return hosts


def suspend(host: Influencer) -> None:
    """A suspension under appeal, published as a later publication shows it."""
    shown = {
        "level": "L3",
        "codes": ["PRM-01", "RVW-03"],
        "public_summary": "Claims about a cure were repeated after a warning.",
        "start": "2025-12-20",
        "end": "2026-01-19",
        "appeal": {"status": "under_appeal", "due": "2026-01-03T04:00:00+00:00"},
        "overturned": None,
        "until": None,
    }
    Standing.objects.create(influencer=host, level="L3", frozen=True, public=[shown], updated_at=timezone.now())
    publish(run=PublicRun.objects.get().run, at=timezone.now())
