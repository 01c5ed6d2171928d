"""One person's data: given whole, or forgotten without a rating losing what it was made of."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from pytest_django import Settings

from feedback import complaints, looks, pseudonyms
from feedback.attachments import examine, location
from feedback.models import Case, CaseEvent, Complaint, Review, Topic
from feedback.reviews import Marks, UnknownTokenError, leave_review
from influencers.models import Influencer
from ratings import ledger
from ratings.models import Claim, MerchantMember, Run
from ratings.renaming import rename
from tests.accounts.people import AT, PASSWORD, buyer_of, speaker
from tests.me.evidence import review
from tests.publication.stored import hosts

pytestmark = pytest.mark.django_db
SECRET = "my child fell ill of it, call 13800138000"
PDF = b"%PDF-1.4 the bill %%EOF"


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("person", *arguments, stdout=out)
    return out.getvalue()


def everything_stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cursor.fetchall()]
        parts = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            parts.append(cursor.fetchone()[0])
    return "\n".join(parts)


def test_a_reviewer_is_given_and_forgotten_and_the_rating_stays_explained(closed: Run) -> None:
    host = Influencer.objects.order_by("pk")[0]
    review(host, "p:1", reviewer_id="p:li", text=SECRET, professionalism=2)
    left = leave_review(influencer=host, marks=Marks(1, 2, 3), text=SECRET, at=AT)
    given = json.loads(told("export", "--reviewer", "p:li", "--review", left.token))
    assert {(row["source_id"], row["text"]) for row in given["reviews"]} == {("p:1", SECRET), (left.review_id, SECRET)}
    before = {row.source_id: (row.professionalism, row.service, row.created_at) for row in Review.objects.all()}

    assert "2 reviews" in told("forget", "--reviewer", "p:li", "--review", left.token)
    assert SECRET not in everything_stored()
    assert {row.source_id: (row.professionalism, row.service, row.created_at) for row in Review.objects.all()} == before
    assert json.loads(told("export", "--reviewer", "p:li"))["reviews"] == []
    review(host, "p:2", reviewer_id="p:li")
    one, two = Review.objects.get(source_id="p:1"), Review.objects.get(source_id="p:2")
    assert one.reviewer_id != two.reviewer_id, "nothing leads from the person to what was forgotten"
    assert Client().delete(f"/api/v1/reviews/{left.token}/").status_code == 404
    assert ledger.replayed() > 100


def test_a_judged_reviewer_is_forgotten_and_its_trust_stays(closed: Run) -> None:
    """A name no platform could have: found by the pseudonym of a review that a close has judged."""
    (old,) = Review.objects.order_by("pk")[:1]
    trusted = ledger.replayed()
    names = {old.reviewer_id.hex: pseudonyms.nobody()}
    rename(names)
    old.refresh_from_db()
    assert old.reviewer_id.hex == names.popitem()[1]
    assert ledger.replayed() == trusted


def test_a_complainant_is_given_and_forgotten_and_the_decision_stays(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_ROOT = tmp_path
    host = hosts(1)[0]
    files = examine([SimpleUploadedFile("bill.pdf", PDF)])
    filed = complaints.file_complaint(
        influencer=host, topic=Topic.UNSAFE, text=SECRET, order_id="o-77", files=files, at=AT
    )
    complaints.reject(case=filed.case, reason="The order was never placed here.", at=AT)
    (file,) = filed.case.attachments.all()
    assert location(file.name).exists()
    given = json.loads(told("export", "--complaint", filed.token))
    assert given["complaints"][0]["complaint"]["text"] == SECRET

    with transaction.atomic():
        told("forget", "--complaint", filed.token)
    assert SECRET not in everything_stored()
    assert "o-77" not in everything_stored()
    case = Case.objects.get()
    assert (case.state, case.reason) == ("rejected", "The order was never placed here.")
    assert Complaint.objects.get(source_id=case.complaint_id).status == "rejected"
    assert list(CaseEvent.objects.values_list("kind", flat=True)) == ["received", "rejected"]
    with pytest.raises(UnknownTokenError):
        complaints.case_of(filed.token)
    with pytest.raises(CommandError, match="no complaint"):
        told("forget", "--complaint", filed.token)


def test_only_the_words_may_be_forgotten_and_only_by_that_way() -> None:
    filed = complaints.file_complaint(influencer=hosts(1)[0], topic=Topic.OTHER, text=SECRET, at=AT)
    looks.looked(user=User.objects.create(username="s"), what="x", subject="", request_id="", at=AT)
    told("forget", "--complaint", filed.token)
    for statement in (
        "UPDATE feedback_caseevent SET text = 'changed'",
        "DELETE FROM feedback_caseevent",
        "UPDATE feedback_look SET what = 'changed'",
        "DELETE FROM feedback_look",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_account_is_given_and_forgotten(client: Client) -> None:
    user, merchant = buyer_of("zhao")
    host = hosts(1)[0]
    talker = speaker("qian", host)
    client.post("/accounts/login/", {"login": "zhao@example.org", "password": PASSWORD})
    Authenticator.objects.create(user=user, type="totp", data={})
    given = json.loads(told("export", "--account", "ZHAO@example.org"))["account"]
    assert given["addresses"] == [{"email": "zhao@example.org", "verified": True}]
    assert given["merchants"][0]["merchant__name"] == "zhao"
    assert client.get("/me/").status_code == 200

    for name in ("zhao", "qian@example.org"):
        told("forget", "--account", name)
    assert client.get("/me/").status_code == 302
    assert Client().post("/accounts/login/", {"login": "zhao", "password": PASSWORD}).status_code == 200
    for model in (EmailAddress, Authenticator, MerchantMember, Session):
        assert not model.objects.exists(), model
    assert not User.objects.filter(is_active=True, username__in=["zhao", "qian"]).exists()
    stored = everything_stored()
    assert "zhao@example.org" not in stored
    assert "qian@example.org" not in stored
    assert Claim.objects.get(user=talker).state == "ended"
    assert merchant.name == "zhao", "a merchant is no person; its checks stay its own"


def test_nobody_by_that_name() -> None:
    for arguments in ([], ["--account", "nobody"], ["--complaint", "x" * 32]):
        with pytest.raises(CommandError):
            told("export", *arguments)


def test_the_application_forgets_by_that_way_alone(as_application: None) -> None:
    """With the rights it has in production: it may not touch the log, and yet the words go."""
    filed = complaints.file_complaint(influencer=hosts(1)[0], topic=Topic.OTHER, text=SECRET, at=AT)
    for statement in ("UPDATE feedback_caseevent SET text = ''", "DELETE FROM feedback_caseevent"):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"SET clearhost.forgetting = 'feedback_caseevent'; {statement}")
    told("forget", "--complaint", filed.token)
    assert SECRET not in everything_stored()
