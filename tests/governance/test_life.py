"""From a case to its end: what a person does, and what follows by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from feedback.models import Outbox, Revision, Violation
from ratings.governance import actions, appeals
from ratings.governance.errors import AlreadyActed, CannotAct, SamePerson
from ratings.models.governance import Action, ActionState, Event, Notice, Outcome, Standing
from tests.governance.people import AT, acted, case, host, issued, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def balance(influencer: object) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return Standing.objects.get(influencer=influencer).balance


def test_a_warning_of_class_b_counts_as_evidence_and_is_told() -> None:
    who = host()
    action = acted(who)
    assert (action.level, action.state, action.points) == ("L1", "in_force", Decimal(12))
    assert action.end == AT + 90 * DAY
    assert balance(who) == 88
    violation = Violation.objects.get(source_id=action.case.violation_id)
    assert (violation.status, violation.violation_class, violation.influencer_id) == ("confirmed", "B", who.pk)
    assert Outbox.objects.filter(influencer=who).exists()
    notice = Notice.objects.get(action=action)
    assert notice.email.state == "queued"
    assert "PRM-01" in notice.body_en
    assert "虚假宣传" in notice.body_zh
    assert "Scope: the host's card" in notice.body_en
    assert "范围：主播" in notice.body_zh
    assert "2026-02-04" in notice.body_en  # the last day to appeal
    (row,) = Standing.objects.get(influencer=who).public
    assert (row["level"], row["codes"], row["appeal"]) == ("L1", ["PRM-01"], None)


def test_a_first_minor_one_is_a_notice_that_costs_nothing_when_cured() -> None:
    who = host()
    notice = acted(who, "PRM-02")
    assert (notice.level, notice.points) == ("L0", 2)
    assert balance(who) == 100
    cured = actions.cure(action=notice, by=None, reason="The claim is gone.", at=AT + 3 * DAY)
    assert cured.state == ActionState.CURED
    actions.settle(influencer=who, at=AT + 60 * DAY)
    assert balance(who) == 100
    assert Standing.objects.get(influencer=who).public == []


def test_a_notice_that_nobody_cures_becomes_a_warning_with_its_points() -> None:
    who = host()
    notice = acted(who, "PRM-02")
    assert notice.cure_until is not None
    actions.settle(influencer=who, at=notice.cure_until - timedelta(seconds=1))
    assert balance(who) == 100
    after = actions.lapse(action=notice, at=notice.cure_until)
    assert (after.level, after.automated_decision, after.supersedes_id) == ("L1", True, notice.pk)
    assert balance(who) == 98
    actions.settle(influencer=who, at=notice.cure_until + 89 * DAY)
    assert balance(who) == 98
    actions.settle(influencer=who, at=notice.cure_until + 90 * DAY)
    assert balance(who) == 100


def test_what_the_clock_writes_is_in_the_language_of_the_notice() -> None:
    """The worker speaks English; the host reads what its notice was written in."""
    who = host()
    notice = acted(who, "PRM-02", language="zh-hans")
    assert notice.cure_until is not None
    after = actions.lapse(action=notice, at=notice.cure_until)
    assert after.facts.startswith("2026-01-05 的提示未按期改正。")
    assert "2026-01-05 的提示未按期改正。" in Notice.objects.get(action=after).body_zh


def test_the_ladder_rises_with_the_points_and_two_people_suspend_for_long() -> None:
    who = host()
    found = [acted(who, code) for code in ("PRM-01", "PRM-05", "PRM-06", "PRM-07", "RVW-01", "RVW-02")]
    assert [action.level for action in found] == ["L1", "L1", "L2", "L2", "L3", "L4"]
    assert balance(who) == 28
    assert found[-1].approved_by == staff("senior")
    standing = Standing.objects.get(influencer=who)
    assert (standing.level, standing.hidden, standing.frozen) == ("L4", True, True)


def test_a_revocation_waits_for_its_second_person() -> None:
    who = host()
    proposal = issued(case(who, "PRD-01"))
    assert (proposal.level, proposal.state) == ("L5", "proposed")
    assert balance(who) == 100
    assert not Notice.objects.exists()
    assert not Violation.objects.exists()
    with pytest.raises(SamePerson):
        actions.approve(action=proposal, by=staff("mo"), reason="Me again.", at=AT)
    approved = actions.approve(action=proposal, by=staff("senior"), reason="Proven.", at=AT + DAY)
    assert (approved.state, approved.end, approved.start) == ("in_force", None, AT + DAY)
    assert balance(who) == 76
    with pytest.raises(AlreadyActed, match="senior"):
        actions.approve(action=proposal, by=staff("third"), reason="Me too.", at=AT + DAY)


def test_an_appeal_stays_a_warning_and_overturning_it_undoes_everything() -> None:
    who = host()
    action = acted(who)
    appeal = appeals.file_appeal(action=action, grounds=["It was a joke.", "It was not me."], at=AT + DAY)
    assert appeal.stay
    assert appeal.decide_due == AT + 8 * DAY
    (row,) = Standing.objects.get(influencer=who).public
    assert row["appeal"]["status"] == "under_appeal"
    assert Standing.objects.get(influencer=who).level == ""
    appeals.acknowledge(appeal=appeal, by=staff("judge"), at=AT + DAY)
    with pytest.raises(SamePerson):
        appeals.decide_appeal(
            appeal=appeal, outcome=Outcome.UPHELD, answers=["a", "b"], reason="x", by=staff("mo"), at=AT + 2 * DAY
        )
    with pytest.raises(CannotAct, match="ground"):
        appeals.decide_appeal(
            appeal=appeal, outcome=Outcome.UPHELD, answers=["a", " "], reason="x", by=staff("judge"), at=AT + 2 * DAY
        )
    decided = appeals.decide_appeal(
        appeal=appeal,
        outcome=Outcome.OVERTURNED,
        answers=["It was.", "Right."],
        reason="The recording shows another host.",
        by=staff("judge"),
        at=AT + 2 * DAY,
    )
    assert decided.outcome == "overturned"
    assert balance(who) == 100
    violation = Violation.objects.get(source_id=action.case.violation_id)
    assert (violation.status, violation.voided_at) == ("overturned", None)
    assert Revision.objects.filter(source_id=violation.source_id).count() == 1
    action.refresh_from_db()
    assert (action.state, action.case.state) == ("overturned", "overturned")
    (row,) = Standing.objects.get(influencer=who).public
    assert row["overturned"]["on"] == "2026-01-07"
    actions.settle(influencer=who, at=AT + 93 * DAY)
    assert Standing.objects.get(influencer=who).public == []


def test_an_appeal_that_is_upheld_leaves_the_time_that_it_stayed_to_be_served() -> None:
    who = host()
    for code in ("PRM-01", "PRM-05"):
        acted(who, code)
    restriction = acted(who, "PRM-06", days=10)
    assert restriction.level == "L2"
    assert Standing.objects.get(influencer=who).hidden
    appeal = appeals.file_appeal(action=restriction, grounds=["Too hard."], at=AT + DAY)
    assert not Standing.objects.get(influencer=who).hidden
    appeals.decide_appeal(
        appeal=appeal, outcome=Outcome.UPHELD, answers=["No."], reason="It fits.", by=staff("judge"), at=AT + 6 * DAY
    )
    restriction.refresh_from_db()
    assert restriction.end == AT + 15 * DAY
    assert Standing.objects.get(influencer=who).hidden
    actions.settle(influencer=who, at=AT + 15 * DAY)
    restriction.refresh_from_db()
    assert restriction.state == ActionState.EXPIRED
    assert not Standing.objects.get(influencer=who).hidden


def test_an_overdue_appeal_pauses_a_suspension_once() -> None:
    who = host()
    for code in ("PRM-01", "PRM-05", "PRM-06", "PRM-07"):
        acted(who, code)
    suspension = acted(who, "RVW-01")
    assert suspension.level == "L3"
    appeal = appeals.file_appeal(action=suspension, grounds=["Wrong host."], at=AT + DAY)
    assert Standing.objects.get(influencer=who).frozen
    assert not appeals.escalate(appeal=appeal, at=AT + 6 * DAY)
    assert appeals.escalate(appeal=appeal, at=AT + 6 * DAY + timedelta(seconds=1))
    assert not Standing.objects.get(influencer=who).frozen
    assert not appeals.escalate(appeal=appeal, at=AT + 7 * DAY)


def test_a_reduced_action_is_a_new_one_in_the_place_of_the_old() -> None:
    who = host()
    for code in ("PRM-01", "PRM-05", "PRM-06", "PRM-07"):
        acted(who, code)
    suspension = acted(who, "RVW-01")
    appeal = appeals.file_appeal(action=suspension, grounds=["Too hard."], at=AT + DAY)
    appeals.decide_appeal(
        appeal=appeal,
        outcome=Outcome.REDUCED,
        answers=["Indeed."],
        reason="It was put right at once.",
        by=staff("judge"),
        at=AT + 2 * DAY,
        level="L1",  # type: ignore[arg-type]
    )
    lower = Action.objects.get(supersedes=suspension)
    assert (lower.level, lower.state, lower.decided_by) == ("L1", "in_force", staff("judge"))
    assert not Standing.objects.get(influencer=who).frozen
    assert balance(who) == 40


def test_overturning_the_first_lowers_what_followed_from_it() -> None:
    who = host()
    first = acted(who)
    acted(who, "PRM-05")
    third = acted(who, "PRM-06", at=AT + DAY)
    assert third.level == "L2"
    actions.reverse(action=first, by=staff("senior"), reason="Mistaken identity.", at=AT + 2 * DAY)
    assert balance(who) == 76
    third.refresh_from_db()
    assert third.state == ActionState.SUPERSEDED
    assert third.superseded_by.level == "L1"
    assert not Standing.objects.get(influencer=who).hidden


def test_a_hold_ends_by_itself_after_its_hours() -> None:
    who = host()
    red = case(who, "PRD-02")
    actions.interim_hold(case=red, hours=72, reason="Toys with lead are sold now.", by=staff("mo"), at=AT)
    assert Standing.objects.get(influencer=who).frozen
    with pytest.raises(AlreadyActed):
        actions.interim_hold(case=red, hours=10, reason="Once more.", by=staff("mo"), at=AT)
    actions.settle(influencer=who, at=AT + 3 * DAY)
    assert not Standing.objects.get(influencer=who).frozen
    with pytest.raises(CannotAct):
        actions.interim_hold(case=case(who), hours=10, reason="Not class A.", by=staff("mo"), at=AT + 3 * DAY)


def test_a_hold_stands_for_its_case_and_no_other() -> None:
    who = host()
    red, other, small = case(who, "PRD-01"), case(who, "AIG-02"), case(who, "PRM-02")
    actions.interim_hold(case=red, hours=72, reason="On sale still.", by=staff("mo"), at=AT)
    actions.dismiss(case=small, reason="No proof.", by=staff("mo"), at=AT + DAY)
    issued(case(who, "SVC-02", at=AT), at=AT + DAY)
    assert Standing.objects.get(influencer=who).held_until == AT + 3 * DAY
    with pytest.raises(CannotAct):
        actions.release(case=other, reason="Not this one.", by=staff("mo"), at=AT + DAY)
    actions.interim_hold(case=other, hours=24, reason="That, too.", by=staff("mo"), at=AT + DAY)
    actions.dismiss(case=red, reason="Genuine.", by=staff("mo"), at=AT + DAY)
    standing = Standing.objects.get(influencer=who)
    assert (standing.held_until, standing.frozen) == (AT + 2 * DAY, True)
    actions.release(case=other, reason="Off sale.", by=staff("mo"), at=AT + DAY)
    standing.refresh_from_db()
    assert (standing.held_until, standing.frozen) == (None, False)


def test_every_step_says_who_when_and_why() -> None:
    who = host()
    acted(who)
    kinds = list(Event.objects.filter(influencer=who).values_list("kind", "actor_name"))
    assert kinds == [("opened", "mo"), ("issued", "mo")]
