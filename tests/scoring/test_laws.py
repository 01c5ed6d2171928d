"""The laws of the rating, each on random small worlds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ratings.engine import embedded
from ratings.rating import Scores, rate_evidence
from ratings.scoring.observed import observe
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CURRENT
from ratings.scoring.scorecard import Cards, score
from tests.scoring.worlds import AS_OF, World, drawn

AS_OF_DAY = 20_454
law = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)


def rated(world: World, explain: str = "summary") -> Scores:
    return rate_evidence(world.tables(), as_of=AS_OF, explain=explain)


def rescored(world: World, parameters: Parameters) -> Cards:
    """The same world judged by given parameters, as everyone else's evidence stood still."""
    found = embedded.gather(world.tables(), as_of_day=AS_OF_DAY, policy=CURRENT)
    seen = observe(found.population, found.sums, CURRENT)
    return score(found.population, found.sums, parameters, CURRENT, seen)


def moved(world: World, change: Any, influencer: str = "h0") -> tuple[float, float]:
    """Overall score of one influencer before and after a change, parameters held fixed."""
    before = rated(world)
    other = world.copy()
    change(other)
    index = before.cards.population.ids.index(influencer)
    return float(before.cards.mean[index]), float(rescored(other, before.estimated).mean[index])


@law
@given(seeds)
def test_row_order_changes_no_byte(seed: int) -> None:
    world = drawn(seed)
    assert b"".join(rated(world, "full").pieces()) == b"".join(rated(world.shuffled(seed + 1), "full").pieces())


@law
@given(seeds)
def test_renaming_reviewers_changes_no_byte(seed: int) -> None:
    world, other = drawn(seed), drawn(seed)
    for row in other.rows["reviews"]:
        row["reviewer_id"] = f"x{hash((row['reviewer_id'], seed))}"
    assert b"".join(rated(world).pieces()) == b"".join(rated(other).pieces())


@law
@given(seeds, st.floats(0.1, 300), st.booleans())
def test_a_five_star_never_lowers(seed: int, days_ago: float, verified: bool) -> None:
    before, after = moved(drawn(seed), lambda w: w.review("h0", days_ago, (5, 5, 5), "someone new", verified=verified))
    assert after >= before - 1e-12


@law
@given(seeds, st.floats(0.1, 300), st.sampled_from(["minor", "moderate", "severe"]))
def test_an_upheld_complaint_never_raises(seed: int, days_ago: float, severity: str) -> None:
    before, after = moved(drawn(seed), lambda w: w.complaint("h0", days_ago, severity=severity))
    assert after <= before + 1e-12


@law
@given(seeds, st.floats(0.1, 300), st.sampled_from("ABCD"))
def test_a_confirmed_violation_never_raises(seed: int, days_ago: float, grade: str) -> None:
    before, after = moved(drawn(seed), lambda w: w.violation("h0", days_ago, **{"class": grade}))
    assert after <= before + 1e-12


@law
@given(seeds, st.floats(0.1, 300))
def test_a_refund_never_raises(seed: int, days_ago: float) -> None:
    before, after = moved(drawn(seed), lambda w: w.refund("h0", days_ago, fault="influencer"))
    assert after <= before + 1e-12


@law
@given(seeds)
def test_what_was_rejected_overturned_or_alleged_never_was(seed: int) -> None:
    world, other = drawn(seed), drawn(seed)
    for days in (3, 30, 300):
        other.complaint("h0", days, status="rejected").complaint("h0", days, status="withdrawn")
        other.complaint("h0", days, fault="courier")
        other.violation("h0", days, status="overturned").violation("h0", days, status="alleged")
        other.violation("h0", days, subject="agency", **{"class": "A"})
    assert b"".join(rated(world).pieces()) == b"".join(rated(other).pieces())


@law
@given(seeds)
def test_without_evidence_the_score_is_the_peers(seed: int) -> None:
    scores = rated(drawn(seed).influencer("nobody", "food"))
    entry = next(e for e in scores.entries() if e["influencer_id"] == "nobody")
    assert entry["status"] == "provisional"
    assert entry["overall"]["grade"] is None
    assert entry["overall"]["rank"] is None
    assert {c["source"] for c in entry["contributions"]} == {"prior"}
    assert all(d["evidence"] == 0 for d in entry["dimensions"].values())
    prior = scores.estimated.bounded["professionalism"].peers.groups["food/tiny"]
    assert entry["dimensions"]["professionalism"]["score"] == pytest.approx(100 * prior, abs=1e-3)


@law
@given(seeds)
def test_contributions_add_up_and_details_agree(seed: int) -> None:
    scores = rated(drawn(seed), "full")
    for full, short in zip(scores.entries("full"), scores.entries("summary"), strict=True):
        units = round(full["overall"]["score"] * 10_000)
        for entry in (full, short):
            assert sum(round(c["points"] * 10_000) for c in entry["contributions"]) == units
        assert _by_source(full) == _by_source(short)
        assert {**full, "contributions": []} == {**short, "contributions": []}


def _by_source(entry: dict[str, Any]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for c in entry["contributions"]:
        if c["source"] != "held":
            key = (c["channel"], c["source"])
            found[key] = found.get(key, 0) + round(c["points"] * 10_000)
    return found


@law
@given(seeds, st.floats(1, 200))
def test_more_evidence_at_the_mean_never_widens(seed: int, days_ago: float) -> None:
    world = drawn(seed)
    before = rated(world)
    index = before.cards.population.ids.index("h0")
    mark = float(before.cards.channels["professionalism"].mean[index])
    # as many reviews at either side of the mean as make the mean, in whole stars of a hundred
    share = round(mark * 100)
    other = world.copy()
    for k in range(100):
        star = 5 if k < share else 1
        other.review("h0", days_ago, (star, star, star), f"fresh {k}")
    after = rescored(other, before.estimated)
    own = "professionalism"
    assert after.channels[own].variance[index] <= before.cards.channels[own].variance[index] + 1e-9


@law
@given(seeds)
def test_one_alone_scores_as_among_all(seed: int) -> None:
    world = drawn(seed)
    everyone = rated(world)
    alone = World({kind: [r for r in rows if r["influencer_id"] == "h3"] for kind, rows in world.rows.items()})
    cards = rescored(alone, Parameters.from_document(json.loads(json.dumps(everyone.parameters))))
    index = everyone.cards.population.ids.index("h3")
    assert float(cards.mean[0]) == float(everyone.cards.mean[index])
    assert float(cards.low[0]) == float(everyone.cards.low[index])
    for name, channel in cards.channels.items():
        assert float(channel.mean[0]) == float(everyone.cards.channels[name].mean[index])
