"""Worlds with hardly anything in them, and sums no evidence can give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ratings.engine import embedded
from ratings.engine.gathered import EngineError
from ratings.rating import Scores, rate_evidence
from ratings.scoring.estimate import estimate
from ratings.scoring.inputs import SumsError
from ratings.scoring.policy import CURRENT, Policy, PolicyError
from tests.scoring.worlds import AS_OF, World, drawn


def rated(world: World) -> Scores:
    return rate_evidence(world.tables(), as_of=AS_OF)


def entry(scores: Scores, influencer: str) -> dict[str, Any]:
    return next(e for e in scores.entries() if e["influencer_id"] == influencer)


def test_an_empty_world() -> None:
    found = rate_evidence({}, as_of=AS_OF).document()
    assert found["influencers"] == []
    assert found["sessions"] == []
    assert found["digest"].startswith("sha256:")


def test_one_influencer_without_anything_is_the_default() -> None:
    found = entry(rated(World().influencer("h")), "h")
    assert found["dimensions"]["professionalism"]["score"] == 72.0
    assert found["status"] == "provisional"
    assert found["peer_group"] == "beauty/tiny"


def test_one_influencer_with_evidence() -> None:
    world = World().influencer("h")
    for day in range(40):
        world.session("h", day + 0.5, 50).review("h", day + 0.4, (5, 4, 5), f"u{day}")
    found = entry(rated(world), "h")
    assert found["status"] == "rated"
    assert found["overall"]["rank"] == 1
    assert (found["overall"]["rank_low"], found["overall"]["rank_high"]) == (1, 1)


def test_a_category_of_one_and_one_unknown() -> None:
    world = drawn(5)
    world.influencer("alone", "antiques").rows["influencers"].append({"influencer_id": "odd", "category": None})
    scores = rated(world)
    found = {e["influencer_id"]: e for e in scores.entries()}
    assert {found["alone"]["peer_group"], found["odd"]["peer_group"]} == {"antiques/tiny", "/tiny"}
    # of a category with nobody else, and of none, the platform's prior
    platform = 100 * scores.estimated.bounded["service"].peers.platform
    for name in ("alone", "odd"):
        assert found[name]["status"] == "provisional"
        assert found[name]["dimensions"]["service_attitude"]["score"] == pytest.approx(platform, abs=1e-3)


def test_a_review_without_weight_changes_no_mark() -> None:
    policy = replace(CURRENT, trust_unverified=0.0)
    world = World().influencer("h").review("h", 3, (1, 1, 1), verified=False)
    found = entry(rate_evidence(world.tables(), as_of=AS_OF, policy=policy), "h")
    assert found["dimensions"]["service_attitude"]["score"] == 72.0
    assert found["dimensions"]["service_attitude"]["evidence"] == 0


def test_an_event_without_any_exposure_has_no_effect() -> None:
    world = World().influencer("h").refund("h", 3, fault="influencer").complaint("h", 3)
    quiet = entry(rated(World().influencer("h")), "h")
    assert entry(rated(world), "h")["dimensions"] == quiet["dimensions"]


def test_a_red_line_caps_the_grade_and_leaves_the_score() -> None:
    world = World().influencer("h")
    for day in range(60):
        world.session("h", day + 0.5, 500).review("h", day + 0.4, (5, 5, 5), f"u{day}")
    clean = entry(rated(world), "h")
    red = entry(rated(world.copy().violation("h", 1090, **{"class": "A"})), "h")
    assert clean["grade_cap"] is None
    assert red["overall"]["grade"] == "D"
    assert red["grade_cap"]["code"] == "red_line"
    old = entry(rated(world.copy().violation("h", 1096, **{"class": "A"})), "h")
    assert old["grade_cap"] is None


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("reviews", "o", -1),
        ("reviews", "ox", 2**62 + 1),
        ("reviews", "n", 0),
        ("events", "points", -5),
        ("exposure", "exposure", -1),
        ("events", "influencer", 99),
        ("reviews", "day", 99_999),
        ("reviews", "o", 2_000_000_000),
        ("sessions", "orders", -1),
        ("sessions", "orders", 2**62 + 1),
        ("sessions", "viewers", -1),
        ("sessions", "viewers", np.inf),
        ("sessions", "commenters", -1),
        ("sessions", "commenters", np.inf),
    ],
)
def test_sums_no_evidence_can_give_are_refused(part: str, field: str, value: float) -> None:
    found = embedded.gather(drawn(2).tables(), as_of_day=20_454, policy=CURRENT)
    broken = getattr(found.sums, part)
    values = getattr(broken, field).copy()
    values[..., 0] = value
    sums = replace(found.sums, **{part: replace(broken, **{field: values})})
    with pytest.raises(SumsError):
        estimate(found.population, sums, CURRENT)


def test_a_figure_that_is_not_a_number_is_an_unknown_one() -> None:
    said, unsaid = drawn(4), drawn(4)
    for row in said.rows["sessions"]:
        row["avg_watch_seconds"] = row["avg_online"] = float("nan")
    assert b"".join(rated(said).pieces()) == b"".join(rated(unsaid).pieces())


def test_a_count_that_is_not_a_number_is_refused() -> None:
    world = drawn(4)
    world.rows["sessions"][0]["orders"] = float("nan")
    with pytest.raises(EngineError, match="cannot be summed"):
        rated(world)


def test_sums_that_are_not_numbers_are_refused() -> None:
    found = embedded.gather(drawn(2).tables(), as_of_day=20_454, policy=CURRENT)
    values = found.sums.reviews.o.astype(np.float64)
    values[0] = np.nan
    sums = replace(found.sums, reviews=replace(found.sums.reviews, o=values))
    with pytest.raises(SumsError, match="whole numbers"):
        estimate(found.population, sums, CURRENT)


def test_a_policy_out_of_bounds_says_so() -> None:
    with pytest.raises(PolicyError, match="half_life must lie between"):
        replace(CURRENT, half_life=0)
    with pytest.raises(PolicyError, match="add up to 1"):
        replace(CURRENT, weight_service=0.5)
    with pytest.raises(PolicyError, match="unknown constant"):
        Policy.from_document({"version": "x", "constants": [{"name": "nonsense", "value": 1}]})
    with pytest.raises(PolicyError):
        Policy.from_document({"version": "x"})


def test_a_policy_survives_its_document() -> None:
    policy = replace(CURRENT, version="try", half_life=90)
    assert Policy.from_document(policy.document()) == policy
