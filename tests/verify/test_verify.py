"""A sound world passes; each kind of damage is found, named with its place, and told how to mend."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ratings import verify
from ratings.models import Run

pytestmark = pytest.mark.django_db

SLUG = "(SELECT min(slug) FROM ratings_publicdocument)"
DAMAGE = [
    # what is done, the check that finds it, what it says, where
    (
        "ALTER TABLE feedback_review DROP CONSTRAINT review_source;"
        "INSERT INTO feedback_review (source_id, influencer_id, reviewer_id, created_at, professionalism, service, "
        "as_described) SELECT source_id, influencer_id, reviewer_id, created_at, 1, 1, 1 FROM feedback_review "
        "WHERE source_id = (SELECT min(source_id) FROM feedback_review)",
        "keys",
        "is stored 2 times",
        "reviews ",
    ),
    ("ALTER TABLE feedback_refund DROP CONSTRAINT refund_source", "schema", "no unique key", "feedback_refund"),
    (
        "UPDATE feedback_complaint SET influencer_id = 999999 "
        "WHERE source_id = (SELECT min(source_id) FROM feedback_complaint)",
        "keys",
        "who is not there",
        "complaints ",
    ),
    (
        "DELETE FROM feedback_refund WHERE source_id = (SELECT min(source_id) FROM feedback_refund)",
        "loads",
        "were acknowledged",
        "refunds",
    ),
    (
        "UPDATE feedback_ingest SET rows = rows + 1 WHERE kind = 'reviews'",
        "loads",
        "do not add up",
        "reviews.csv",
    ),
    (
        "DELETE FROM django_migrations WHERE app = 'ratings' AND name LIKE '0020%'",
        "schema",
        "is not applied",
        "ratings",
    ),
    (
        "UPDATE ratings_reviewtrust SET trust = trust + 1 WHERE review_id = "
        "(SELECT min(review_id) FROM ratings_reviewtrust WHERE trust > 0)",
        "trust",
        "replayed",
        "trust",
    ),
    (
        "DELETE FROM ratings_reviewtrust WHERE review_id = (SELECT min(review_id) FROM ratings_reviewtrust)",
        "trust",
        "are stored",
        "reviews judged",
    ),
    ("UPDATE ratings_run SET rated = rated - 1", "runs", "its head says", "run "),
    ("UPDATE ratings_run SET digest = 'sha256:0'", "runs", "rated again it gives sha256:", "run "),
    (f"UPDATE ratings_publicdocument SET etag = 'x' WHERE slug = {SLUG}", "documents", "ETag", "document "),
    (
        f"UPDATE ratings_publicdocument SET body_gzip = substr(body_gzip, 1, 40) WHERE slug = {SLUG}",
        "documents",
        "cannot be read",
        "document ",
    ),
    (f"DELETE FROM ratings_publicdocument WHERE slug = {SLUG}", "documents", "has no document", "influencer "),
    (
        "UPDATE feedback_review SET service = 6 - service WHERE influencer_id = "
        "(SELECT influencer_id FROM feedback_review GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)",
        "live",
        "its evidence gives another",
        "document ",
    ),
]


def faults(*only: str) -> list[tuple[str, verify.Fault]]:
    return [(checked.name, fault) for checked in verify.look(only=only) for fault in checked.faults]


def test_a_sound_world_passes_every_check(closed: Run) -> None:
    found = verify.look()
    assert [checked.name for checked in found] == list(verify.CHECKS)
    assert [fault for checked in found for fault in checked.faults] == []
    looked_at = {checked.name: checked.looked_at for checked in found}
    assert looked_at["live"] == looked_at["documents"] == 12
    assert looked_at["runs"] == 2  # the run, and the run rated again


@pytest.mark.parametrize(("sql", "check", "what", "place"), DAMAGE, ids=[f"{d[1]}-{d[3].strip()}" for d in DAMAGE])
def test_damage_is_found_and_named(closed: Run, sql: str, check: str, what: str, place: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)
    found = faults(check)
    assert found
    name, fault = found[0]
    assert name == check
    assert what in " ".join(fault.what for _, fault in found)
    assert place in " ".join(fault.place for _, fault in found)
    assert fault.remedy


def test_a_balance_that_is_not_its_log_is_found(closed: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ratings_standing DISABLE TRIGGER USER")  # which would not let it happen
        cursor.execute(
            "INSERT INTO ratings_standing (influencer_id, balance, level, hidden, frozen, frozen_card, "
            "public, updated_at) SELECT min(id), 88, '', false, false, '', '[]', now() FROM influencers_influencer"
        )
    (said, replayed) = [fault.what for _, fault in faults("balances")]
    assert said.startswith("its log adds up to 100")
    assert "88" in replayed


def test_the_command_says_so_in_words_and_in_json(closed: Run) -> None:
    out = StringIO()
    call_command("verify", "--only", "keys", "loads", stdout=out)
    assert "All agrees" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE feedback_ingest SET rows = rows + 1 WHERE kind = 'reviews'")
    out = StringIO()
    with pytest.raises(CommandError, match="1 faults") as raised:
        call_command("verify", "--json", "--only", "loads", stdout=out)
    assert raised.value.returncode == 1
    said = json.loads(out.getvalue())
    assert said["ok"] is False
    assert said["checks"][0]["faults"][0]["remedy"]
