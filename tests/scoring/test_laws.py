"""The laws of the rating, each on random small worlds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ratings.engine import embedded
from ratings.engine.gathered import Gathered
from ratings.rating import Scores, rate_evidence
from ratings.scoring.inputs import ReviewDays
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CURRENT, REVIEW_CHANNELS
from ratings.scoring.scorecard import Cards, score
from tests.scoring.worlds import AS_OF, World, at, drawn

AS_OF_DAY = 20_454
law = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)


def rated(world: World, explain: str = "summary") -> Scores:
    return rate_evidence(world.tables(), as_of=AS_OF, explain=explain)


def summed(world: World) -> Gathered:
    """All sums of a world; those that a rating keeps are without the reviews."""
    return embedded.gather(world.tables(), as_of_day=AS_OF_DAY, policy=CURRENT)


def rescored(world: World, parameters: Parameters) -> Cards:
    """The same world judged by given parameters, as everyone else's evidence stood still."""
    found = summed(world)
    return score(found.population, found.sums, parameters, CURRENT)


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
@given(seeds, st.integers(0, 300), st.integers(0, 1_000_000))
def test_a_five_star_never_lowers(seed: int, age: int, trust: int) -> None:
    """Others' trust held fixed: one more row of review sums, nothing else."""
    scores = rated(drawn(seed))
    found = summed(drawn(seed))
    sums = replace(found.sums, reviews=with_reviews(found.sums.reviews, AS_OF_DAY - 1 - age, 1, trust, [1] * 4))
    after = score(found.population, sums, scores.estimated, CURRENT)
    assert np.all(after.mean >= scores.cards.mean - 1e-12)
    assert np.all(after.mean[1:] == scores.cards.mean[1:])


def with_reviews(r: ReviewDays, day: int, n: int, trust: int, means: list[float]) -> ReviewDays:
    """The same sums with n more reviews of the first influencer with these means, on a receipt day of their own."""
    top = np.array([4, 4, 4, 76])
    ox = np.rint(np.array(means) * top * trust * n).astype(np.int64)
    row = {
        "influencer": 0, "day": day, "receipt": AS_OF_DAY, "known": 1, "band": 1, "n": n, "o": trust * n,
        "o2": trust * trust * n, "full": 1_000_000 * n, "ox": ox, "oxx": ox * top, "fx": ox,
    }  # fmt: skip
    at = int(np.searchsorted(r.influencer * 10**6 + r.day, day, side="right"))
    return ReviewDays(**{name: np.insert(getattr(r, name), at, value, axis=-1) for name, value in row.items()})


@law
@given(seeds)
def test_the_state_of_trust_closes_day_by_day(seed: int) -> None:
    """Rows received later change nothing that was judged before."""
    world = drawn(seed)
    cut = at(60)
    early = world.copy()
    early.rows["reviews"] = [r for r in early.rows["reviews"] if r["received_at"] < cut]
    early.rows["sessions"] = [r for r in early.rows["sessions"] if r["started_at"] < cut]
    trust = {r["review_id"]: r["trust_ppm"] for r in rated(world, "full").review_trust.to_pylist()}
    for row in rated(early, "full").review_trust.to_pylist():
        assert trust[row["review_id"]] == row["trust_ppm"]


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
@given(seeds, st.integers(0, 300))
def test_more_evidence_at_the_mean_never_widens(seed: int, age: int) -> None:
    """A hundred reviews of full trust whose mean is the present score."""
    scores = rated(drawn(seed))
    before, parameters = scores.cards, scores.estimated
    found, day = summed(drawn(seed)), AS_OF_DAY - 1 - age
    means = [float(before.channels[name].mean[0]) for name in REVIEW_CHANNELS]
    sums = replace(found.sums, reviews=with_reviews(found.sums.reviews, day, 100, 1_000_000, means))
    after = score(found.population, sums, parameters, CURRENT)
    for name in REVIEW_CHANNELS:
        assert after.channels[name].variance[0] <= before.channels[name].variance[0] + 1e-9


@law
@given(seeds)
def test_one_alone_scores_as_among_all(seed: int) -> None:
    everyone = rated(drawn(seed))
    found = summed(drawn(seed))
    parameters = Parameters.from_document(json.loads(json.dumps(everyone.parameters)))
    for index in range(found.population.size):
        cards = score(found.population.only(index), found.sums.only(index), parameters, CURRENT)
        assert float(cards.mean[0]) == float(everyone.cards.mean[index])
        assert float(cards.low[0]) == float(everyone.cards.low[index])
        for name, channel in cards.channels.items():
            assert float(channel.mean[0]) == float(everyone.cards.channels[name].mean[index])
