"""Followers and copies of a host that goes on as another: told of it, led on, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from feedback.keys import create_api_key
from influencers.models import Influencer
from ratings.checks import verbs as checks
from ratings.close import close
from ratings.growth import plan
from ratings.models import Follow, GrowthPlan, Merchant, Run, WatchEvent
from ratings.watchlist import looking, sending, verbs
from tests.accounts.people import buyer_of, speaker
from tests.governance.people import acted
from tests.live.markets import AT, LAST, closed
from tests.live.test_merging import busy, host, merge, unmerge

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=2)


@pytest.fixture
def run() -> Iterator[Run]:
    with closed(busy(11)) as found:
        yield found


@pytest.fixture
def shop(run: Run) -> tuple[User, Merchant]:
    return buyer_of("晨光")


def test_followers_are_told_and_led_on_and_back(shop: tuple[User, Merchant]) -> None:
    _user, merchant = shop
    verbs.follow(merchant=merchant, influencer=host("h1"), at=AT)
    merge("h1", "h0")
    looking.look(at=LATER)
    event_of = WatchEvent.objects.get(kind="merged")
    assert event_of.influencer.source_id == "h0"
    assert {key: event_of.data[key] for key in ("influencer", "merged", "into", "merged_name")} == {
        "influencer": host("h0").slug, "merged": host("h1").slug, "into": host("h0").slug, "merged_name": "Host h1",
    }  # fmt: skip
    (row,) = verbs.followed(merchant=merchant)
    assert (row.influencer.source_id, row.formerly) == ("h0", ["Host h1"])
    sending.deliver(at=LATER)
    assert "Host h1 goes on as Host h0" in "".join(letter.body for letter in mail.outbox)

    unmerge("h1")
    looking.look(at=LATER)
    apart = WatchEvent.objects.get(kind="separated")
    assert (apart.influencer.source_id, apart.data["into"]) == ("h1", host("h0").slug)
    (row,) = verbs.followed(merchant=merchant)
    assert (row.influencer.source_id, row.formerly) == ("h1", [])
    assert looking.look(at=LATER) == 0, "it is told once"


def test_followers_of_the_one_that_goes_on_are_told_too_and_who_follows_both_once(shop: tuple[User, Merchant]) -> None:
    _user, both = shop
    _other, one = buyer_of("别家")
    for name in ("h0", "h1"):
        verbs.follow(merchant=both, influencer=host(name), at=AT)
    verbs.follow(merchant=one, influencer=host("h0"), at=AT)
    merge("h1", "h0")
    looking.look(at=LATER)
    merges = WatchEvent.objects.filter(kind="merged")
    assert sorted(merges.values_list("merchant__name", flat=True)) == sorted(["晨光", "别家"])
    (row,) = verbs.followed(merchant=both)
    assert (row.influencer.source_id, row.formerly) == ("h0", ["Host h1"])
    assert verbs.unfollow(merchant=both, influencer=host("h1"))
    assert not Follow.objects.filter(merchant=both).exists()


def test_what_happens_to_the_other_is_news_to_who_followed_the_one(shop: tuple[User, Merchant]) -> None:
    _user, merchant = shop
    verbs.follow(merchant=merchant, influencer=host("h1"), at=AT)
    merge("h1", "h0")
    looking.look(at=LATER)
    acted(host("h0"), "DAT-01", at=AT + timedelta(hours=4))
    looking.look(at=AT + timedelta(hours=5))
    assert WatchEvent.objects.filter(kind="sanction", influencer=host("h0")).count() == 1


def test_a_merged_host_is_followed_and_checked_as_the_other(shop: tuple[User, Merchant], client: Client) -> None:
    user, merchant = shop
    merge("h1", "h0")
    assert verbs.follow(merchant=merchant, influencer=host("h1"), at=LATER).influencer == host("h0")
    for reference in ("h1", host("h1").slug):
        assert checks.find(reference) == host("h0")
    client.force_login(user)
    page = client.get("/watchlist/").content.decode()
    assert f"/influencers/{host('h0').slug}/" in page
    answer = client.get("/api/v1/watchlist/").json()
    assert [row["slug"] for row in answer["results"]] == [host("h0").slug]
    assert client.delete(f"/api/v1/watchlist/{host('h1').slug}/").status_code == 204
    assert client.get("/api/v1/watchlist/").json()["results"] == []


def test_the_plan_of_a_merged_host_is_not_made_and_others_are(run: Run) -> None:
    for name in ("h1", "h2"):
        speaker(name, host(name))
    merge("h1", "h0")
    assert plan.keep_all(at=LATER) == 1
    assert GrowthPlan.objects.get().influencer == host("h2")


def feed(since: int) -> dict[str, Any]:
    _key, secret = create_api_key(name="copy", scope="read")
    answer = Client(headers={"Authorization": f"Api-Key {secret}"}).get(f"/api/v1/changes/?since={since}")
    assert answer.status_code == 200
    return {row["slug"]: row for row in answer.json()["results"]}


def test_the_feed_says_who_went_on_as_whom_and_who_came_back(run: Run) -> None:
    gone, stays = host("h1").slug, host("h0").slug
    assert feed(run.pk) == {}
    merge("h1", "h0")
    found = feed(run.pk)
    assert {slug: (row["status"], row["into"]) for slug, row in found.items() if slug != stays} == {
        gone: ("merged", stays)
    }
    assert found[gone]["overall"] is None
    assert found[stays]["overall"]["score"] > 0
    after = close(day=LAST + timedelta(days=1), at=AT + timedelta(days=1))
    assert after is not None
    assert feed(run.pk)[gone]["status"] == "merged"
    assert gone not in feed(after.pk), "whoever knows this run knows it without the one that went"

    unmerge("h1")
    assert feed(after.pk)[gone]["status"] != "merged"
    assert feed(after.pk)[gone]["overall"]["score"] > 0
    assert feed(run.pk)[gone]["into"] is None


def test_the_feed_names_who_was_taken_out(run: Run) -> None:
    slug = host("h3").slug
    Influencer.objects.filter(source_id="h3").update(voided_at=AT + timedelta(hours=1))
    close(day=LAST + timedelta(days=1), at=AT + timedelta(days=1))
    assert feed(run.pk)[slug] | {"status": "gone", "into": None, "overall": None} == feed(run.pk)[slug]
