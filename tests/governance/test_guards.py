"""What the database itself refuses, asked in SQL as the application's own role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from ratings.governance import actions, appeals
from ratings.models.governance import Action, Appeal, Event, Standing
from tests.governance.people import AT, acted, case, host, issued, staff

pytestmark = pytest.mark.usefixtures("as_application")
DAY = timedelta(days=1)
STATEMENT = {
    "facts": "''",
    "codes": "'{}'",
    "evidence": "'{}'",
    "ground_reference": "' '",
    "scope": "''",
    "policy_version": "''",
    "appeal_how": "''",
    "public_summary": "''",
    "decided_by_name": "''",
    "decision_kind": "'whim'",
    "ground": "'mood'",
    "source": "'rumour'",
    "language": "'xx'",
    "start": "NULL",
    "end": "NULL",
    "decided_by_id": "NULL",
    "appeal_until": "NULL",
    "notified_at": "NULL",
}


def refused(query: str, *values: Any, because: str) -> None:
    with pytest.raises(Error, match=because):
        allowed(query, *values)


def allowed(query: str, *values: Any) -> None:
    """What is put off to the end of the transaction is checked there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)


def copied(action: Action, **changes: str) -> str:
    """An INSERT of the same action once more, with some columns set to SQL of one's own."""
    columns = [f.column for f in Action._meta.concrete_fields if f.column != "id"]
    chosen = [changes.get(column, f'"{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO ratings_action ({names}) SELECT {', '.join(chosen)} FROM ratings_action WHERE id = {action.pk}"


def test_this_is_the_application_and_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, tableowner FROM pg_tables WHERE tablename = 'ratings_event'")
        who, owner = cursor.fetchone()
    assert who == "clearhost_app"
    assert owner != who


def test_an_action_without_a_complete_statement_cannot_exist() -> None:
    who = host()
    action = acted(who)
    actions.lift(action=action, by=staff("mo"), reason="Done.", at=AT)
    free = case(who, "PRM-05")
    whole = {"case_id": str(free.pk), "state": "'in_force'", "key": "NULL"}
    notice = (
        "INSERT INTO ratings_notice (influencer_id, action_id, kind, language, subject_en, subject_zh, body_en,"
        " body_zh, at) SELECT influencer_id, id, 'action', 'en', 'x', 'x', 'x', 'x', now() FROM new"
    )
    for column, value in STATEMENT.items():
        refused(
            f"WITH new AS ({copied(action, **whole | {column: value})} RETURNING *) {notice}",
            because="constraint|null value",
        )
    assert Action.objects.filter(case=free).count() == 0
    allowed(f"WITH new AS ({copied(action, **whole)} RETURNING *) {notice}")
    assert Action.objects.filter(case=free).count() == 1


def test_an_action_in_force_without_its_notice_is_refused_at_the_end_of_the_transaction() -> None:
    who = host()
    action = acted(who)
    free = case(who, "PRM-05")
    refused(copied(action, case_id=str(free.pk), key="NULL"), because="has told its influencer")


def test_an_action_never_changes_but_by_its_states() -> None:
    action = acted(host())
    one = f"WHERE id = {action.pk}"
    refused(f"UPDATE ratings_action SET facts = 'Something else.' {one}", because="never edited")
    refused(f"UPDATE ratings_action SET points = 0 {one}", because="never edited")
    refused(f"UPDATE ratings_action SET decided_by_id = {staff('other').pk} {one}", because="never edited")
    refused(f"UPDATE ratings_action SET state = 'proposed' {one}", because="does not become|constraint")
    refused(f"DELETE FROM ratings_action {one}", because="permission denied")
    refused("TRUNCATE ratings_action CASCADE", because="permission denied")
    refused("ALTER TABLE ratings_action DISABLE TRIGGER ALL", because="must be owner")
    refused("DROP TRIGGER guarded ON ratings_action", because="must be owner")


def test_long_suspensions_and_revocations_need_another_second_person() -> None:
    red = issued(case(host(), "PRD-01"))
    in_force = "UPDATE ratings_action SET state = 'in_force', notified_at = now()"
    refused(f"{in_force} WHERE id = %s", red.pk, because="action_long_needs_two")
    mine = f"{in_force}, approved_by_id = decided_by_id, approved_by_name = 'mo', approved_at = now() WHERE id = %s"
    refused(mine, red.pk, because="action_approved_by_another")


def test_a_revocation_for_less_than_class_a_gives_thirty_days_of_notice() -> None:
    who = host()
    for code in ("PRM-01", "PRM-05", "PRM-06", "PRM-07", "RVW-01", "RVW-02", "DAT-01", "DAT-03"):
        acted(who, code)
    last = issued(case(who, "CMP-01"))
    assert (last.level, last.state) == ("L5", "proposed")
    at_once = (
        "UPDATE ratings_action SET state = 'in_force', notified_at = now(), approved_by_id = %s, start = now(),"
        " approved_by_name = 'senior', approved_at = now() WHERE id = %s"
    )
    refused(at_once, staff("senior").pk, last.pk, because="30 days of notice")
    approved = actions.approve(action=last, by=staff("senior"), reason="Agreed.", at=AT)
    assert approved.start == AT + 30 * DAY


def test_nobody_decides_the_appeal_against_their_own_decision() -> None:
    red = issued(case(host(), "PRD-01"))
    action = actions.approve(action=red, by=staff("senior"), reason="Agreed.", at=AT)
    appeal = appeals.file_appeal(action=action, grounds=["Not mine."], at=AT, by=staff("clerk"), on_behalf=True)
    decide = (
        "UPDATE ratings_appeal SET state = 'decided', outcome = 'upheld', reason = 'x', answers = '{No.}',"
        " decided_by_id = %s, decided_by_name = 'x', decided_at = now() WHERE id = %s"
    )
    for name in ("mo", "senior"):
        refused(decide, staff(name).pk, appeal.pk, because="does not decide the appeal")
    refused(decide, staff("clerk").pk, appeal.pk, because="who filed")
    unanswered = decide.replace("'{No.}'", "'{}'")
    refused(unanswered, staff("judge").pk, appeal.pk, because="appeal_decided_whole")
    refused(decide.replace("'{No.}'", "'{\" \"}'"), staff("judge").pk, appeal.pk, because="has words")
    allowed(decide, staff("judge").pk, appeal.pk)
    refused("UPDATE ratings_appeal SET reason = 'y' WHERE id = %s", appeal.pk, because="never edited")
    refused("DELETE FROM ratings_appeal", because="permission denied")
    assert Appeal.objects.get(pk=appeal.pk).outcome == "upheld"


def test_the_log_is_only_added_to() -> None:
    acted(host())
    refused("UPDATE ratings_event SET reason = 'Nothing happened.'", because="permission denied")
    refused("DELETE FROM ratings_event", because="permission denied")
    refused("TRUNCATE ratings_event CASCADE", because="permission denied")
    refused("ALTER TABLE ratings_event DISABLE TRIGGER append_only", because="must be owner")
    refused("UPDATE ratings_event SET reason = 'x' WHERE false", because="permission denied")
    assert Event.objects.count() == 2


def test_a_balance_is_the_sum_of_its_log() -> None:
    who = host()
    acted(who)
    refused("UPDATE ratings_standing SET balance = 100 WHERE influencer_id = %s", who.pk, because="not the sum")
    refused(
        "INSERT INTO ratings_event (influencer_id, kind, at, actor_name, reason, change, data)"
        " VALUES (%s, 'earned', now(), '', 'A gift.', 5, '{}')",
        who.pk,
        because="not the sum",
    )
    refused("UPDATE ratings_standing SET balance = 101 WHERE influencer_id = %s", who.pk, because="balance_within")
    assert Standing.objects.get(influencer=who).balance == 88


def test_cases_and_notices_stay_as_they_were_written() -> None:
    acted(host())
    refused("UPDATE ratings_case SET facts = 'Other facts.'", because="never edited")
    refused("DELETE FROM ratings_case", because="permission denied")
    refused("UPDATE ratings_notice SET body_en = 'All is well.'", because="stays as it is")
    allowed("UPDATE ratings_notice SET read_at = now()")


def test_a_staff_account_that_acted_stays() -> None:
    action = acted(host())
    refused("DELETE FROM auth_user WHERE id = %s", action.decided_by_id, because="foreign key")
