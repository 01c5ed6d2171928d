"""Model influencers: surely among the best tenth twice in a row, nothing open, and gone the moment something is."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from influencers.models import Influencer
from ratings import publication
from ratings.governance import actions
from ratings.models import Scorecard
from tests.governance.people import AT, acted, case, staff
from tests.publication.stored import hosts, stored_run

pytestmark = pytest.mark.django_db


def told(run: int, chances: dict[Influencer, float], *, peers: int = 40) -> None:
    for influencer, chance in chances.items():
        row = Scorecard.objects.get(run=run, influencer=influencer)
        text = json.loads(json.dumps(row.card))
        text["overall"]["peer_p_top10"] = chance
        text["peer_group"]["size"] = peers
        Scorecard.objects.filter(pk=row.pk).update(card=text)


def published(first: dict[Influencer, float], second: dict[Influencer, float], *, peers: int = 40) -> set[int]:
    scores = dict.fromkeys(first, 90.0)
    for day, chances in ((date(2026, 1, 1), first), (date(2026, 1, 2), second)):
        run = stored_run(scores, as_of=day)
        told(run.pk, chances, peers=peers)
        publication.publish(run=run, at=AT)
    public = publication.public_run()
    assert public is not None
    return publication.recognised(public=public, among=[influencer.pk for influencer in first])


def test_twice_in_a_row() -> None:
    a, b, c, d = hosts(4)
    assert published({a: 0.95, b: 0.95, c: 0.5, d: 0.9}, {a: 0.95, b: 0.89, c: 0.95, d: 0.9}) == {a.pk, d.pk}


def test_one_close_is_not_enough() -> None:
    (a,) = hosts(1)
    run = stored_run({a: 90.0})
    told(run.pk, {a: 0.99})
    publication.publish(run=run, at=AT)
    public = publication.public_run()
    assert public is not None
    assert publication.recognised(public=public, among=[a.pk]) == set()


def test_a_handful_of_peers_has_no_best_tenth() -> None:
    (a,) = hosts(1)
    assert published({a: 0.99}, {a: 0.99}, peers=9) == set()


def test_a_case_or_a_measure_ends_it_at_once(client: Client) -> None:
    a, b, c = hosts(3)
    sure = {a: 0.95, b: 0.95, c: 0.95}
    assert published(sure, sure) == {a.pk, b.pk, c.pk}
    b.refresh_from_db()
    assert "model host" in client.get(f"/influencers/{b.slug}/?lang=en").content.decode()
    assert client.get("/rankings/?lang=en").content.decode().count("model host") == 3
    assert client.get(f"/api/v1/influencers/{b.slug}/").json()["influencer"]["model"] is True
    opened = case(a)
    acted(b)
    assert card(client, a)["model"] is card(client, b)["model"] is False
    assert card(client, c)["model"] is True
    public = publication.public_run()
    assert public is not None
    assert publication.recognised(public=public, among=[a.pk, b.pk, c.pk]) == {c.pk}
    assert "model host" not in client.get(f"/influencers/{b.slug}/?lang=en").content.decode()
    actions.dismiss(case=opened, reason="Nothing in it.", by=staff("mo"), at=AT)
    assert card(client, a)["model"] is True


def card(client: Client, influencer: Influencer) -> dict[str, Any]:
    """Who the stored card says it is about, as the API sends it."""
    influencer.refresh_from_db()
    publication.serving.forget()
    found: dict[str, Any] = client.get(f"/api/v1/influencers/{influencer.slug}/scorecard/").json()["influencer"]
    return found


def test_going_back_to_the_run_before_leaves_no_badge(client: Client) -> None:
    (a,) = hosts(1)
    published({a: 0.95}, {a: 0.95})
    assert card(client, a)["model"] is True
    publication.unpublish(at=AT)
    assert card(client, a)["model"] is False
