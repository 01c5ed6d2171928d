"""The ratings in the admin: every list and record opens, nothing can be typed in, the two verbs ask first."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ratings import publication
from ratings.models import (
    HistoryPoint,
    KeptDocument,
    PolicyVersion,
    Publication,
    PublicDocument,
    PublicRun,
    Run,
    Scorecard,
)
from tests.publication.stored import AT, hosts, stored_run

pytestmark = pytest.mark.django_db
MODELS = [HistoryPoint, KeptDocument, PolicyVersion, PublicDocument, PublicRun, Publication, Run, Scorecard]
RUNS = "/admin/ratings/run/"


@pytest.fixture
def published() -> list[Run]:
    """Two runs, the second public."""
    people = hosts(3)
    runs = [stored_run({host: score + n for n, host in enumerate(people)}) for score in (80.0, 60.0)]
    for run in runs:
        publication.publish(run=run, at=AT)
    return runs


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_and_records_open_read_only(
    admin_client: Client,
    published: list[Run],
    model: type[Run],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    base = f"/admin/ratings/{model._meta.model_name}/"
    with django_assert_max_num_queries(16):
        assert admin_client.get(base).status_code == 200
    assert admin_client.get(base, {"q": "Host"}).status_code == 200
    found = model._default_manager.first()
    assert found is not None
    page = admin_client.get(f"{base}{found.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{found.pk}/delete/").status_code == 403


def test_influencers_with_their_current_card(admin_client: Client, published: list[Run]) -> None:
    host = Scorecard.objects.filter(run=published[1]).select_related("influencer").get(position=1).influencer
    assert admin_client.get("/admin/influencers/influencer/", {"q": host.name}).status_code == 200
    page = admin_client.get(f"/admin/influencers/influencer/{host.pk}/change/").content.decode()
    assert "60.0" in page
    assert "beauty/medium" in page
    for model in ("category", "account"):
        assert admin_client.get(f"/admin/influencers/{model}/").status_code == 200


def test_publishing_asks_first_and_logs_who(admin_client: Client, admin_user: User, published: list[Run]) -> None:
    first = published[0]
    choice = {"action": "make_public", "_selected_action": [first.pk]}
    question = admin_client.post(RUNS, choice)
    assert "Publish run" in question.content.decode()
    assert PublicRun.objects.get().run_id == published[1].pk
    admin_client.post(RUNS, {**choice, "confirmed": "yes", "reason": "looked at"}, follow=True)
    assert PublicRun.objects.get().run_id == first.pk
    line = Publication.objects.first()
    assert line is not None
    assert (line.run_id, line.by, line.reason) == (first.pk, admin_user, "looked at")


def test_going_back_asks_first(admin_client: Client, published: list[Run]) -> None:
    choice = {"action": "go_back", "_selected_action": [published[1].pk]}
    assert "Withdraw run" in admin_client.post(RUNS, choice).content.decode()
    admin_client.post(RUNS, {**choice, "confirmed": "yes", "reason": " "})
    assert PublicRun.objects.get().run_id == published[1].pk
    admin_client.post(RUNS, {**choice, "confirmed": "yes", "reason": "too many moved"})
    assert PublicRun.objects.get().run_id == published[0].pk
    answer = admin_client.post(RUNS, choice, follow=True)
    assert "There is no run to go back to." in answer.content.decode()


def test_only_who_may_publish_sees_the_verbs(client: Client, published: list[Run]) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_run"))
    client.force_login(viewer)
    assert "make_public" not in client.get(RUNS).content.decode()
    client.post(RUNS, {"action": "go_back", "_selected_action": [published[1].pk], "confirmed": "yes"})
    assert PublicRun.objects.get().run_id == published[1].pk


def test_names_are_escaped(admin_client: Client) -> None:
    (host,) = hosts(1)
    host.name = "<script>alert(1)</script>"
    host.save()
    publication.publish(run=stored_run({host: 80.0}), at=AT)
    document = PublicDocument.objects.get()
    for url in (f"/admin/ratings/publicdocument/{document.pk}/change/", "/admin/ratings/scorecard/"):
        assert "<script>alert(1)" not in admin_client.get(url).content.decode()
