"""What is refused, by which field, and what stays when people and accounts go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import ProtectedError

from feedback import intake
from feedback.kinds import KINDS, SESSIONS
from feedback.models import Violation
from feedback.rows import record_own
from ratings.governance import actions, appeals
from ratings.governance.errors import AlreadyActed, CannotAct, Incomplete, MergedAway, TooLate
from ratings.members.dashboard import dashboard
from ratings.models.governance import Action, Case, Event, Notice, Origin, Standing
from tests.governance.people import AT, acted, case, host, issued, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def session(influencer: Any, started: Any, name: str = "s1") -> None:
    row = {"session_id": name, "influencer_id": influencer.source_id, "started_at": started, "orders": 10}
    record_own(kind=SESSIONS, row=row, at=AT)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("code", {"code": "XXX-99"}),
        ("facts", {"facts": "  \n "}),
        ("evidence", {"evidence": [" "]}),
        ("source", {"source": "hearsay"}),
        ("violation_class", {"violation_class": "E"}),
        ("subject_name", {"subject": "merchant"}),
        ("occurred_at", {"occurred_at": AT + timedelta(seconds=1)}),
        ("session_id", {"session_id": "never"}),
        ("occurred_at", {"session_id": "s1", "occurred_at": AT - 2 * DAY - timedelta(seconds=1)}),
        ("violation_id", {"violation_id": "nobody's"}),
    ],
    ids=[
        "unknown code",
        "empty facts",
        "no evidence",
        "unknown source",
        "unknown class",
        "another subject without a name",
        "in the future",
        "unknown session",
        "before its session",
        "unknown violation",
    ],
)
def test_a_case_says_which_field_is_wrong(field: str, wrong: dict[str, Any]) -> None:
    who = host()
    session(who, AT - 2 * DAY)
    with pytest.raises(Incomplete) as refusal:
        case(who, **wrong)
    assert refusal.value.field == field
    assert not Case.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("ground_reference", {"ground_reference": ""}),
        ("ground", {"ground": "mood"}),
        ("public_summary", {"public_summary": " "}),
        ("public_summary", {"public_summary": "Ask me at wang@example.com or 138 0013 8000."}),
        ("language", {"language": "fr"}),
        ("level", {"level": "L4"}),
        ("level", {"level": "L0", "lower_reason": "Young."}),
        ("level", {"level": "L9"}),
        ("days", {"days": 3}),
        ("decision_kind", {"decision_kind": "whim"}),
    ],
)
def test_a_statement_says_which_field_is_wrong(field: str, wrong: dict[str, Any]) -> None:
    found = case(host())
    with pytest.raises(Incomplete) as refusal:
        issued(found, **wrong)
    assert refusal.value.field == field
    assert not Action.objects.exists()


def test_a_lower_level_needs_its_reason() -> None:
    red = case(host(), "PRD-01")
    with pytest.raises(Incomplete, match="reason"):
        issued(red, level="L1")
    action = issued(red, level="L1", lower_reason="The goods were sold by another in his name.")
    assert (action.level, action.called_level, action.state) == ("L1", "L5", "in_force")


def test_an_appeal_needs_grounds_and_comes_in_time() -> None:
    action = acted(host())
    with pytest.raises(Incomplete):
        appeals.file_appeal(action=action, grounds=[" "], at=AT)
    late = appeals.file_appeal(action=action, grounds=["Only now I saw it."], at=action.appeal_until)
    assert (late.late, late.stay) == (True, False)
    with pytest.raises(AlreadyActed):
        appeals.file_appeal(action=action, grounds=["Again."], at=action.appeal_until)
    other = acted(host())
    with pytest.raises(TooLate):
        appeals.file_appeal(action=other, grounds=["Years ago."], at=AT + 183 * DAY)


def test_a_violation_that_a_source_reported_is_taken_up_once() -> None:
    who = host()
    row = {
        "violation_id": "tiktok:77",
        "influencer_id": who.source_id,
        "occurred_at": AT - 3 * DAY,
        "code": "PRM-01",
        "status": "alleged",
        "class": "B",
        "subject": "influencer",
        "authority": "SAMR",
    }
    record_own(kind=KINDS["violations"], row=row, at=AT - DAY)
    found = case(who, violation_id="tiktok:77", occurred_at=AT - 3 * DAY)
    with pytest.raises(AlreadyActed):
        case(who, violation_id="tiktok:77", occurred_at=AT - 3 * DAY)
    issued(found)
    told = Violation.objects.get(source_id="tiktok:77")
    assert (told.status, told.authority) == ("confirmed", "SAMR")


def test_evidence_that_is_void_cannot_be_judged() -> None:
    who = host()
    session(who, AT - 2 * DAY)
    intake.void(kind=SESSIONS, ids=["s1"], reason="never was", at=AT)
    with pytest.raises(Incomplete):
        case(who, session_id="s1")


def test_other_subjects_touch_neither_balance_nor_card() -> None:
    who = host()
    action = issued(case(who, "PRM-01", subject="merchant", subject_name="Acme Foods"))
    assert (action.points, action.level) == (0, "L1")
    standing = Standing.objects.get(influencer=who)
    assert (standing.balance, standing.public, standing.level) == (100, [], "")
    assert Violation.objects.get(source_id=action.case.violation_id).subject == "merchant"


def test_a_staff_account_that_acted_cannot_be_deleted_and_its_name_is_kept() -> None:
    action = acted(host())
    mo = staff("mo")
    with pytest.raises(ProtectedError):
        mo.delete()
    mo.username = "someone.else"
    mo.is_active = False
    mo.save()
    action.refresh_from_db()
    assert action.decided_by_name == "mo"
    assert Event.objects.filter(action=action).get().actor_name == "mo"


def test_a_merged_host_takes_its_standing_along() -> None:
    old, new = host(), host()
    before = acted(old)
    acted(new, "PRM-05")
    actions.merge(influencer=old, into=new, by=staff("senior"), reason="The same person, a new account.", at=AT + DAY)
    assert Standing.objects.get(influencer=new).balance == 76
    with pytest.raises(MergedAway) as refusal:
        case(old, at=AT + DAY)
    assert refusal.value.into == new.pk
    with pytest.raises(CannotAct):
        actions.merge(influencer=new, into=new, by=staff("senior"), reason="x", at=AT + DAY)
    with pytest.raises(MergedAway):
        actions.merge(influencer=old, into=host(), by=staff("senior"), reason="x", at=AT + DAY)
    appeal = appeals.file_appeal(action=before, grounds=["Not me."], at=AT + DAY)
    appeals.decide_appeal(
        appeal=appeal, outcome="overturned", answers=["Right."], reason="x", by=staff("judge"), at=AT + 2 * DAY
    )
    assert Standing.objects.get(influencer=new).balance == 88


def test_earning_back_is_bounded_by_what_is_owed() -> None:
    who = host()
    acted(who)
    assert actions.earn_back(influencer=who, at=AT + 29 * DAY, by=None, reason="30 clean days") == 0
    session(who, AT)
    late = AT + 30 * DAY
    assert actions.earn_back(influencer=who, at=late, by=None, reason="30 clean days") == 0  # no show in these days
    row = {"session_id": "s2", "influencer_id": who.source_id, "started_at": AT + 9 * DAY, "orders": 10}
    record_own(kind=SESSIONS, row=row, at=AT + 9 * DAY)
    assert actions.earn_back(influencer=who, at=late, by=None, reason="30 clean days") == 1
    assert actions.earn_back(influencer=who, at=late, by=None, reason="30 clean days") == 0
    assert actions.earn_back(influencer=who, at=late, by=None, reason="course passed", course="PRM-01") == 2
    assert actions.earn_back(influencer=who, at=late + 89 * DAY, by=None, reason="again", course="PRM-01") == 0
    assert actions.earn_back(influencer=who, at=late, by=None, reason="not owed", course="PRM-05") == 0
    with pytest.raises(Incomplete):
        actions.earn_back(influencer=who, at=late, by=None, reason="?", course="XXX-01")
    assert Standing.objects.get(influencer=who).balance == 91


def test_a_preview_stores_nothing() -> None:
    found = case(host())
    events = Event.objects.count()
    action, notice = actions.preview(
        case=found,
        by=staff("mo"),
        at=AT,
        ground="law",
        ground_reference="Order 117, article 9",
        public_summary="A misleading claim.",
    )
    assert (action.pk, action.level, notice.pk) == (None, "L1", None)
    assert "Order 117, article 9" in notice.body_zh
    assert not Action.objects.exists()
    assert not Notice.objects.exists()
    assert Event.objects.count() == events
    assert issued(found).source == Origin.OWN_INITIATIVE


def test_who_goes_on_as_a_merged_host_reads_what_it_was_told_and_may_appeal() -> None:
    old, new, other = host(), host(), host()
    before = acted(old)
    assert dashboard(influencer=new, at=AT)["notices"] == []
    actions.merge(influencer=old, into=new, by=staff("senior"), reason="The same person, a new account.", at=AT + DAY)
    found = dashboard(influencer=new, at=AT + DAY)
    assert [notice["subject"] for notice in found["notices"]] == ["Decision about your account: warning"]
    assert [row["id"] for row in found["open"]["actions"]] == [before.pk]
    appeals.file_appeal(action=before, grounds=["Not me."], at=AT + DAY)
    assert [row["action"] for row in dashboard(influencer=new, at=AT + DAY)["open"]["appeals"]] == [before.pk]
    assert dashboard(influencer=other, at=AT + DAY)["notices"] == []


def test_a_warning_says_whether_it_is_public() -> None:
    grave = acted(host(), "PRM-01")
    mild = host()
    acted(mild, "SVC-02", at=AT - DAY)
    small = acted(mild, "PRC-01")
    assert (grave.level, grave.public, small.level, small.public) == ("L1", True, "L1", False)
    told = {notice.action_id: notice.body_en for notice in Notice.objects.all()}
    assert "for everyone to see, on your card" in told[grave.pk]
    assert "your public card does not show it" in told[small.pk]
