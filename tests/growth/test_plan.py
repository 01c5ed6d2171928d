"""The growth plan: ranked by points to be won, targets halfway to perfect, and progress told against it."""

from datetime import timedelta

import pytest

from feedback.models import Complaint, Review, Session
from influencers.models import Influencer
from ratings.growth import ahead, plan
from ratings.growth.measures import Measure
from ratings.growth.own import own
from ratings.growth.what_if import Lever
from ratings.models import GrowthPlan, Run
from tests.accounts.people import AT, speaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def host_of_many(closed: Run) -> Influencer:
    ids = list(Complaint.objects.filter(status="upheld").values_list("influencer_id", flat=True))
    return Influencer.objects.get(pk=max(set(ids), key=lambda pk: (ids.count(pk), -pk)))


@pytest.mark.parametrize(
    ("lever", "value", "target"),
    [
        (Lever.COMPLAINTS, 14, 7),
        (Lever.COMPLAINTS, 1, 0),
        (Lever.REFUNDS, 5, 2),
        (Lever.VIOLATIONS, 3, 0),
        (Lever.VIEWERS, 6, 0),
        (Lever.SERVICE, 4.2, 4.6),
        (Lever.SERVICE, 3.0, 4.0),
    ],
)
def test_targets_are_halfway_and_none_of_what_should_never_be(lever: Lever, value: float, target: float) -> None:
    assert Measure(lever, value, 100, ()).target == target


def test_the_time_ahead_is_the_last_weeks_again(host_of_many: Influencer) -> None:
    mine = own(influencer=host_of_many, at=AT)
    start = ahead.start_of(mine.as_of)
    window = ahead.window_of(mine)
    assert window == 90
    since = AT.replace(hour=16) - timedelta(days=90)
    shows = Session.objects.filter(influencer=host_of_many, started_at__gte=since).count()
    coming = ahead.to_come(mine, 180)
    assert coming["sessions"].num_rows == 2 * shows > 0
    assert min(coming["sessions"]["started_at"].to_pylist()) >= start
    assert coming["reviews"]["reviewer_id"].to_pylist() != []
    assert not set(coming["reviews"]["reviewer_id"].to_pylist()) & set(
        mine.tables["reviews"]["reviewer_id"].to_pylist()
    )
    assert ahead.to_come(mine, 30)["sessions"].num_rows < shows


def test_a_plan(host_of_many: Influencer) -> None:
    speaker("reader", host_of_many)
    assert plan.keep_all(at=AT) == 1
    document = GrowthPlan.objects.get().document
    points = [step["points"]["90"] for step in document["steps"]]
    assert points == sorted(points, reverse=True)
    assert all(value > 0 for value in points)
    assert {"30", "90", "180"} == set(document["steps"][0]["points"])
    assert document["planned"]["90"] > document["unchanged"]["90"]
    complaints = next(step for step in document["steps"] if step["lever"] == "complaints")
    since = AT.replace(hour=16) - timedelta(days=90)
    known = Complaint.objects.filter(influencer=host_of_many, status="upheld", created_at__gte=since)
    assert complaints["value"] == known.count()
    assert set(complaints["evidence"]) <= set(known.values_list("source_id", flat=True))
    assert (
        document["volume"]["reviews"] == Review.objects.filter(influencer=host_of_many, created_at__gte=since).count()
    )
    assert plan.keep(influencer=host_of_many, at=AT + timedelta(days=1)).pk == GrowthPlan.objects.get().pk
    assert plan.keep_all(at=AT + timedelta(days=1)) == 0


def test_progress(host_of_many: Influencer) -> None:
    assert plan.progress(influencer=host_of_many, at=AT) == []
    made = plan.keep(influencer=host_of_many, at=AT)
    rows = {row["lever"]: row for row in plan.progress(influencer=host_of_many, at=AT + timedelta(days=30))}
    assert set(rows) == {step["lever"] for step in made.document["steps"]}
    assert rows["complaints"]["now"] == 0
    assert not rows["complaints"]["reached"], "without a single order there is nothing to tell"


def test_what_a_newcomer_needs(closed: Run) -> None:
    """The shows it is told are enough, and one day less is not."""
    told = 0
    for influencer in Influencer.objects.order_by("pk"):
        mine = own(influencer=influencer, at=AT)
        found = plan.missing(own=mine, scores=mine.scores())
        if found is None or found.days is None:
            continue
        told = 1
        for days, rated in ((found.days, True), (found.days - 1, False)):
            coming = ahead.with_future(mine, ahead.to_come(mine, days))
            assert mine.standing(coming, mine.as_of + timedelta(days=days)).rated == rated
        assert found.shows == ahead.to_come(mine, found.days)["sessions"].num_rows
        break
    assert told > 0
