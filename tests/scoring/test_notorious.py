"""What live commerce is notorious for."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ratings.rating import Scores, rate_evidence
from tests.scoring.worlds import AS_OF, World


def market(seed: int = 1, influencers: int = 40) -> World:
    """An ordinary market: honest audiences, a few refunds, ordinary reviews."""
    r, world = random.Random(seed), World()
    for k in range(influencers):
        own = f"h{k:02}"
        world.influencer(own, "beauty")
        for show in range(24):
            orders = round(40 * r.lognormvariate(0, 0.4))
            commenters = round(orders * r.lognormvariate(0.7, 0.3))
            viewers = round(25 * commenters * r.lognormvariate(0, 0.3)) + 20
            session = f"{own}s{show}"
            world.session(
                own, 7 * show + r.random(), orders, session_id=session, viewers=viewers, commenters=commenters
            )
            for _ in range(round(orders * 0.2)):
                world.refund(own, 7 * show, session_id=session, reason="no_reason", fault="buyer")
            for _ in range(round(orders * r.uniform(0, 0.06))):
                world.refund(own, 7 * show, session_id=session, reason="quality", fault="merchant")
            for k2 in range(2):
                marks = tuple(min(5, max(1, round(r.gauss(4.2, 0.8)))) for _ in range(3))
                world.review(own, 7 * show + r.random(), (marks[0], marks[1], marks[2]), f"{own}u{show}{k2}")
    return world


def rated(world: World) -> Scores:
    return rate_evidence(world.tables(), as_of=AS_OF, explain="summary")


def entry(scores: Scores, influencer: str) -> dict[str, Any]:
    return next(e for e in scores.entries() if e["influencer_id"] == influencer)


def test_three_million_shown_a_hundred_thousand_real() -> None:
    world = market()
    # 110,000 real viewers at this market's habits: about 4,400 commenters and 2,200 orders
    world.session("h00", 2.5, 2200, session_id="big", viewers=3_110_000, commenters=4400)
    row = next(s for s in rated(world).document()["sessions"] if s["session_id"] == "big")
    assert row["flagged"]
    assert 0.03 <= row["real_share"] <= 0.06


def test_bought_likes_move_nothing() -> None:
    world, other = market(), market()
    for row in other.rows["sessions"]:
        row["likes"] = 30_000 if row["influencer_id"] == "h00" else 10
    assert b"".join(rated(world).pieces()) == b"".join(rated(other).pieces())


def with_refunds(fault: str, reason: str, share: float) -> dict[str, Any]:
    world = market()
    world.rows["refunds"] = [r for r in world.rows["refunds"] if r["influencer_id"] != "h00"]
    for row in [r for r in world.rows["sessions"] if r["influencer_id"] == "h00"]:
        for _ in range(round(row["orders"] * share)):
            world.refund("h00", 1, session_id=row["session_id"], reason=reason, fault=fault)
    scores = rated(world)
    index = scores.cards.population.ids.index("h00")
    found = {name: 100 * float(c.mean[index]) for name, c in scores.cards.channels.items()}
    peers = [100 * float(m) for m in scores.cards.channels["refund"].mean]
    high = 100 * float(scores.cards.channels["refund"].high[index])
    return {
        **entry(scores, "h00"),
        "refund": found["refund"],
        "refund_high": high,
        "peers": sorted(peers)[len(peers) // 2],
    }


@pytest.mark.parametrize("fault", ["influencer", "merchant"])
def test_seventy_percent_refunded_by_fault(fault: str) -> None:
    found = with_refunds(fault, "not_as_described", 0.70)
    assert found["refund"] < 10
    assert found["dimensions"]["after_sales"]["score"] < 50


def test_nearly_everything_refunded_caps_the_grade_though_no_one_complains() -> None:
    found = with_refunds("influencer", "not_as_described", 0.95)
    assert found["grade_cap"] == {"code": "weak_channel", "grade": "C", "channel": "refunds"}


def test_seventy_percent_returned_without_reason_where_twenty_are_usual() -> None:
    found = with_refunds("buyer", "no_reason", 0.70)
    # its whole interval lies below the usual
    assert found["refund_high"] < found["peers"]


def test_an_average_never_hides_a_danger() -> None:
    world = market()
    for show in range(24):
        world.violation("h00", 7 * show, session_id=f"h00s{show}", **{"class": "B"})
    found = entry(rated(world), "h00")
    assert found["dimensions"]["compliance"]["high"] < 50
    assert found["grade_cap"] == {"code": "weak_dimension", "grade": "C", "dimension": "compliance"}
    assert found["overall"]["grade"] in ("C", "D", "E")


def test_three_flagged_shows_of_five_cap_the_grade() -> None:
    world = market()
    for show in range(3):
        world.session("h00", 0.1 + show / 4, 60, session_id=f"big{show}", viewers=200_000, commenters=120)
    found = entry(rated(world), "h00")
    assert found["grade_cap"] == {"code": "flagged_sessions", "grade": "C", "sessions": 3, "of": 5}
    assert found["overall"]["grade"] in ("C", "D", "E")


def test_a_hundred_bought_praises_move_one_with_forty_orders_a_month_no_further() -> None:
    world = market().influencer("tiny")
    for show in range(24):
        world.session("tiny", 7 * show + 0.5, 10, session_id=f"t{show}", viewers=500, commenters=22)
        world.review("tiny", 7 * show + 0.4, (3, 3, 3), f"tu{show}")
    before = entry(rated(world), "tiny")["overall"]["score"]
    for k in range(100):
        world.review("tiny", 0.2, (5, 5, 5), f"bought {k}")
    assert abs(entry(rated(world), "tiny")["overall"]["score"] - before) < 2


def test_a_hundred_bought_praises_on_the_day_of_a_show() -> None:
    world = market()
    before = entry(rated(world), "h05")["overall"]["score"]
    for k in range(100):
        world.review("h05", 0.2, (5, 5, 5), f"bought {k}")
    assert abs(entry(rated(world), "h05")["overall"]["score"] - before) < 2


def test_small_and_honest_outranks_famous_and_worse() -> None:
    world = World()
    world.rows = {kind: list(rows) for kind, rows in market().rows.items()}
    world.influencer("small", "beauty").influencer("famous", "beauty")
    r = random.Random(3)
    for show in range(24):
        world.session("small", 7 * show + 0.5, 10, session_id=f"s{show}", viewers=500, commenters=22)
        world.session("famous", 7 * show + 0.5, 9000, session_id=f"f{show}", viewers=600_000, commenters=20_000)
        for k in range(2):
            world.review("small", 7 * show + 0.4, (5, 5, 5 if r.random() < 0.9 else 4), f"su{show}{k}")
        for k in range(30):
            world.review("famous", 7 * show + 0.4, (r.choice([3, 4, 5]), 4, r.choice([3, 4])), f"fu{show}{k}")
        for _ in range(900):
            world.refund("famous", 7 * show, session_id=f"f{show}", reason="quality", fault="merchant")
    for k in range(12):
        world.influencer(f"other{k}", "beauty")
        for show in range(24):
            world.session(f"other{k}", 7 * show + 0.5, 10, viewers=500, commenters=22)
            for n in range(2):
                marks = (r.choice([3, 4, 5]), r.choice([3, 4, 5]), 4)
                world.review(f"other{k}", 7 * show + 0.4, marks, f"o{k}-{show}-{n}")
    scores = rated(world)
    small, famous = entry(scores, "small"), entry(scores, "famous")
    assert small["status"] == famous["status"] == "rated"
    assert small["overall"]["league"] != famous["overall"]["league"]
    league = [e for e in scores.entries() if e["overall"]["league"] == small["overall"]["league"]]
    assert len(league) > 10
    assert small["overall"]["league_rank"] == 1
    assert small["overall"]["rank"] < famous["overall"]["rank"]
