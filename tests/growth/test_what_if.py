"""What-if equals reality: the same change made to the stored evidence, rated again, gives the what-if's score."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.kinds import KINDS
from feedback.models import Complaint, Refund, Review, Session, Violation
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import live
from ratings.growth.own import own
from ratings.growth.what_if import Lever, supported, what_if
from ratings.models import Run
from tests.accounts.people import AT

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=10)
MODELS: dict[str, Any] = {
    "complaints": Complaint, "refunds": Refund, "violations": Violation, "reviews": Review, "sessions": Session,
}  # fmt: skip


def revise(kind: str, source_id: str, **values: Any) -> None:
    """What its source would send: the row again, changed, with a later `updated_at`."""
    of = KINDS[kind]
    row = MODELS[kind].objects.select_related("influencer").get(source_id=source_id)
    old = {
        column.name: getattr(row, {"class": "violation_class"}.get(column.name, column.name), None)
        for column in of.columns
        if column.name not in ("influencer_id", "received_at", of.key)
    }
    record_own(
        kind=of,
        row={**old, of.key: source_id, "influencer_id": row.influencer.source_id, "updated_at": LATER, **values},
        at=row.received_at or getattr(row, of.event_time),
    )


def reality(influencer: Influencer, run: Run) -> float:
    (found,) = live.recount(influencers=[influencer.pk], as_of=own(influencer=influencer, at=AT).as_of, run=run)
    return float(found.card["overall"]["score"])


def most_of(model: Any, **where: Any) -> Influencer:
    ids = list(model.objects.filter(**where).values_list("influencer_id", flat=True))
    return Influencer.objects.get(pk=max(set(ids), key=lambda pk: (ids.count(pk), -pk)))


CHANGES: list[tuple[Lever, str, dict[str, Any], dict[str, Any]]] = [
    (Lever.COMPLAINTS, "complaints", {"status": "upheld"}, {"status": "withdrawn"}),
    (Lever.REFUNDS, "refunds", {"reason": "quality"}, {"fault": "buyer", "reason": "no_reason"}),
    (Lever.VIOLATIONS, "violations", {"status": "confirmed"}, {"status": "overturned"}),
]


@pytest.mark.parametrize(("lever", "kind", "where", "becomes"), CHANGES, ids=[row[0].value for row in CHANGES])
def test_decisions(closed: Run, lever: Lever, kind: str, where: dict[str, Any], becomes: dict[str, Any]) -> None:
    influencer = most_of(MODELS[kind], **where)
    found = what_if(own=own(influencer=influencer, at=AT), wanted={lever: 20})
    assert 0 < len(found.changed[lever.value]) <= 20
    assert found.before.score == reality(influencer, closed)
    assert found.gain > 0
    for source_id in found.changed[lever.value]:
        revise(kind, source_id, **becomes)
    assert reality(influencer, closed) == found.after.score


def test_shown_viewers(closed: Run) -> None:
    best: tuple[int, Influencer] | None = None
    for influencer in Influencer.objects.all():
        many = len(supported(own(influencer=influencer, at=AT).scores()))
        best = max(best or (0, influencer), (many, influencer), key=lambda pair: pair[0])
    assert best
    mine = own(influencer=best[1], at=AT)
    found = what_if(own=mine, wanted={Lever.VIEWERS: 5})
    real = supported(mine.scores())
    assert len(found.changed["viewers"]) == min(5, len(real)) > 0
    for source_id in found.changed["viewers"]:
        revise("sessions", source_id, viewers=real[source_id])
    assert reality(best[1], closed) == found.after.score


def test_marks_of_reviews_that_no_close_has_judged(closed: Run) -> None:
    """A judged review keeps the trust of its day; what it says may be revised all the same."""
    influencer = most_of(Review, service__lt=5)
    found = what_if(own=own(influencer=influencer, at=AT), wanted={Lever.SERVICE: 10})
    assert len(found.changed["service"]) == 10
    assert found.gain > 0
    for source_id in found.changed["service"]:
        revise("reviews", source_id, service=5)
    assert abs(reality(influencer, closed) - found.after.score) < 1e-4


def test_more_shows_and_several_at_once(closed: Run) -> None:
    influencer = most_of(Complaint, status="upheld")
    mine = own(influencer=influencer, at=AT)
    found = what_if(own=mine, wanted={Lever.SHOWS: 8, Lever.COMPLAINTS: 3})
    assert (len(found.changed["shows"]), len(found.changed["complaints"])) == (8, 3)
    recent = Session.objects.filter(influencer=influencer).order_by("-started_at", "source_id")[:20]
    typical = sorted(recent, key=lambda session: (session.orders, session.source_id))[len(recent) // 2]
    midnight = datetime(mine.as_of.year, mine.as_of.month, mine.as_of.day, tzinfo=UTC) - timedelta(hours=8)
    for day in range(8):
        begins = midnight - timedelta(days=day + 1) + timedelta(hours=12)
        revised = {
            column.name: getattr(typical, column.name, None)
            for column in KINDS["sessions"].columns
            if column.name not in ("influencer_id", "received_at")
        }
        row = {
            **revised,
            "session_id": f"what-if-{day + 1}",
            "influencer_id": influencer.source_id,
            "started_at": begins,
            "ended_at": begins + (typical.ended_at - typical.started_at) if typical.ended_at else None,
            "cancelled_orders": None,
            "refund_orders": None,
        }
        record_own(kind=KINDS["sessions"], row=row, at=begins)
    for source_id in found.changed["complaints"]:
        revise("complaints", source_id, status="withdrawn")
    assert reality(influencer, closed) == found.after.score


def test_nothing_asked_nothing_changed(closed: Run) -> None:
    mine = own(influencer=Influencer.objects.order_by("pk")[0], at=AT)
    found = what_if(own=mine, wanted={Lever.COMPLAINTS: 0, Lever.REFUNDS: -3})
    assert (found.gain, found.changed) == (0.0, {})


KINDS_OF = {
    Lever.COMPLAINTS: ("complaints", {"status": "withdrawn"}),
    Lever.REFUNDS: ("refunds", {"fault": "buyer", "reason": "no_reason"}),
    Lever.VIOLATIONS: ("violations", {"status": "overturned"}),
    Lever.PROFESSIONALISM: ("reviews", {"professionalism": 5}),
    Lever.SERVICE: ("reviews", {"service": 5}),
    Lever.AS_DESCRIBED: ("reviews", {"as_described": 5}),
}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(0, 1_000),
    wanted=st.dictionaries(st.sampled_from(sorted(KINDS_OF)), st.integers(1, 12), min_size=1, max_size=4),
)
def test_any_changes_together_of_anyone(closed: Run, number: int, wanted: dict[Lever, int]) -> None:
    """Reviews that several levers change are revised once, with all of it."""
    everyone = list(Influencer.objects.order_by("pk"))
    influencer = everyone[number % len(everyone)]
    found = what_if(own=own(influencer=influencer, at=AT), wanted=wanted)
    with transaction.atomic():
        becomes: dict[tuple[str, str], dict[str, Any]] = {}
        for lever, ids in found.changed.items():
            kind, values = KINDS_OF[Lever(lever)]
            for source_id in ids:
                becomes.setdefault((kind, source_id), {}).update(values)
        for (kind, source_id), values in becomes.items():
            revise(kind, source_id, **values)
        assert abs(reality(influencer, closed) - found.after.score) < 1e-4
        transaction.set_rollback(True)
