"""What is let go of by itself, at its time and not before; and who looked at whom."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from config.guards import PERSONAL
from feedback import complaints, looks
from feedback.models import Answered, Case, Look, Pace, Review, Topic
from feedback.pace import taken
from feedback.retention import retire
from feedback.reviews import Marks, leave_review, withdraw_review
from tests.accounts.people import AT, account
from tests.publication.stored import hosts

pytestmark = pytest.mark.django_db
NOW = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.IMPORTS_ROOT = settings.ATTACHMENTS_ROOT = tmp_path


def test_words_of_a_withdrawn_review_stay_thirty_days() -> None:
    (host,) = hosts(1)
    stays = leave_review(influencer=host, marks=Marks(1, 2, 3), text="It broke.", at=AT)
    gone = leave_review(influencer=host, marks=Marks(1, 2, 3), text="It broke, too.", at=AT)
    withdraw_review(token=gone.token, at=AT)
    retire(at=AT + timedelta(days=29))
    assert Review.objects.filter(text=None).count() == 0
    assert retire(at=AT + timedelta(days=31))["words of withdrawn reviews"] == 1
    assert Review.objects.get(source_id=gone.review_id).text is None
    assert Review.objects.get(source_id=stays.review_id).text == "It broke."


def test_complaints_keep_their_words_three_years() -> None:
    (host,) = hosts(1)
    for text in ("old", "open"):
        filed = complaints.file_complaint(influencer=host, topic=Topic.OTHER, text=text, at=AT)
    complaints.withdraw(case=Case.objects.get(text="old"), at=AT)
    assert retire(at=AT + timedelta(days=3 * 365 - 1))["words and files of old complaints"] == 0
    assert retire(at=AT + timedelta(days=3 * 365 + 1))["words and files of old complaints"] == 1
    assert sorted(Case.objects.values_list("text", flat=True)) == ["[…]", "open"]
    assert complaints.case_of(filed.token).text == "open"


def test_short_lived_things_go_in_their_time(tmp_path: Path) -> None:
    user = User.objects.create(username="staff")
    now = datetime.now(UTC)
    for age in (1, 3):
        Answered.objects.create(digest=str(age), fingerprint="", at=now - timedelta(hours=12 * age))
        Session.objects.create(session_key=str(age), expire_date=now + timedelta(days=2 - age))
        looks.looked(user=user, what="x", subject=str(age), request_id="", at=now - timedelta(days=365 * age))
        folder = tmp_path / str(age)
        folder.mkdir()
        os.utime(folder, ((now - timedelta(hours=12 * age)).timestamp(),) * 2)
    taken(scope="x", who="y", most=1, window=60)
    found = retire(at=now)
    assert {name: found[name] for name in ("looks", "answers to repeat", "sessions", "files to load", "paces")} == {
        "looks": 1, "answers to repeat": 1, "sessions": 1, "files to load": 1, "paces": 0,
    }  # fmt: skip
    assert Look.objects.get().subject == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["1"]
    assert retire(at=now + timedelta(minutes=2))["paces"] == 1
    assert not Pace.objects.exists()


def test_young_looks_are_not_let_go_of_whatever_the_clock_says() -> None:
    looks.looked(user=User.objects.create(username="s"), what="x", subject="", request_id="", at=datetime.now(UTC))
    retire(at=NOW + timedelta(days=3650))
    assert Look.objects.count() == 1


def test_staff_who_look_at_personal_data_are_written_down(client: Client) -> None:
    (host,) = hosts(1)
    filed = complaints.file_complaint(influencer=host, topic=Topic.OTHER, text="private", at=AT)
    boss = account("boss", is_staff=True, is_superuser=True)
    client.force_login(boss)
    pages = {
        f"/admin/feedback/case/{filed.case.pk}/change/": ("feedback_case change", str(filed.case.pk)),
        "/admin/feedback/case/": ("feedback_case changelist", ""),
        f"/admin/auth/user/{boss.pk}/change/": ("auth_user change", str(boss.pk)),
        f"/admin/influencers/influencer/{host.pk}/change/": ("influencers_influencer change", str(host.pk)),
    }
    for path in pages:
        assert client.get(path, headers={"X-Request-ID": "look-1"}).status_code == 200, path
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/feedback/case/999999/change/", follow=True).status_code == 200
    found = [(look.what, look.subject) for look in Look.objects.order_by("pk")]
    assert found == list(pages.values())
    assert {(look.user, look.request_id) for look in Look.objects.all()} == {(boss, "look-1")}


# figures, rules, keys and what is public anyway; nothing here says anything about a person who is not staff
NOT_PERSONAL = """
admin.logentry auth.group feedback.apikey feedback.coverage feedback.deal feedback.ingest feedback.look feedback.outbox
feedback.receiptkey feedback.session feedback.slot influencers.account influencers.category
procrastinate.procrastinatejob ratings.alert ratings.course ratings.event ratings.historypoint ratings.keptdocument
ratings.merchant ratings.merchantkey ratings.policyversion ratings.publication ratings.publicdocument ratings.publicrun
ratings.run ratings.scorecard ratings.standing
"""


def test_every_list_of_the_admin_is_personal_or_said_not_to_be() -> None:
    known = {model._meta.label_lower for model in site._registry}
    noted = {name for name in known if PERSONAL.fullmatch(name.replace(".", "_") + "_changelist")}
    assert noted == known - set(NOT_PERSONAL.split())
    assert set(NOT_PERSONAL.split()) <= known
    assert len(noted) >= 20


@pytest.mark.parametrize("path", ["/admin/audit/", "/admin/axes/accessattempt/", "/admin/feedback/revision/"])
def test_pages_of_staff_alone_are_written_down_too(client: Client, path: str) -> None:
    client.force_login(account("boss", is_staff=True, is_superuser=True))
    assert client.get(path).status_code == 200
    assert Look.objects.count() == 1
