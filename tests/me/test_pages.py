"""Every page of a host's own answers, in both languages, with the figures of the card."""

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from feedback.models import Review
from influencers.models import Influencer
from ratings.growth import plan
from ratings.models import Contest, GrowthPlan, PublicDocument, Reply, Run
from tests.accounts.people import speaker

pytestmark = pytest.mark.django_db
PATHS = ("", "plan/", "what-if/", "what-if/?complaints=2&shows=3", "reviews/", "cases/", "workload/")


@pytest.fixture
def owner(closed: Run, client: Client) -> tuple[Influencer, User]:
    ids = list(Review.objects.values_list("influencer_id", flat=True))
    influencer = Influencer.objects.get(pk=max(set(ids), key=lambda pk: (ids.count(pk), -pk)))
    user = speaker("owner", influencer)
    client.force_login(user)
    return influencer, user


def test_every_page_and_its_twin(owner: tuple[Influencer, User], client: Client) -> None:
    influencer, _user = owner
    card = PublicDocument.objects.get(influencer=influencer).data
    assert "Your plan is being made" in client.get(f"/me/{influencer.slug}/plan/?lang=en").content.decode()
    assert client.get("/api/v1/me/plan/").status_code == 404
    assert plan.keep_all(at=timezone.now()) == 1
    for language in ("en", "zh-hans"):
        for path in PATHS:
            joint = "&" if "?" in path else "?"
            answer = client.get(f"/me/{influencer.slug}/{path}{joint}lang={language}")
            assert answer.status_code == 200, path
            assert "no-cache" in answer["Cache-Control"], path
            assert "<script>" not in answer.content.decode()
    page = client.get(f"/me/{influencer.slug}/?lang=en").content.decode()
    assert f"{card['overall']['score']:.1f}" in page
    found = client.get("/api/v1/me/").json()
    assert found["card"] == card
    assert found["also"] == []
    answer = client.get("/api/v1/me/plan/").json()
    assert answer["plan"] == GrowthPlan.objects.get().document
    what_if = client.post("/api/v1/me/what-if/", {"changes": {"shows": 3}}, content_type="application/json").json()
    assert len(what_if["changed"]["shows"]) == 3
    assert f"{what_if['after']:.4f}" in client.get(f"/me/{influencer.slug}/what-if/?shows=3&lang=en").content.decode()


def test_replies_and_contests_by_form(owner: tuple[Influencer, User], client: Client) -> None:
    influencer, _user = owner
    first = Review.objects.filter(influencer=influencer).order_by("-created_at")[0].source_id
    path = f"/me/{influencer.slug}/reviews/{first}/reply/"
    assert client.get(path).status_code == 200
    refused = client.post(path, {"text": "see https://example.org for more"})
    assert refused.status_code == 400
    assert "no links" in refused.content.decode()
    assert client.post(path, {"text": "Thank you, we have changed the packing."}).status_code == 302
    assert "we have changed the packing" in client.get(f"/influencers/{influencer.slug}/").content.decode()
    client.post(f"/me/{influencer.slug}/replies/{Reply.objects.get().pk}/end/")
    assert "we have changed the packing" not in client.get(f"/influencers/{influencer.slug}/").content.decode()
    path = f"/me/{influencer.slug}/contest/reviews/{first}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"text": " "}).status_code == 400
    assert client.post(path, {"text": "This buyer never ordered."}).status_code == 302
    assert "This buyer" not in client.get(f"/influencers/{influencer.slug}/").content.decode()
    assert "waiting for our decision" in client.get(f"/me/{influencer.slug}/cases/?lang=en").content.decode()
    assert client.get(f"/me/{influencer.slug}/contest/reviews/nobody/").status_code == 404
    assert Contest.objects.get().source_id == first


def test_own_data_names_nobody_else(owner: tuple[Influencer, User], client: Client) -> None:
    influencer, _user = owner
    assert client.get(f"/me/{influencer.slug}/data.zip").status_code == 302
    answer = client.post(f"/me/{influencer.slug}/data.zip")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    reviews = json.loads(files["evidence/reviews.json"])
    assert len(reviews) == Review.objects.filter(influencer=influencer).count()
    assert {row["source_id"] for row in reviews} == set(
        Review.objects.filter(influencer=influencer).values_list("source_id", flat=True)
    )
    everything = "".join(files.values())
    for reviewer in Review.objects.filter(influencer=influencer).values_list("reviewer_id", flat=True)[:20]:
        assert str(reviewer) not in everything
        assert reviewer.hex not in everything
    others = Influencer.objects.exclude(pk=influencer.pk).values_list("slug", flat=True)
    assert not any(slug and slug in everything for slug in others)
