"""A complaint's life, step by step, and what of it ever reaches the evidence."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from feedback import complaints
from feedback.clocks import ClockName, clocks, next_due
from feedback.complaints import NotPossibleError
from feedback.models import Case, CaseEvent, Complaint, Fault, Remedy, Revision, Role, Severity, State, Topic
from feedback.texts import without_contacts
from feedback.timeline import timeline
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def filed(**more: Any) -> Case:
    given = {
        "influencer": more.get("influencer") or host(),
        "topic": Topic.QUALITY,
        "text": "Broken on arrival.",
        "at": T0,
    }
    return complaints.file_complaint(**{**given, **more}).case


def upheld(case: Case, *, at: datetime = T0 + 4 * DAY, **more: Any) -> Case:
    given = {
        "severity": Severity.MODERATE,
        "fault": Fault.MERCHANT,
        "remedy": Remedy.REFUND,
        "reason": "Photo shows it.",
    }
    return complaints.uphold(case=case, at=at, **{**given, **more})


def evidence() -> Complaint:
    return Complaint.objects.get()


def test_from_filing_to_remedy() -> None:
    case = filed()
    assert (case.state, evidence().status, evidence().created_at) == (State.RECEIVED, "open", T0)
    case = complaints.acknowledge(case=case, at=T0 + HOUR)
    case = complaints.answer(case=case, text="We look into it.", role=Role.MERCHANT, at=T0 + 5 * HOUR)
    assert evidence().responded_at == T0 + 5 * HOUR
    case = upheld(case, at=T0 + 6 * HOUR)
    row = evidence()
    assert (row.status, row.severity, row.fault, row.remedy) == ("upheld", "moderate", "merchant", "refund")
    assert (row.resolved_at, row.remedied_at) == (T0 + 6 * HOUR, None)
    case = complaints.remedy_done(case=case, at=T0 + DAY)
    row = evidence()
    assert (case.state, row.status, row.remedied_at) == (State.REMEDIED, "upheld", T0 + DAY)
    assert [line.kind for line in timeline(case)] == [*("received", "acknowledged", "answered", "upheld", "remedied")]
    assert Revision.objects.filter(kind="complaints", source_id=case.complaint_id).count() == 4


def test_only_a_decision_for_the_consumer_says_upheld() -> None:
    case = complaints.reject(case=filed(), reason="The order was never placed.", at=T0 + HOUR)
    assert (case.state, evidence().status) == (State.REJECTED, "rejected")
    case = complaints.reopen(case=case, reason="The receipt came in.", at=T0 + 2 * HOUR)
    assert (case.state, case.reason, evidence().status) == (State.ACKNOWLEDGED, "", "open")
    case = complaints.withdraw(case=case, at=T0 + 3 * HOUR)
    assert (case.state, evidence().status) == (State.WITHDRAWN, "withdrawn")


def test_a_decision_taken_back_takes_the_evidence_out_again() -> None:
    case = complaints.answer(case=filed(), text="Not ours.", role=Role.HOST, at=T0 + HOUR)
    case = upheld(case, fault=Fault.INFLUENCER)
    case = complaints.reopen(case=case, reason="Decided on the wrong order.", at=T0 + 5 * DAY)
    row = evidence()
    assert (case.state, case.fault, case.remedy, case.closed_at) == (State.ANSWERED, "", "", None)
    assert (row.status, row.fault, row.remedy, row.resolved_at) == ("open", "unknown", None, None)


def test_the_other_side_is_heard_before_a_complaint_is_upheld() -> None:
    case = filed()
    with pytest.raises(NotPossibleError, match="still has time"):
        upheld(case, at=T0 + 72 * HOUR - timedelta(seconds=1))
    assert upheld(case, at=T0 + 72 * HOUR).state == State.UPHELD


ACTS: dict[str, Callable[[Case, datetime], Case]] = {
    "acknowledged": lambda case, at: complaints.acknowledge(case=case, at=at),
    "answered": lambda case, at: complaints.answer(case=case, text="x", role=Role.HOST, at=at),
    "upheld": lambda case, at: upheld(case, at=at),
    "rejected": lambda case, at: complaints.reject(case=case, reason="x", at=at),
    "withdrawn": lambda case, at: complaints.withdraw(case=case, at=at),
    "remedied": lambda case, at: complaints.remedy_done(case=case, at=at),
    "reopened": lambda case, at: complaints.reopen(case=case, reason="x", at=at),
}
POSSIBLE = {
    "received": {"acknowledged", "answered", "upheld", "rejected", "withdrawn"},
    "acknowledged": {"answered", "upheld", "rejected", "withdrawn"},
    "answered": {"answered", "upheld", "rejected", "withdrawn"},
    "upheld": {"remedied", "reopened"},
    "remedied": {"reopened"},
    "rejected": {"reopened"},
    "withdrawn": set(),
}
WAY = {
    "received": [],
    "acknowledged": ["acknowledged"],
    "answered": ["answered"],
    "upheld": ["upheld"],
    "remedied": ["upheld", "remedied"],
    "rejected": ["rejected"],
    "withdrawn": ["withdrawn"],
}


@pytest.mark.parametrize("state", POSSIBLE)
def test_what_may_follow_what(state: str) -> None:
    at, case = T0 + 4 * DAY, filed()
    for step in WAY[state]:
        case = ACTS[step](case, at)
    for act, do in ACTS.items():
        before = CaseEvent.objects.count()
        with transaction.atomic():
            if act in POSSIBLE[state]:
                do(case, at + HOUR)
                assert CaseEvent.objects.count() == before + 1
            else:
                with pytest.raises(NotPossibleError):
                    do(case, at + HOUR)
                assert CaseEvent.objects.count() == before
            transaction.set_rollback(True)
        case = Case.objects.get(pk=case.pk)


def test_words_are_needed_and_sides_kept_apart() -> None:
    case = filed()
    for act in (
        lambda: complaints.answer(case=case, text=" ", role=Role.HOST, at=T0),
        lambda: complaints.answer(case=case, text="x", role=Role.STAFF, at=T0),
        lambda: complaints.reject(case=case, reason="", at=T0),
        lambda: upheld(case, reason=" "),
    ):
        with pytest.raises(NotPossibleError):
            act()
    case = upheld(case, remedy=Remedy.NONE)
    with pytest.raises(NotPossibleError, match="No remedy"):
        complaints.remedy_done(case=case, at=T0 + 5 * DAY)


def test_two_steps_at_the_same_moment_are_two_revisions() -> None:
    case = complaints.answer(case=filed(), text="x", role=Role.HOST, at=T0)
    case = upheld(case, at=T0)
    assert evidence().status == "upheld"
    case = complaints.reopen(case=case, reason="x", at=T0 - HOUR)  # a clock that lags
    assert evidence().status == "open"


def test_clocks() -> None:
    case = filed()
    due = {clock.name: (clock.due, clock.late) for clock in clocks(case, at=T0 + 25 * HOUR)}
    assert due == {
        ClockName.ACKNOWLEDGE: (T0 + 24 * HOUR, True),
        ClockName.ANSWER: (T0 + 72 * HOUR, False),
        ClockName.DECIDE: (T0 + 10 * DAY, False),
    }
    case = complaints.answer(case=case, text="x", role=Role.HOST, at=T0 + 48 * HOUR)
    (_, answered, decide) = clocks(case, at=T0 + 48 * HOUR)
    assert (answered.done_at, answered.late, decide.due) == (T0 + 48 * HOUR, False, T0 + 9 * DAY)
    case = upheld(case, at=T0 + 9 * DAY + HOUR)
    assert [clock.late for clock in clocks(case, at=T0 + 99 * DAY)] == [True, False, True, True]


def test_the_database_sorts_by_the_clock_that_runs_out_next() -> None:
    who = host()
    fresh = filed(influencer=who)
    seen = complaints.acknowledge(case=filed(influencer=who), at=T0 + HOUR)
    heard = complaints.answer(case=filed(influencer=who), text="x", role=Role.HOST, at=T0 + HOUR)
    heard_late = complaints.answer(case=filed(influencer=who), text="x", role=Role.HOST, at=T0 + 9 * DAY)
    owed = upheld(complaints.answer(case=filed(influencer=who), text="x", role=Role.HOST, at=T0))
    again = complaints.answer(case=filed(influencer=who), text="x", role=Role.HOST, at=T0)
    again = complaints.reopen(case=upheld(again), reason="x", at=T0 + 20 * DAY)
    found = dict(Case.objects.order_by(next_due()).values_list("pk", next_due()))
    assert found == {
        fresh.pk: T0 + 24 * HOUR,
        seen.pk: T0 + 72 * HOUR,
        heard.pk: T0 + HOUR + 7 * DAY,
        heard_late.pk: T0 + 72 * HOUR + 7 * DAY,
        owed.pk: T0 + 4 * DAY + 14 * DAY,
        again.pk: T0 + 27 * DAY,
    }
    for case in Case.objects.all():
        running = [clock.due for clock in clocks(case, at=T0) if clock.done_at is None]
        assert found[case.pk] == min(running)


def test_a_case_closed_early_waits_for_nobody() -> None:
    case = complaints.withdraw(case=filed(), at=T0 + HOUR)
    assert [clock.name for clock in clocks(case, at=T0 + 9 * DAY)] == [ClockName.DECIDE]


def test_the_timeline_says_no_more_of_a_person_than_the_role() -> None:
    clerk = User.objects.create_user("li.wei", email="li.wei@example.com")
    case = filed(text="Call me: 138 0013 8000 or wang.fang@example.cn, order 6920240301123456789.")
    case = complaints.acknowledge(case=case, at=T0 + HOUR, actor=clerk)
    told = str(timeline(case))
    for private in ("138 0013", "wang.fang", "6920240301", "li.wei"):
        assert private not in told
    assert "Call me" in told
    assert without_contacts("3 of 24 shirts, 199.00 yuan, on 2026-03-01") == "3 of 24 shirts, 199.00 yuan, on ▇▇▇"


def test_a_receipt_names_the_order() -> None:
    case = filed(receipt=Platform().receipt("A-9", session="s1", amount="199"), at=timezone.now())
    row = evidence()
    assert (case.verified, case.order_id, row.order_id, row.session_id) == (True, "A-9", "A-9", "s1")
    assert str(case.amount) == "199.00"


def test_the_database_keeps_the_timeline_as_it_was() -> None:
    filed()
    for sql in (
        "UPDATE feedback_caseevent SET text = 'nothing happened'",
        "DELETE FROM feedback_caseevent",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "upheld"},
        {"state": "remedied", "closed_at": T0, "fault": "host", "remedy": "refund", "reason": "x"},
        {"state": "upheld", "closed_at": T0, "fault": "influencer", "remedy": "refund"},
        {"state": "rejected", "closed_at": T0},
        {"state": "received", "closed_at": T0},
        {"state": "lost"},
        {"remedied_at": T0},
        {"severity": "terrible"},
    ],
)
def test_the_database_refuses_half_a_decision(wrong: dict[str, Any]) -> None:
    case = filed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**wrong)
