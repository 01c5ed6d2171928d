"""From an event to its card, and that the live path, the close and a replay of the log give the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from feedback import intake, outbox
from feedback.kinds import KINDS
from feedback.models import Review
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import ledger, live, publication, runs
from ratings.close import close, due
from ratings.models import BucketDay, OrderDay, PublicDocument, ReviewTrust, Run, Scorecard, TrustClose
from tests.feedback.loading import load_folder

pytestmark = pytest.mark.django_db
LAST = date(2026, 2, 25)
AT = datetime(2026, 2, 26, 1, tzinfo=UTC)
SOME = 25


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    size = ("--influencers", str(SOME), "--days", "100", "--seed", "5", "--until", str(LAST + timedelta(days=4)))
    call_command("demo_world", str(folder), *size, verbosity=0)
    return folder


@pytest.fixture
def loaded(world: Path) -> Path:
    ledger._state_named.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
    _summaries, rejects = load_folder(world)
    assert rejects == []
    return world


def recounted(run: Run) -> dict[str, dict[str, object]]:
    """Every card of a run as the live path gives it for the same day."""
    ids = list(Influencer.objects.values_list("pk", flat=True))
    found: dict[str, dict[str, object]] = {}
    for start in range(0, len(ids), 7):  # in parts, as events would ask for them
        for one in live.recount(influencers=ids[start : start + 7], as_of=run.as_of, run=run):
            found[one.about.source_id] = json.loads(json.dumps(one.card))
    return found


def assert_live_is_full(run: Run) -> None:
    cards = recounted(run)
    stored = Scorecard.objects.filter(run=run).select_related("influencer")
    assert stored.count() == len(cards)
    for card in stored:
        assert cards[card.influencer.source_id] == card.card


def review(number: int, host: str, at: datetime, *, mark: int = 1, updated_at: datetime | None = None) -> None:
    """One buyer's three marks, received as they are given unless they are revised."""
    row = {
        "review_id": f"new-{number}",
        "influencer_id": host,
        "reviewer_id": f"buyer-{number}",
        "created_at": at,
        **dict.fromkeys(("professionalism", "service", "as_described"), mark),
        "verified": True,
        "updated_at": updated_at,
    }
    record_own(kind=KINDS["reviews"], row=row, at=at)


def closed_through(day: date) -> Run:
    run = close(day=day, at=AT + timedelta(days=(day - LAST).days))
    assert run is not None
    return run


def test_the_live_path_gives_the_cards_of_the_close(loaded: Path) -> None:
    run = closed_through(LAST)
    assert (
        ReviewTrust.objects.count()
        == Review.objects.filter(created_at__lt=datetime(2026, 2, 25, 16, tzinfo=UTC)).count()
    )
    assert_live_is_full(run)


def test_days_closed_one_by_one_end_as_all_at_once(loaded: Path) -> None:
    for later in range(3):
        run = closed_through(LAST + timedelta(days=later))
    assert TrustClose.objects.count() == 3
    assert ledger.replayed() == ReviewTrust.objects.count() > 400
    by_days, by_day = run.digest, dict(ReviewTrust.objects.values_list("review_id", "trust"))
    for model in (TrustClose, ReviewTrust, BucketDay, OrderDay):
        model.objects.all().delete()
    ledger._state_named.cache_clear()
    at_once = runs.rate(as_of=run.as_of, at=AT + timedelta(days=3), fix=True)
    assert dict(ReviewTrust.objects.values_list("review_id", "trust")) == by_day
    assert at_once.digest == by_days


def test_a_day_is_closed_once_and_never_before_it_ends(loaded: Path) -> None:
    closed_through(LAST)
    assert close(day=LAST, at=AT) is None
    with pytest.raises(runs.CannotRate):
        close(day=LAST + timedelta(days=1), at=AT)
    assert due(at=AT) is None
    assert due(at=AT + timedelta(days=2)) == LAST + timedelta(days=2)


def test_an_event_moves_its_influencer_and_nobody_else(loaded: Path) -> None:
    closed_through(LAST)
    while live.take_up(at=AT):
        pass
    before = {d.influencer.source_id: d.data for d in PublicDocument.objects.select_related("influencer")}
    host = max(before, key=lambda name: before[name]["overall"]["score"])
    for number in range(3):
        review(number, host, AT - timedelta(minutes=5 - number))
    assert live.take_up(at=AT) == 1
    assert outbox.waiting() == 0
    after = {d.influencer.source_id: d.data for d in PublicDocument.objects.select_related("influencer")}
    assert after[host]["overall"]["score"] < before[host]["overall"]["score"]
    assert after[host]["evidence"]["counts"]["reviews"] == before[host]["evidence"]["counts"]["reviews"] + 3
    assert after[host]["overall"]["rank"] == before[host]["overall"]["rank"]
    assert {name for name in after if after[name] != before[name]} == {host}
    for name, data in after.items():
        served = publication.document(data["influencer"]["slug"])
        assert served is not None
        stored = PublicDocument.objects.get(influencer__source_id=name)
        assert served.live is stored.live
        assert served.live or name != host


def test_what_came_after_the_run_is_taken_up_again_when_it_is_published(loaded: Path) -> None:
    run = closed_through(LAST)
    host = Influencer.objects.order_by("source_id")[0]
    review(1, host.source_id, AT)
    while live.take_up(at=AT):
        pass
    shown = PublicDocument.objects.get(influencer=host).data["overall"]["score"]
    publication.publish(run=run, at=AT)
    assert PublicDocument.objects.get(influencer=host).data["overall"]["score"] != shown
    live.take_up(at=AT)
    assert PublicDocument.objects.get(influencer=host).data["overall"]["score"] == shown


def test_late_voided_and_revised_reviews_replay_as_they_were_judged(loaded: Path) -> None:
    closed_through(LAST)
    host = Influencer.objects.order_by("source_id")[1].source_id
    review(1, host, AT - timedelta(days=20))  # of a day that is closed
    run = closed_through(LAST + timedelta(days=1))
    late = ReviewTrust.objects.get(review_id="new-1")
    assert late.receipt == (LAST + timedelta(days=1) - date(1970, 1, 1)).days
    assert_live_is_full(run)
    judged = Review.objects.order_by("source_id")[0]
    trusts = dict(ReviewTrust.objects.values_list("review_id", "trust"))
    intake.void(kind=KINDS["reviews"], ids=[judged.source_id], reason="never was", at=AT)
    review(1, host, AT - timedelta(days=20), mark=5, updated_at=AT)
    run = closed_through(LAST + timedelta(days=2))
    assert trusts.items() <= dict(ReviewTrust.objects.values_list("review_id", "trust")).items()
    assert ledger.replayed() == ReviewTrust.objects.count()
    assert_live_is_full(run)


def test_a_tampered_log_is_named(loaded: Path) -> None:
    closed_through(LAST)
    one = ReviewTrust.objects.order_by("review_id")[3]
    ReviewTrust.objects.filter(pk=one.pk).update(trust=one.trust - 1)
    with pytest.raises(ledger.Differs, match=one.pk):
        ledger.replayed()
