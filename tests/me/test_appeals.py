"""An appeal by whom the action is about, by form and by API: once, in time, and against nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from influencers.models import Influencer
from ratings.days import POLICY_ZONE
from ratings.governance.actions import lapse
from ratings.governance.appeals import decide_appeal
from ratings.models.governance import Action, Appeal
from tests.accounts.people import speaker
from tests.feedback.people import host
from tests.governance.people import acted, staff

pytestmark = pytest.mark.django_db
GROUNDS = "The claim was true.\n\n  The clip is cut.  \n"
DAY = timedelta(days=1)


@pytest.fixture
def lin(client: Client) -> Influencer:
    influencer = host("h1")
    client.force_login(speaker("lin", influencer))
    return influencer


def acted_on(influencer: Influencer, days_ago: float = 1) -> Action:
    return acted(influencer, "PRM-01", at=timezone.now() - days_ago * DAY)


def by_form(client: Client, whose: Influencer, action: Action, grounds: str = GROUNDS) -> HttpResponse:
    return client.post(f"/me/{whose.slug}/appeal/{action.pk}/", {"grounds": grounds})


def by_api(client: Client, action: Action, **more: Any) -> HttpResponse:
    body = {"action": action.pk, "grounds": ["The claim was true.", "The clip is cut."], **more}
    return client.post("/api/v1/me/appeals/", body, content_type="application/json")


def test_by_form(client: Client, lin: Influencer) -> None:
    action = acted_on(lin)
    assert client.get(f"/me/{lin.slug}/appeal/{action.pk}/").status_code == 200
    assert by_form(client, lin, action, "   ").status_code == 400
    assert not Appeal.objects.exists()
    assert by_form(client, lin, action).status_code == 302
    filed = Appeal.objects.get()
    assert (filed.action, filed.grounds) == (action, ["The claim was true.", "The clip is cut."])
    assert (filed.filed_by and filed.filed_by.username, filed.late, filed.stay) == ("lin", False, True)
    again = by_form(client, lin, action)
    assert again.status_code == 400
    assert "There is an appeal against this already" in again.content.decode()
    assert Appeal.objects.count() == 1


def test_the_page_offers_what_can_be_done_and_answers_ground_by_ground(client: Client, lin: Influencer) -> None:
    now = timezone.now()
    notice = acted(lin, "PRM-02", at=now - 40 * DAY)
    after = lapse(action=notice, at=now)
    page = client.get(f"/me/{lin.slug}/cases/").content.decode()
    assert f"/appeal/{notice.pk}/" not in page  # superseded: nothing of it stands
    assert f"/appeal/{after.pk}/" in page
    last = after.appeal_until.astimezone(POLICY_ZONE) - DAY
    assert f"You can appeal until the end of {last.day} {last:%B %Y}" in page
    assert "PRM-02 absolute terms" in page
    by_form(client, lin, after)
    answers = ["It was not.", "It is whole."]
    decide_appeal(
        appeal=Appeal.objects.get(), outcome="upheld", answers=answers, reason="Seen.", by=staff("judge"), at=now + DAY
    )
    page = client.get(f"/me/{lin.slug}/cases/").content.decode()
    assert f"/appeal/{after.pk}/" not in page
    for words in ("The claim was true.", "The clip is cut.", *answers, "Seen."):
        assert words in page
    chinese = client.get(f"/me/{lin.slug}/?lang=zh-hans").content.decode()
    assert "关于您账号的决定" in chinese
    assert "Decision about your account" not in chinese


def test_by_api(client: Client, lin: Influencer) -> None:
    action = acted_on(lin)
    assert by_api(client, action, grounds=[]).status_code == 400
    answer = by_api(client, action)
    assert answer.status_code == 201
    filed = Appeal.objects.get()
    assert (answer.json()["id"], answer.json()["action"]) == (filed.pk, action.pk)
    assert filed.decide_due > filed.acknowledge_due > filed.filed_at
    again = by_api(client, action)
    assert (again.status_code, again.headers["Content-Type"]) == (409, "application/problem+json")
    assert Appeal.objects.count() == 1


def test_somebody_elses_action_is_not_there(client: Client, lin: Influencer) -> None:
    other = host("h2")
    theirs = acted_on(other)
    assert client.get(f"/me/{lin.slug}/appeal/{theirs.pk}/").status_code == 404
    assert by_form(client, lin, theirs).status_code == 404
    assert by_form(client, other, theirs).status_code == 404
    for more in ({}, {"influencer": lin.slug}, {"influencer": other.slug}):
        assert by_api(client, theirs, **more).status_code == 404
    assert by_api(Client(), theirs).status_code in (401, 403)
    assert not Appeal.objects.exists()


def test_after_thirty_days_it_is_a_late_review_that_stays_nothing(client: Client, lin: Influencer) -> None:
    assert by_form(client, lin, acted_on(lin, 40)).status_code == 302
    filed = Appeal.objects.get()
    assert (filed.late, filed.stay) == (True, False)


@pytest.mark.parametrize("how", [by_api, lambda client, action: by_form(client, action.influencer, action)])
def test_after_six_months_it_is_too_late(client: Client, lin: Influencer, how: Any) -> None:
    answer = how(client, acted_on(lin, 190))
    assert answer.status_code in (400, 409)
    assert "The time for an appeal, and for a late review, is over" in answer.content.decode()
    assert not Appeal.objects.exists()
