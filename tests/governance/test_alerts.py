"""Alerts: what raises one and what just does not, once for a cause, settled by a person who says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import publication
from ratings.governance.alerts import (
    act_on_alert,
    dismiss_alert,
    end_alerts,
    escalate_alerts,
    watch_close,
    watch_touched,
)
from ratings.governance.errors import AlreadyActed, Incomplete
from ratings.models import Alert, AlertEvent, BucketDay, HistoryPoint, ReviewTrust, Run, Scorecard, Watch
from tests.publication.stored import hosts, stored_run

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def everyone() -> list[Influencer]:
    found = hosts(8)
    publication.publish(run=stored_run(dict.fromkeys(found, 81.0)), at=AT)
    for number, host in enumerate(found):  # an ordinary month: 100 orders, 10 returned
        session(host, f"s{number}", orders=100, refund_orders=10, cancelled_orders=2)
    return found


def session(host: Influencer, key: str, *, ago: timedelta = 3 * DAY, **more: Any) -> None:
    row = {"session_id": key, "influencer_id": host.source_id, "started_at": AT - ago, "orders": 0, **more}
    record_own(kind=KINDS["sessions"], row=row, at=AT)


def complaint(host: Influencer, key: str, *, ago: timedelta, at: datetime = AT, **more: Any) -> None:
    row = {
        "complaint_id": key,
        "influencer_id": host.source_id,
        "created_at": AT - ago,
        "severity": "moderate",
        "status": "open",
        **more,
    }
    record_own(kind=KINDS["complaints"], row=row, at=at)


def raised(rule: str) -> list[Alert]:
    return list(Alert.objects.filter(rule=rule).order_by("id"))


def again() -> None:
    """Let the next look at everyone happen as if after another close."""
    Watch.objects.all().delete()


def test_an_ordinary_month_raises_nothing(everyone: list[Influencer]) -> None:
    assert watch_close(at=AT) == 0
    assert Watch.objects.get().usual[""]["refunds"] == 0.1


def refunds(host: Influencer) -> None:
    session(host, "more", orders=70, refund_orders=70)  # 80 of 170, 47 in 100, where 10 is usual


def cancellations(host: Influencer) -> None:
    session(host, "gone", orders=50, cancelled_orders=40)  # 42 of 150, 28 in 100, where more than 9 is far above


def burst(host: Influencer) -> None:
    for number in range(6):
        complaint(host, f"c{number}", ago=2 * DAY, responded_at=AT - DAY)


def unanswered(host: Influencer) -> None:
    complaint(host, "late", ago=72 * HOUR + timedelta(minutes=1))


def hired(host: Influencer) -> None:
    session(host, "loud", commenters=24, comments=24 * 50 + 1)


def expired(host: Influencer) -> None:
    Influencer.objects.filter(pk=host.pk).update(qualification="tea", qualification_expires=date(2025, 12, 20))


def weak_service(host: Influencer) -> None:
    card = Scorecard.objects.get(influencer=host)
    card.service_attitude = 50.0
    card.card["dimensions"]["service_attitude"] |= {"score": 50.0, "low": 41.0, "high": 59.0}
    card.save()


def fell(host: Influencer) -> None:
    run = Run.objects.get()
    HistoryPoint.objects.create(
        influencer=host,
        as_of=run.as_of - 20 * DAY,
        run=run,
        policy=run.policy,
        status="rated",
        score=80,
        low=75,
        high=85,
        service_attitude=Scorecard.objects.get(influencer=host).service_attitude + 10.5,
    )


def inflated(host: Influencer, flags: str = "11100") -> None:
    card = Scorecard.objects.get(influencer=host)
    card.card["traffic"] = [
        {"session_id": f"t{k}", "shown": 1000, "real": 100, "flagged": flag == "1"} for k, flag in enumerate(flags)
    ]
    card.save()


def held(host: Influencer, count: int = 10) -> None:
    day = (AT.date() - date(1970, 1, 1)).days - 1
    BucketDay.objects.create(influencer_id=host.source_id, receipt=day, factor=[0.2, 1, 1, 1, 1, 1])
    for number in range(count):
        row = {
            "review_id": f"r{number}",
            "influencer_id": host.source_id,
            "reviewer_id": f"u{number}",
            "created_at": AT - DAY,
            **dict.fromkeys(("professionalism", "service", "as_described"), 5),
        }
        record_own(kind=KINDS["reviews"], row=row, at=AT)
        ReviewTrust.objects.create(
            review_id=f"r{number}",
            influencer_id=host.source_id,
            reviewer_id="0" * 32,
            receipt=day,
            composite=12,
            verified=False,
            repeat=0,
            trust=1,
            full_trust=1,
            known=0,
            band=0,
            why=0,
            level=0,
        )


CASES: list[tuple[str, Callable[[Influencer], None]]] = [
    ("refunds", refunds),
    ("cancellations", cancellations),
    ("complaint_burst", burst),
    ("unanswered", unanswered),
    ("hired_comments", hired),
    ("expired", expired),
    ("service_low", weak_service),
    ("service_drop", fell),
    ("inflated", inflated),
    ("held_down", held),
]
LIVE = ("refunds", "cancellations", "complaint_burst", "unanswered")


@pytest.mark.parametrize(("rule", "make"), CASES)
def test_each_rule_raises_one_alert_with_its_words_and_evidence(
    everyone: list[Influencer], rule: str, make: Callable[[Influencer], None]
) -> None:
    make(everyone[3])
    assert watch_close(at=AT) == 1
    (alert,) = raised(rule)
    assert (alert.influencer, alert.state, alert.raised_at) == (everyone[3], "open", AT)
    assert alert.due_at > AT
    assert alert.evidence
    assert "%(" not in alert.reason_en
    assert alert.get_suggestion_display()
    assert [event.kind for event in alert.events.all()] == ["raised"]
    again()
    assert watch_close(at=AT + DAY) == 0
    assert raised(rule)[0].last_seen_at == AT + DAY


NEARLY: list[Callable[[Influencer], None]] = [
    lambda host: session(host, "x", orders=100, refund_orders=45),  # 55 of 200: less than three times 10 in 100
    lambda host: session(host, "x", orders=4, refund_orders=4),  # a handful may be chance
    lambda host: session(host, "x", orders=100, cancelled_orders=14),
    lambda host: [complaint(host, f"c{k}", ago=DAY) for k in range(4)] and None,
    lambda host: complaint(host, "c", ago=72 * HOUR - timedelta(minutes=1)),
    lambda host: complaint(host, "c", ago=5 * DAY, responded_at=AT - 4 * DAY),
    lambda host: session(host, "x", commenters=24, comments=24 * 50),
    lambda host: session(host, "x", commenters=23, comments=23 * 99),
    lambda host: inflated(host, "11000"),
    lambda host: inflated(host, "110001111"),  # of the last five, two
    lambda host: held(host, 9),
    lambda host: None,
]


@pytest.mark.parametrize("make", NEARLY)
def test_what_is_nearly_one_is_none(everyone: list[Influencer], make: Callable[[Influencer], None]) -> None:
    make(everyone[3])
    assert watch_close(at=AT) == 0


@pytest.mark.parametrize(("rule", "make"), [case for case in CASES if case[0] in LIVE])
def test_the_live_ones_are_seen_as_soon_as_the_evidence_comes(
    everyone: list[Influencer], rule: str, make: Callable[[Influencer], None]
) -> None:
    watch_close(at=AT)
    make(everyone[3])
    assert watch_touched(influencers=[everyone[2].pk], at=AT) == 0
    assert watch_touched(influencers=[everyone[3].pk], at=AT) == 1
    assert watch_touched(influencers=[everyone[3].pk], at=AT) == 0
    assert len(raised(rule)) == 1


def test_a_qualification_that_expired_without_shows_since_is_no_alert(everyone: list[Influencer]) -> None:
    Influencer.objects.filter(pk=everyone[3].pk).update(qualification_expires=date(2025, 12, 30))
    assert watch_close(at=AT) == 0


def test_dismissed_it_comes_back_only_for_a_new_cause(everyone: list[Influencer]) -> None:
    clerk = User.objects.create_user("clerk")
    refunds(everyone[3])
    watch_close(at=AT)
    (alert,) = raised("refunds")
    with pytest.raises(Incomplete):
        dismiss_alert(alert=alert, reason=" ", by=clerk, at=AT + HOUR)
    dismiss_alert(alert=alert, reason="A recall that the host announced.", by=clerk, at=AT + HOUR)
    with pytest.raises(AlreadyActed):
        act_on_alert(alert=alert, reason="x", by=clerk, at=AT + HOUR)
    for days in (1, 10, 20):  # as long as it is seen it is the same
        again()
        assert watch_close(at=AT + days * DAY) == 0
    session(everyone[3], "later", ago=-55 * DAY, orders=100, refund_orders=90)
    for number, other in enumerate(everyone[4:]):
        session(other, f"o{number}", ago=-55 * DAY, orders=100, refund_orders=10)
    again()
    assert watch_close(at=AT + 60 * DAY) == 1
    assert [a.state for a in raised("refunds")] == ["dismissed", "open"]


def test_many_more_of_the_same_are_a_cause_of_their_own(everyone: list[Influencer]) -> None:
    unanswered(everyone[3])
    watch_close(at=AT)
    for number in range(4):
        complaint(everyone[3], f"more{number}", ago=80 * HOUR)
    assert watch_touched(influencers=[everyone[3].pk], at=AT) == 1  # five in a week may still be chance
    assert [(a.state, a.severity) for a in raised("unanswered")] == [("ended", 2), ("open", 3)]
    for key in ("late", "more0", "more1", "more2", "more3"):
        assert end_alerts(at=AT) == 0
        complaint(everyone[3], key, ago=80 * HOUR, responded_at=AT, updated_at=AT)
    assert end_alerts(at=AT) == 1
    assert end_alerts(at=AT) == 0
    assert raised("unanswered")[1].state == "ended"
    complaint(everyone[3], "next", ago=73 * HOUR)
    watch_touched(influencers=[everyone[3].pk], at=AT + HOUR)
    assert [a.state for a in raised("unanswered")] == ["ended", "ended", "open"]


def test_what_nobody_looks_at_goes_to_the_seniors_once(everyone: list[Influencer]) -> None:
    unanswered(everyone[3])
    watch_close(at=AT)
    (alert,) = raised("unanswered")
    assert escalate_alerts(at=alert.due_at) == 0
    assert escalate_alerts(at=alert.due_at + timedelta(seconds=1)) == 1
    assert escalate_alerts(at=alert.due_at + DAY) == 0
    alert.refresh_from_db()
    assert (alert.severity, alert.desk) == (3, "seniors")
    assert [event.kind for event in alert.events.all()] == ["raised", "escalated"]


def test_the_reason_speaks_the_readers_language(everyone: list[Influencer]) -> None:
    unanswered(everyone[3])
    watch_close(at=AT)
    (alert,) = raised("unanswered")
    with override("zh-hans"):
        assert alert.reason == alert.reason_zh
        assert "72小时" in alert.reason
    with override("en"):
        assert alert.reason.startswith("1 complaint is past the 72 hours")


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "dismissed"},
        {"state": "dismissed", "settled_at": AT, "settled_why": "x"},
        {"state": "ended"},
        {"settled_at": AT},
        {"severity": 9},
        {"rule": "hunch"},
        {"reason_zh": ""},
    ],
)
def test_the_database_refuses_half_an_alert(everyone: list[Influencer], wrong: dict[str, Any]) -> None:
    unanswered(everyone[3])
    watch_close(at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(**wrong)


def test_the_database_keeps_its_story_as_it_was(everyone: list[Influencer]) -> None:
    unanswered(everyone[3])
    watch_close(at=AT)
    assert AlertEvent.objects.count() == 1
    for sql in ("UPDATE ratings_alertevent SET text = ''", "DELETE FROM ratings_alertevent"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
