"""Nobody sees another's: every role against every private address of every owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from feedback import complaints
from feedback.keys import create_api_key, revoke_api_key
from feedback.models import Review, Topic
from influencers.models import Influencer
from ratings import publication
from ratings.checks import files
from ratings.checks.verbs import Owner
from ratings.members import contests, merchants, replies
from ratings.models import Check, CheckBatch, Claim, Contest, GrowthPlan, Hook, Merchant, Reply, Run
from ratings.watchlist import verbs
from tests.accounts.people import AT, LAST, account, buyer_of, speaker
from tests.me.evidence import review

pytestmark = pytest.mark.django_db
PLAN = {
    "as_of": str(LAST), "window_days": 90, "volume": {"days": 90, "shows": 1, "orders": 1, "reviews": 1}, "steps": [],
    "unchanged": {"30": 70.0}, "planned": {"30": 70.0}, "next_grade": None, "missing": None,
}  # fmt: skip
GROUPS = ("Moderator", "Senior", "Appeals reviewer", "Analyst")
CLOSED = {302, 401, 403, 404}
MARK = {"A": "MARK-OF-A", "B": "MARK-OF-B"}


@dataclass(frozen=True)
class Door:
    """One private address of one owner; `data` is sent with a POST."""

    owner: str
    method: str
    path: str
    data: Any = None
    as_json: bool = False
    changes: bool = False  # not opened for its owner here: it would use the thing up


@pytest.fixture
def cast(closed: Run) -> dict[str, Callable[[], Client]]:
    """Everyone who may knock, by name."""
    known = list(Influencer.objects.order_by("pk")[:2])
    people: dict[str, User] = {}
    keys: dict[str, str] = {}
    for name, influencer in zip("AB", known, strict=True):
        people[f"host {name}"] = speaker(f"host{name}", influencer)
        user, merchant = buyer_of(f"shop{name}")
        people[f"merchant {name}"] = user
        _row, keys[f"key of {name}"] = merchants.create_key(merchant=merchant, name="till")
        GrowthPlan.objects.create(influencer=influencer, run=closed, as_of=LAST, document=PLAN, made_at=AT)
        review(influencer, f"r{name}", reviewer_id=f"buyer {name}")
        review(influencer, f"s{name}", reviewer_id=f"buyer {name}2")
        replies.reply(influencer=influencer, review_id=f"r{name}", text=f"Reply {MARK[name]}.",
                      by=people[f"host {name}"], at=AT)  # fmt: skip
        contests.contest(influencer=influencer, kind="reviews", source_id=f"r{name}", text=MARK[name],
                         by=people[f"host {name}"], at=AT)  # fmt: skip
        verbs.follow(merchant=merchant, influencer=known[0], at=AT)
        Check.objects.create(influencer=known[0], merchant=merchant, user=user, at=AT, as_of=LAST, verdict="go",
                             request={}, answer={"influencer": {"name": MARK[name]}})  # fmt: skip
        files.take_in(rows=[{"influencer": MARK[name]}], name=MARK[name], owner=Owner(user=user), at=AT)
        verbs.add_hook(merchant=merchant, url=f"https://{MARK[name].lower()}.example/", at=AT,
                       resolve=lambda host, port: ["93.184.215.14"])  # fmt: skip
    for group in GROUPS:
        people[group] = account(group.replace(" ", ""), is_staff=True)
        people[group].groups.add(Group.objects.get(name=group))
    people["member without a role"] = account("nobody")
    pending = account("pending")
    people["pending claim on A"] = pending
    Claim.objects.create(influencer=known[0], user=pending, statement="me", made_at=AT)
    ended = account("ended")
    people["ended claim on A"] = ended
    Claim.objects.create(influencer=known[0], user=ended, statement="me", made_at=AT, state="ended", ended_at=AT)
    for scope in ("ingest", "check", "read"):
        _key, keys[f"key {scope}"] = create_api_key(name=scope, scope=scope)
    key, keys["revoked key of A"] = merchants.create_key(merchant=Merchant.objects.get(name="shopA"), name="old")
    revoke_api_key(prefix=key.key.prefix)

    def signed_in(user: User) -> Callable[[], Client]:
        client = Client()  # once for all doors: signing in costs more than most answers
        client.force_login(user)
        return lambda: client

    def with_key(secret: str) -> Callable[[], Client]:
        return lambda: Client(headers={"Authorization": f"Api-Key {secret}"})

    return {
        "anonymous": Client,
        **{name: signed_in(user) for name, user in people.items()},
        **{name: with_key(secret) for name, secret in keys.items()},
    }


def doors(name: str) -> list[Door]:
    influencer = Influencer.objects.order_by("pk")["AB".index(name)]
    slug, host, shop = influencer.slug, f"host {name}", f"merchant {name}"
    own = f"/me/{slug}/"
    merchant = Merchant.objects.get(name=f"shop{name}")
    contest, reply = Contest.objects.get(source_id=f"r{name}"), Reply.objects.get(review_id=f"r{name}")
    hook, check = Hook.objects.get(merchant=merchant), Check.objects.get(merchant=merchant)
    batch = CheckBatch.objects.get(merchant=merchant)
    claim = Claim.objects.get(influencer=influencer, state="approved")
    text = {"text": "A text that is long enough."}
    return [
        *(Door(host, "get", own + path) for path in ("", "plan/", "what-if/?shows=1", "reviews/", "cases/")),
        Door(host, "get", f"{own}workload/"),
        Door(host, "get", f"{own}reviews/s{name}/reply/"),
        Door(host, "get", f"{own}contest/reviews/s{name}/"),
        Door(host, "post", f"{own}reviews/s{name}/reply/", text, changes=True),
        Door(host, "post", f"{own}contest/reviews/s{name}/", text, changes=True),
        Door(host, "post", f"{own}replies/{reply.pk}/end/", {}, changes=True),
        Door(host, "post", f"{own}contests/{contest.pk}/end/", {}, changes=True),
        Door(host, "post", f"{own}data.zip", {}),
        Door(host, "get", f"/api/v1/me/?influencer={slug}"),
        Door(host, "get", f"/api/v1/me/plan/?influencer={slug}"),
        Door(host, "post", "/api/v1/me/what-if/", {"influencer": slug, "changes": {"shows": 1}}, as_json=True),
        Door(host, "post", "/api/v1/me/replies/", {"influencer": slug, "review_id": f"s{name}", **text},
             as_json=True, changes=True),
        Door(host, "post", "/api/v1/me/contests/",
             {"influencer": slug, "kind": "reviews", "evidence_id": f"s{name}", **text}, as_json=True, changes=True),
        Door(host, "post", "/api/v1/me/appeals/", {"influencer": slug, "action": 1, "grounds": ["x"]},
             as_json=True, changes=True),
        Door(shop, "get", f"/watchlist/{merchant.pk}/"),
        Door(shop, "get", f"/api/v1/watchlist/?merchant={merchant.pk}"),
        Door(shop, "post", f"/watchlist/{merchant.pk}/end-hook/", {"number": hook.pk}, changes=True),
        Door(shop, "post", f"/watchlist/{merchant.pk}/unfollow/", {"slug": slug}, changes=True),
        Door(shop, "post", f"/watchlist/{merchant.pk}/key/", {"name": "stolen"}, changes=True),
        Door(shop, "get", f"/api/v1/checks/{check.pk}/", changes=True),  # its owner's reading: tests of the checks
        Door(shop, "post", f"/api/v1/checks/{check.pk}/outcome/", {"orders": []}, as_json=True, changes=True),
        Door(shop, "get", f"/check/{check.pk}/", changes=True),
        Door(shop, "post", f"/check/{check.pk}/outcome/", {}, changes=True),
        Door(shop, "get", f"/check/many/{batch.pk}/"),
        Door(shop, "get", f"/check/many/{batch.pk}/answers.csv", changes=True),
        Door(shop, "get", f"/check/many/{batch.pk}/answers.xlsx", changes=True),
        Door(shop, "post", f"/check/many/{batch.pk}/stop/", {}, changes=True),
        Door(shop, "delete", f"/api/v1/watchlist/hooks/{hook.pk}/", changes=True),
        Door(host, "get", f"{own}appeal/1/", changes=True),
        Door(host, "post", f"/me/claims/{claim.pk}/end/", {}, changes=True),
    ]  # fmt: skip


def knock(client: Client, door: Door) -> Any:
    if door.method in ("get", "delete"):
        return getattr(client, door.method)(door.path)
    if door.as_json:
        return client.post(door.path, json.dumps(door.data), content_type="application/json")
    return client.post(door.path, door.data)


def owns(role: str, door: Door) -> bool:
    return role == door.owner or (
        role == f"key of {door.owner[-1]}" and door.owner.startswith("merchant") and door.path.startswith("/api/")
    )


def test_every_role_at_every_door(cast: dict[str, Callable[[], Client]]) -> None:
    counted = 0
    for name in "AB":
        for door in doors(name):
            for role, make in cast.items():
                if owns(role, door) and door.changes:
                    continue
                if role.startswith("key of") and door.owner.startswith("merchant") and door.path.startswith("/api/"):
                    answer = knock(make(), door)
                    other = {"A": "B", "B": "A"}[role[-1]]
                    assert MARK[other].lower() not in answer.content.decode().lower(), (role, door)
                    continue  # a key has one merchant, whichever it asks for
                answer = knock(make(), door)
                counted += 1
                if owns(role, door):
                    assert answer.status_code in (200, 201), (role, door, answer.status_code)
                    continue
                assert answer.status_code in CLOSED, (role, door, answer.status_code)
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/accounts/login/"), (role, door)
                if b"html" not in answer.content[:20]:
                    assert MARK[name].encode() not in answer.content, (role, door)
    assert counted > 600
    assert Reply.objects.filter(ended_at=None).count() == 2
    assert Contest.objects.filter(state="filed").count() == 2
    assert Hook.objects.filter(ended_at=None).count() == 2
    assert Claim.objects.filter(state="approved").count() == 2


def test_the_numbers_of_others_open_nothing(cast: dict[str, Callable[[], Client]]) -> None:
    """One's own address with somebody else's number in it."""
    first, second = Influencer.objects.order_by("pk")[:2]
    theirs = Contest.objects.get(source_id="rB"), Reply.objects.get(review_id="rB")
    client = cast["host A"]()
    for path in (f"contests/{theirs[0].pk}/end/", f"replies/{theirs[1].pk}/end/", "reviews/sB/reply/",
                 "contest/reviews/sB/", "contest/influencers/x/"):  # fmt: skip
        assert client.post(f"/me/{first.slug}/{path}", {"text": "A text that is long enough."}).status_code == 404, path
    shop = Merchant.objects.get(name="shopA")
    hook = Hook.objects.get(merchant__name="shopB")
    assert cast["merchant A"]().post(f"/watchlist/{shop.pk}/end-hook/", {"number": hook.pk}).status_code == 404
    for role in ("key of A", "merchant A"):
        assert cast[role]().delete(f"/api/v1/watchlist/hooks/{hook.pk}/").status_code in (403, 404), role
    key = Merchant.objects.get(name="shopB").keys.get().key.prefix
    cast["merchant A"]().post(f"/watchlist/{shop.pk}/revoke/", {"prefix": key})
    assert cast["key of B"]().get("/api/v1/watchlist/").status_code == 200
    assert second.slug not in cast["host A"]().get("/api/v1/me/").content.decode()


def test_what_each_key_opens(cast: dict[str, Callable[[], Client]], closed: Run) -> None:
    public = publication.public_run()
    assert public is not None
    feed = f"/api/v1/changes/?since={public.run_id}"
    opened = {role for role, make in cast.items() if make().get(feed).status_code == 200}
    assert opened == {"key read"}
    listed = {role for role, make in cast.items() if make().get("/api/v1/watchlist/").status_code == 200}
    assert listed == {"merchant A", "merchant B", "key of A", "key of B"}
    for path in ("/api/v1/watchlist/", "/api/v1/checks/"):
        for role in ("key of A", "merchant A"):
            text = cast[role]().get(path).content.decode().lower()
            assert MARK["A"].lower() in text, (role, path)
            assert MARK["B"].lower() not in text, (role, path)
    refused = {"anonymous", "key ingest", "key read", "revoked key of A"}
    for role, make in cast.items():
        answer = make().get("/api/v1/checks/")
        if role in refused:
            assert answer.status_code in (401, 403), role
        elif role not in ("merchant A", "merchant B", "key of A", "key of B"):
            assert answer.json()["results"] == [], role


def test_a_complaint_opens_to_its_token_alone(cast: dict[str, Callable[[], Client]]) -> None:
    first = Influencer.objects.order_by("pk")[0]
    filed = complaints.file_complaint(influencer=first, topic=Topic.OTHER, text="private words", at=AT)
    for role, make in cast.items():
        client = make()
        assert client.get(f"/complaints/{filed.token[:-1]}x/").status_code == 404, role
        for path in (f"/me/{first.slug}/", f"/me/{first.slug}/cases/", "/api/v1/me/"):
            assert filed.token not in client.get(path).content.decode(), (role, path)
    assert "private words" in cast["anonymous"]().get(f"/complaints/{filed.token}/").content.decode()


def test_staff_without_the_permission_decide_nothing(cast: dict[str, Callable[[], Client]]) -> None:
    contest = Contest.objects.get(source_id="rA")
    for role, make in cast.items():
        fields = {"action": "uphold", "_selected_action": [contest.pk], "reason": "x", "index": 0}
        make().post("/admin/ratings/contest/", fields)
        contest.refresh_from_db()
        may = role in ("Moderator", "Senior")
        assert (contest.state == "upheld") == may, role
        if may:
            Contest.objects.filter(pk=contest.pk).update(state="filed", decided_at=None, decided_by=None, reason="")
    assert Review.objects.get(source_id="rA").void_reason != ""
