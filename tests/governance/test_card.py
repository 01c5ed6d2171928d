"""What of a standing the public sees, at once and at the next publication."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from influencers.models import Influencer
from ratings import publication
from ratings.governance import actions, appeals
from ratings.models import HistoryPoint, PublicDocument
from ratings.publication import serving
from tests.governance.people import AT, acted, staff
from tests.publication.stored import DAY, hosts, stored_run

pytestmark = pytest.mark.django_db
LADDER = ("PRM-01", "PRM-05", "PRM-06", "PRM-07", "RVW-01")


@pytest.fixture
def three() -> list[Influencer]:
    found = hosts(3)
    publication.publish(run=stored_run(dict(zip(found, (90.0, 80.0, 70.0), strict=True))), at=AT)
    for one in found:
        one.refresh_from_db()
    return found


def document(who: Influencer) -> dict[str, Any]:
    serving.forget()
    return PublicDocument.objects.get(influencer=who).data


def ranking(client: Client) -> list[tuple[str, int]]:
    rows = client.get("/api/v1/rankings/", {"page_size": 50}).json()["results"]
    return [(row["slug"], row["overall"]["rank"]) for row in rows]


def test_a_warning_is_on_the_card_at_once_and_changes_nothing_else(three: list[Influencer], client: Client) -> None:
    before = document(three[0])
    acted(three[0])
    shown = document(three[0])
    (row,) = shown["standing"]
    assert (row["level"], row["codes"], row["start"], row["end"]) == ("L1", ["PRM-01"], "2026-01-05", "2026-04-05")
    assert {k: v for k, v in shown.items() if k not in ("standing", "updated_at")} == {
        k: v for k, v in before.items() if k not in ("standing", "updated_at")
    }
    answer = client.get(f"/api/v1/influencers/{three[0].slug}/scorecard/")
    assert answer.json()["standing"] == shown["standing"]
    assert answer["ETag"].strip('"').startswith(PublicDocument.objects.get(influencer=three[0]).etag)


def test_a_restriction_takes_a_host_off_the_boards_without_renumbering(three: list[Influencer], client: Client) -> None:
    names = [one.slug for one in three]
    assert ranking(client) == [(names[0], 1), (names[1], 2), (names[2], 3)]
    for code in LADDER[:3]:
        acted(three[1], code)
    assert document(three[1])["status"] == "rated"
    assert ranking(Client(HTTP_HOST="localhost")) == [(names[0], 1), (names[2], 3)]
    actions.settle(influencer=three[1], at=AT + timedelta(days=7))
    assert len(ranking(Client(HTTP_HOST="127.0.0.1"))) == 3


def test_a_suspended_card_stands_still_until_it_is_over(three: list[Influencer]) -> None:
    who = three[0]
    scores = document(who)["dimensions"]
    for code in LADDER:
        acted(who, code)
    shown = document(who)
    assert (shown["status"], shown["overall"]["grade"], shown["overall"]["rank"]) == ("suspended", None, None)
    assert shown["dimensions"] == scores
    better = dict(zip(three, (99.0, 80.0, 70.0), strict=True))
    publication.publish(run=stored_run(better, as_of=DAY + timedelta(days=9)), at=AT + timedelta(days=9))
    still = document(who)
    assert (still["status"], still["dimensions"], still["overall"]["score"]) == (
        "suspended",
        scores,
        shown["overall"]["score"],
    )
    assert still["standing"][0]["level"] == "L3"
    assert not HistoryPoint.objects.filter(influencer=who, as_of=DAY + timedelta(days=9)).exists()
    actions.settle(influencer=who, at=AT + timedelta(days=15))
    thawed = document(who)
    assert (thawed["status"], thawed["overall"]["score"]) == ("rated", 99.0)


def test_an_overturned_warning_leaves_a_correction(three: list[Influencer], client: Client) -> None:
    action = acted(three[0])
    appeal = appeals.file_appeal(action=action, grounds=["Not me."], at=AT)
    (row,) = document(three[0])["standing"]
    assert row["appeal"]["status"] == "under_appeal"
    appeals.decide_appeal(
        appeal=appeal, outcome="overturned", answers=["Right."], reason="Another host.", by=staff("judge"), at=AT
    )
    (row,) = document(three[0])["standing"]
    assert (row["overturned"]["on"], row["appeal"]["status"]) == ("2026-01-05", "overturned")
    page = client.get(f"/influencers/{three[0].slug}/")
    assert page.status_code == 200


def test_a_list_says_suspended_and_finds_by_it(three: list[Influencer], client: Client) -> None:
    for code in LADDER:
        acted(three[0], code)
    rows = client.get("/api/v1/influencers/", {"status": "suspended"}).json()["results"]
    assert [(row["slug"], row["status"], row["overall"]["grade"]) for row in rows] == [
        (three[0].slug, "suspended", None)
    ]
    rated = client.get("/api/v1/influencers/", {"status": "rated"}).json()["results"]
    assert {row["slug"] for row in rated} == {three[1].slug, three[2].slug}


def test_standing_is_exported_for_platforms(three: list[Influencer], tmp_path: Path) -> None:
    now = timezone.now()
    for code in LADDER[:3]:
        acted(three[1], code, at=now)
    call_command("export", "standing", str(tmp_path), "--format", "csv")
    with (tmp_path / "standing.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["influencer_id"] for row in rows] == [three[1].source_id] * 3
    assert {row["measure"] for row in rows} == {"限流"}
    assert rows[0]["level"] == "L2"
