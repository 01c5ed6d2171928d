"""Two runs side by side before one is published: who moves, by how much and why."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.html import strip_tags

from influencers.models import Influencer
from ratings import publication
from ratings.models import Publication, PublicRun, Run
from ratings.publication.differences import Cause, Move, causes, difference, listed, moves
from tests.publication.stored import AT, hosts, stored_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Influencer]:
    return hosts(4)


@pytest.fixture
def runs(people: list[Influencer]) -> tuple[Run, Run]:
    """First three: one stays, one gains two points, one loses ten; the fourth is only in the second."""
    first = stored_run(dict(zip(people[:3], (90.0, 80.0, 75.0), strict=True)))
    second = stored_run(dict(zip(people, (90.0, 82.0, 65.0, 60.0), strict=True)), as_of=date(2026, 1, 2))
    return first, second


def _moves(before: Run, after: Run, shown: str = "moved", begins: str = "") -> list[Move]:
    return moves(before=before, after=after, who=listed(before=before, after=after, shown=shown, begins=begins))


def test_who_moves_and_by_how_much(runs: tuple[Run, Run], people: list[Influencer]) -> None:
    found = _moves(runs[0], runs[1])
    assert [(move.influencer, move.points) for move in found] == [
        (people[2].pk, pytest.approx(-10.0)),
        (people[1].pk, pytest.approx(2.0)),
    ]
    whole = difference(before=runs[0], after=runs[1])
    assert (whole.before, whole.after) == (3, 4)
    assert {name: whole.counts[name] for name in ("moved", "up", "down", "came", "gone", "rated")} == {
        "moved": 2, "up": 1, "down": 1, "came": 1, "gone": 0, "rated": 1,
    }  # fmt: skip
    assert (whole.median, whole.most) == (pytest.approx(2.0), pytest.approx(10.0))
    assert whole.grades == [("B", "C", 1)]


def test_what_came_and_what_went(runs: tuple[Run, Run], people: list[Influencer]) -> None:
    (came,) = _moves(runs[0], runs[1], shown="came")
    assert (came.influencer, came.points, came.causes) == (people[3].pk, None, [])
    (gone,) = _moves(runs[1], runs[0], shown="gone")
    assert gone.influencer == people[3].pk


def test_points_are_explained_by_channel() -> None:
    before = [
        {"dimension": "compliance", "channel": "violations", "source": "prior", "points": 18.0},
        {"dimension": "compliance", "channel": "violations", "source": "evidence", "points": -3.0},
        {"dimension": "after_sales", "channel": "refunds", "source": "prior", "points": 7.0},
    ]
    after = [
        {"dimension": "compliance", "channel": "violations", "source": "prior", "points": 18.0},
        {"dimension": "after_sales", "channel": "refunds", "source": "prior", "points": 6.5},
    ]
    assert causes(before, after) == [Cause("compliance", "violations", 3.0), Cause("after_sales", "refunds", -0.5)]
    assert causes(before, []) == []


def test_a_name_with_wildcards_is_taken_literally(runs: tuple[Run, Run]) -> None:
    assert _moves(runs[0], runs[1], begins="%") == []
    assert len(_moves(runs[0], runs[1], begins="Host 00")) == 2


def test_look_then_publish_with_a_reason(admin_client: Client, runs: tuple[Run, Run], admin_user: User) -> None:
    publication.publish(run=runs[0], at=AT)
    page = strip_tags(admin_client.get(f"/admin/ratings/run/{runs[1].pk}/compare/").content.decode())
    assert "Host 002" in page
    assert "-10.00" in page
    assert "Compliance: violation -2.50" in " ".join(page.split())  # a quarter of the weight
    publish = f"/admin/ratings/run/{runs[1].pk}/publish/"
    admin_client.post(publish, {"reason": "  "})
    assert PublicRun.objects.get().run_id == runs[0].pk
    admin_client.post(publish, {"reason": "all moves explained"})
    assert PublicRun.objects.get().run_id == runs[1].pk
    line = Publication.objects.first()
    assert line is not None
    assert (line.by, line.reason) == (admin_user, "all moves explained")


def test_pages_of_those_who_move(admin_client: Client) -> None:
    people = hosts(60)
    for points in (60.0, 70.0):
        publication.publish(run=stored_run({host: points + n / 10 for n, host in enumerate(people)}), at=AT)
    public = PublicRun.objects.get()
    address = f"/admin/ratings/run/{public.run_id}/compare/?with={public.previous_id}"
    first, second = (admin_client.get(f"{address}&p={number}").content.decode() for number in (1, 2))
    assert [page.count("+10.00") for page in (first, second)] == [50, 10]
    assert "p=2" in first
    assert "p=3" not in second
    for odd in ("p=0", "p=x", "p=99999999999", "with=999999999999999999999", "with=x"):
        assert admin_client.get(f"/admin/ratings/run/{public.run_id}/compare/?{odd}").status_code == 200
    assert admin_client.get(f"{address}&shown=nonsense").status_code == 404


@pytest.mark.parametrize(("group", "may"), [("Analyst", False), ("Moderator", False), ("Senior", True)])
def test_who_looks_and_who_publishes(client: Client, runs: tuple[Run, Run], group: str, may: bool) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    address = f"/admin/ratings/run/{runs[1].pk}/"
    page = client.get(f"{address}compare/")
    assert page.status_code == 200
    assert (b"Publish run" in page.content) is may
    answer = client.post(f"{address}publish/", {"reason": "looked at"})
    assert answer.status_code == (302 if may else 403)
    assert PublicRun.objects.exists() is may
