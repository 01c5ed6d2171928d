"""Seniors merge two hosts and take it back: shown first, with a reason, in the audit trail; nobody else may."""

from __future__ import annotations

import pytest
from django.test import Client

from influencers.models import Influencer
from ratings.models.governance import Event
from tests.admin.staff import as_of
from tests.live.markets import closed
from tests.live.test_merging import busy, host

pytestmark = pytest.mark.django_db
SURE = {"confirmed": "1"}


def test_asked_shown_done_and_taken_back() -> None:
    with closed(busy(5)):
        gone, into = host("h1"), host("h0")
        senior, address = as_of("Senior"), f"/admin/merge/{gone.pk}/"
        person = f"/admin/influencers/influencer/{gone.pk}/change/"
        assert address in senior.get(person).content.decode()
        given = {"into": str(into.slug), "reason": "One person, seen on the platform."}
        for wrong, words in (
            ({**given, "into": "nobody"}, "There is no such host."),
            ({**given, "reason": " "}, "This field is required."),
            ({**given, "into": str(gone.slug)}, "not merged into itself"),
        ):
            assert words in senior.post(address, {**wrong, **SURE}).content.decode()
        shown = senior.post(address, given)
        sides = shown.context["sides"]
        assert [(before.slug, after.score is None) for before, after in sides] == [
            (gone.slug, True),
            (into.slug, False),
        ]
        assert sides[1][1].pieces == sides[0][0].pieces + sides[1][0].pieces
        assert "Nothing has happened yet." in shown.content.decode()
        assert not Influencer.objects.filter(merged_into__isnull=False).exists()
        assert not Event.objects.exists()

        done = senior.post(address, {**given, **SURE})
        assert done["Location"] == person
        gone.refresh_from_db()
        assert gone.merged_into == into
        assert "Goes on as another host" in senior.get(person).content.decode()
        survivor = senior.get(f"/admin/influencers/influencer/{into.pk}/change/").content.decode()
        assert "With what was observed of" in survivor
        trail = senior.get("/admin/audit/").content.decode()
        assert "merged with another host: Host h1" in trail
        assert given["reason"] in trail

        back = senior.post(address, {"reason": "Two people after all."})
        assert [before.score is None for before, _after in back.context["sides"]] == [True, False]
        senior.post(address, {"reason": "Two people after all.", **SURE})
        gone.refresh_from_db()
        assert gone.merged_into is None
        assert "merge taken back: Host h1" in senior.get("/admin/audit/").content.decode()


@pytest.mark.parametrize("group", ["Moderator", "Appeals reviewer", "Analyst"])
def test_nobody_else_may(group: str) -> None:
    with closed(busy(6)):
        gone, into = host("h1"), host("h0")
        client, person = as_of(group), f"/admin/influencers/influencer/{gone.pk}/change/"
        given = {"into": str(into.slug), "reason": "x", **SURE}
        assert client.post(f"/admin/merge/{gone.pk}/", given).status_code == 403
        assert f"/admin/merge/{gone.pk}/" not in client.get(person).content.decode()
        assert Client().post(f"/admin/merge/{gone.pk}/", given).status_code == 302
        gone.refresh_from_db()
        assert gone.merged_into is None
