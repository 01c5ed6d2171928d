"""Overdue complaints go to a senior: each clock once, logged, also for remedies and after reopening."""

from __future__ import annotations

import pytest

from feedback import complaints
from feedback.escalation import escalate_overdue
from feedback.models import Against, Case, CaseEvent, Complaint, Fault, Remedy, Role
from feedback.timeline import timeline
from tests.feedback.test_complaints import DAY, HOUR, T0, evidence, filed, upheld

pytestmark = pytest.mark.django_db


def late_clocks() -> list[str]:
    return [event.text for event in CaseEvent.objects.filter(kind="escalated").order_by("id")]


def test_every_clock_that_runs_out_is_escalated_once() -> None:
    case = filed()
    assert escalate_overdue(at=T0 + 24 * HOUR) == 0
    for hours, told in ((25, 1), (26, 0), (73, 1), (10 * 24, 0), (10 * 24 + 1, 1), (900, 0)):
        assert escalate_overdue(at=T0 + hours * HOUR) == told
    assert late_clocks() == ["acknowledge", "answer", "decide"]
    case.refresh_from_db()
    assert (case.desk, case.escalated) == ("seniors", ["acknowledge", "answer", "decide"])
    assert "We decide" in [line.text for line in timeline(case)]


def test_what_is_done_in_time_stays_with_the_moderators() -> None:
    case = complaints.acknowledge(case=filed(), at=T0 + HOUR)
    case = complaints.answer(case=case, text="Sorry.", role=Role.HOST, at=T0 + 2 * DAY)
    case = upheld(case, at=T0 + 8 * DAY)
    complaints.remedy_done(case=case, at=T0 + 20 * DAY)
    for day in range(60):
        assert escalate_overdue(at=T0 + day * DAY) == 0
    assert Case.objects.get().desk == "moderators"


def test_a_remedy_is_followed_until_it_is_done() -> None:
    case = complaints.answer(case=filed(), text="Sorry.", role=Role.HOST, at=T0 + HOUR)
    case = upheld(case, at=T0 + DAY)
    assert escalate_overdue(at=T0 + 15 * DAY) == 0
    assert escalate_overdue(at=T0 + 15 * DAY + HOUR) == 1
    assert late_clocks() == ["remedy"]
    complaints.remedy_done(case=case, at=T0 + 16 * DAY)
    assert escalate_overdue(at=T0 + 99 * DAY) == 0


def test_without_a_remedy_there_is_none_to_follow() -> None:
    case = complaints.answer(case=filed(), text="Sorry.", role=Role.HOST, at=T0 + HOUR)
    upheld(case, at=T0 + DAY, remedy=Remedy.NONE)
    assert escalate_overdue(at=T0 + 99 * DAY) == 0


def test_a_reopened_case_gets_its_clock_again() -> None:
    case = complaints.answer(case=filed(), text="No.", role=Role.HOST, at=T0 + HOUR)
    escalate_overdue(at=T0 + 8 * DAY)
    assert late_clocks() == ["decide"]
    case = complaints.reject(case=case, reason="No receipt.", at=T0 + 9 * DAY)
    case = complaints.reopen(case=case, reason="The receipt came.", at=T0 + 30 * DAY)
    assert escalate_overdue(at=T0 + 37 * DAY) == 0
    assert escalate_overdue(at=T0 + 37 * DAY + HOUR) == 1
    assert late_clocks() == ["decide", "decide"]


def test_a_case_against_somebody_else_is_no_evidence_about_the_host() -> None:
    case = complaints.answer(case=filed(), text="The warehouse did.", role=Role.HOST, at=T0 + HOUR)
    case = complaints.reassign(
        case=case, against=Against.MERCHANT, name="Cotton Mill Ltd", reason="Their warehouse.", at=T0 + DAY
    )
    case = complaints.answer(case=case, text="Ours.", role=Role.MERCHANT, at=T0 + 2 * DAY)
    upheld(case, at=T0 + 3 * DAY)
    assert evidence().status == "withdrawn"
    back = complaints.reopen(case=case, reason="It was the host after all.", at=T0 + 4 * DAY)
    back = complaints.reassign(case=back, against=Against.HOST, name="", reason="See above.", at=T0 + 5 * DAY)
    assert evidence().status == "open"
    upheld(back, at=T0 + 6 * DAY, fault=Fault.INFLUENCER)
    assert (evidence().status, evidence().fault) == ("upheld", "influencer")


@pytest.mark.parametrize(
    ("shares", "fault", "counts"),
    [
        ({Fault.MERCHANT: 60, Fault.COURIER: 40}, Fault.MERCHANT, True),
        ({Fault.COURIER: 60, Fault.INFLUENCER: 40}, Fault.COURIER, False),
        ({Fault.INFLUENCER: 50, Fault.BUYER: 50}, Fault.INFLUENCER, True),
    ],
)
def test_of_a_split_fault_the_largest_share_decides(shares: dict[Fault, int], fault: Fault, counts: bool) -> None:
    case = upheld(filed(), shares=shares, fault=fault)
    assert case.shares == {who.value: share for who, share in shares.items()}
    assert (evidence().fault in ("influencer", "merchant")) is counts


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        ({Fault.MERCHANT: 60, Fault.COURIER: 30}, Fault.MERCHANT),
        ({Fault.MERCHANT: 100, Fault.COURIER: 0}, Fault.MERCHANT),
        ({Fault.MERCHANT: 30, Fault.COURIER: 70}, Fault.MERCHANT),
        ({Fault.MERCHANT: 100}, Fault.BUYER),
    ],
)
def test_shares_that_do_not_fit_are_refused(shares: dict[Fault, int], fault: Fault) -> None:
    with pytest.raises(complaints.NotPossibleError):
        upheld(filed(), shares=shares, fault=fault)
    assert Complaint.objects.get().status == "open"
