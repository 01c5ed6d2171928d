"""The laws of the rating on what is loaded, closed, voided and scored live; `scoring/test_laws.py`: on files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import intake
from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import ledger, live
from ratings.close import close
from ratings.models import ReviewTrust, Run, Scorecard
from ratings.rating import rate_evidence
from tests.live.markets import AT, CODE_OF, LAST, closed, live_card, overall
from tests.scoring.worlds import AS_OF, World, drawn

pytestmark = pytest.mark.django_db
quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
law = settings(max_examples=3, deadline=None, suppress_health_check=quiet)
seeds = st.integers(0, 10_000)
NOW = AT - timedelta(minutes=5)


def small(seed: int) -> World:
    return drawn(seed, influencers=5)


def review(number: int, marks: tuple[int, int, int], *, verified: bool = True) -> None:
    row = dict(zip(("professionalism", "service", "as_described"), marks, strict=True))
    _record("reviews", {"review_id": f"new-{number}", "reviewer_id": f"buyer-{number}", "created_at": NOW,
                        **row, "verified": verified})  # fmt: skip


def complaint(status: str, severity: str = "severe") -> None:
    _record("complaints", {"complaint_id": f"new-{status}", "created_at": NOW, "severity": severity, "status": status})


def violation(status: str, grade: str = "B") -> None:
    _record("violations", {"violation_id": f"new-{status}", "occurred_at": NOW, "code": CODE_OF[grade],
                           "status": status})  # fmt: skip


def _record(kind: str, row: dict[str, Any]) -> None:
    record_own(kind=KINDS[kind], row={"influencer_id": "h0", **row}, at=AT)


def moved(seed: int, change: Callable[[], None]) -> tuple[Decimal, Decimal]:
    """Score of one influencer before and after what comes in on a day of its own: others' trust stands still."""
    with closed(small(seed)) as run:
        before = overall(live_card(run))
        change()
        return before, overall(live_card(run))


@law
@given(seeds)
def test_order_and_batches_change_no_digest_and_the_files_give_the_same(seed: int) -> None:
    world = small(seed)
    with closed(world) as run:
        whole = (run.digest, _judged())
    with closed(world.shuffled(seed + 1), parts=3, seed=seed) as run:
        assert (run.digest, _judged()) == whole
    assert rate_evidence(world.tables(), as_of=AS_OF).document()["digest"] == whole[0]


def _judged() -> dict[str, tuple[int, int]]:
    return {name: (trust, why) for name, trust, why in ReviewTrust.objects.values_list("review_id", "trust", "why")}


@law
@given(seeds)
def test_renaming_reviewers_changes_no_digest(seed: int) -> None:
    world, other = small(seed), small(seed)
    for row in other.rows["reviews"]:
        row["reviewer_id"] = f"x{hash((row['reviewer_id'], seed))}"
    with closed(world) as run:
        digest = run.digest
    with closed(other) as run:
        assert run.digest == digest


@law
@given(seeds, st.integers(1, 4), st.booleans())
def test_a_five_star_never_lowers(seed: int, count: int, verified: bool) -> None:
    before, after = moved(seed, lambda: [review(k, (5, 5, 5), verified=verified) for k in range(count)] and None)
    assert after >= before


@law
@given(seeds, st.sampled_from(["minor", "moderate", "severe"]))
def test_an_upheld_complaint_never_raises(seed: int, severity: str) -> None:
    before, after = moved(seed, lambda: complaint("upheld", severity))
    assert after <= before


@law
@given(seeds, st.sampled_from("ABCD"))
def test_a_confirmed_violation_never_raises(seed: int, grade: str) -> None:
    before, after = moved(seed, lambda: violation("confirmed", grade))
    assert after <= before


def scored(card: dict[str, Any]) -> str:
    """A card but for the plain counts of what was sent in."""
    return json.dumps({k: v for k, v in card.items() if k != "evidence"}, sort_keys=True)


@law
@given(seeds)
def test_what_was_rejected_overturned_or_voided_never_was(seed: int) -> None:
    world = small(seed)
    for day in range(1, 40):
        world.session("h0", day, 100)  # enough orders that a review more is never held down to nothing
    with closed(world) as run:
        before = live_card(run)
        for status in ("rejected", "withdrawn", "open"):
            complaint(status)
        for status in ("overturned", "alleged"):
            violation(status)
        assert scored(live_card(run)) == scored(before)
        review(1, (1, 1, 1))
        complaint("upheld")
        assert scored(live_card(run)) != scored(before)
        intake.void(kind=KINDS["reviews"], ids=["new-1"], reason="never was", at=AT)
        intake.void(kind=KINDS["complaints"], ids=["new-upheld"], reason="never was", at=AT)
        assert scored(live_card(run)) == scored(before)


@law
@given(seeds)
def test_without_evidence_the_card_is_the_peers(seed: int) -> None:
    with closed(small(seed).influencer("nobody", "food")) as run:
        card = live_card(run, "nobody")
        assert (card["status"], card["overall"]["grade"], card["overall"]["rank"]) == ("provisional", None, None)
        assert {c["source"] for c in card["contributions"]} == {"prior"}
        prior = run.parameters["bounded"]["service"]["peers"]["groups"]["food/tiny"]
        assert card["dimensions"]["service_attitude"]["score"] == pytest.approx(100 * prior, abs=1e-3)


@law
@given(seeds, st.integers(1, 6))
def test_more_evidence_at_the_mean_never_widens(seed: int, count: int) -> None:
    """Marks are whole, so the mean is brought to one: a host of fours whose score is between a four and the peers."""
    world = World().influencer("h0").influencer("other")
    for k in range(30 + seed % 20):
        world.session("h0", 40 + k, 50).review("h0", 40 + k - 0.5, (4, 4, 4), f"u{k}")
    with closed(world) as run:
        before = live_card(run)["dimensions"]["service_attitude"]
        for number in range(count):
            review(number, (4, 4, 4))
        after = live_card(run)["dimensions"]["service_attitude"]
    assert before["score"] == pytest.approx(75, abs=2)
    assert after["high"] - after["low"] <= before["high"] - before["low"] + 1e-4


@law
@given(seeds)
def test_contributions_add_up_and_live_is_full_at_the_close(seed: int) -> None:
    with closed(small(seed)) as run:
        _same(run)
        review(1, (5, 4, 3))
        violation("confirmed", "D")
        run = close(day=LAST + timedelta(days=1), at=AT + timedelta(days=1)) or run
        assert run.as_of == AS_OF + timedelta(days=1)
        _same(run)
        assert ledger.replayed() == ReviewTrust.objects.count()


def _same(run: Run) -> None:
    everyone = list(Influencer.objects.values_list("pk", flat=True))
    cards = {found.about.pk: found.card for found in live.recount(influencers=everyone, as_of=run.as_of, run=run)}
    assert len(cards) == run.influencers == len(everyone)
    for stored in Scorecard.objects.filter(run=run):
        card = json.loads(json.dumps(cards[stored.influencer_id]))
        assert card == stored.card
        assert sum(Decimal(str(part["points"])) for part in card["contributions"]) == overall(card)
