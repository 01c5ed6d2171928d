"""The transparency report: what was done shows up as it was, the same on the page, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from feedback import complaints
from feedback.models import Topic
from ratings import publication
from ratings.governance import actions, appeals
from ratings.models import PublicRun
from ratings.models.governance import Outcome
from ratings.transparency import BadPeriod, period_of
from tests.governance.people import acted, case, host, issued, staff
from tests.publication.stored import hosts, stored_run

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def year() -> None:
    """A warning overturned, one upheld, a notice cured, a case dismissed, and complaints: seven about one thing."""
    for outcome in (Outcome.OVERTURNED, Outcome.UPHELD):
        action = issued(case(host(), "PRM-01", at=AT), at=AT + 2 * DAY)
        appeal = appeals.file_appeal(action=action, grounds=["No."], at=AT + 3 * DAY)
        appeals.decide_appeal(
            appeal=appeal, outcome=outcome, answers=["Seen."], reason="So.", by=staff("judge"), at=AT + 5 * DAY
        )
    actions.cure(action=acted(host(), "PRM-02", at=AT), by=staff("mo"), reason="Mended.", at=AT + DAY)
    actions.dismiss(case=case(host(), "PRC-01", at=AT), reason="No proof.", by=staff("mo"), at=AT + DAY)
    who = host()
    for number in range(9):
        topic = Topic.QUALITY if number < 7 else Topic.CONDUCT
        complaints.file_complaint(influencer=who, topic=topic, text="x", at=AT)
    publication.publish(run=stored_run(dict.fromkeys(hosts(3), 80.0), as_of=date(2026, 2, 10)), at=AT + 36 * DAY)
    cache.clear()


def report(client: Client, **asked: str) -> dict[str, Any]:
    cache.clear()
    found: dict[str, Any] = client.get("/api/v1/transparency/", asked).json()
    return found


@pytest.mark.usefixtures("year")
def test_what_was_done_is_counted(client: Client) -> None:
    found = report(client)
    assert (found["from"], found["until"], found["period"]) == ("2025-02-10", "2026-02-10", None)
    cases = found["cases"]
    assert cases["opened"] == 4
    assert cases["by_outcome"] == {"open": 0, "proposed": 0, "decided": 2, "dismissed": 1, "overturned": 1}
    assert cases["by_source"]["own_initiative"] == 4
    assert {c["code"]: (c["decided"], c["overturned"]) for c in cases["by_code"]} == {
        "PRM-01": (1, 1),
        "PRM-02": (1, 0),
        "PRC-01": (0, 0),
    }
    assert cases["median_hours_to_decision"] == 48.0
    assert found["actions"]["by_level"] == {"L0": 1, "L1": 2, "L2": 0, "L3": 0, "L4": 0, "L5": 0}
    assert (found["actions"]["by_state"]["overturned"], found["actions"]["by_state"]["cured"]) == (1, 1)
    assert found["appeals"] == {
        "filed": 2,
        "decided": 2,
        "by_outcome": {"upheld": 1, "reduced": 0, "overturned": 1},
        "share_overturned": 0.5,
        "median_days_to_decision": 2.0,
        "overdue": 0,
    }
    assert found["complaints"]["open"] == 9
    assert found["influencers"] == {"all": 3, "rated": 3, "provisional": 0, "suspended": 0}


def test_what_followed_by_itself_is_told(client: Client) -> None:
    actions.lapse(action=acted(host(), "PRM-02", at=AT), at=AT + 20 * DAY)
    publication.publish(run=stored_run(dict.fromkeys(hosts(3), 80.0), as_of=date(2026, 2, 10)), at=AT + 36 * DAY)
    found = report(client)["actions"]
    assert (found["decided"], found["by_level"]["L0"], found["decided_automatically"]) == (1, 1, 1)


@pytest.mark.usefixtures("year")
def test_few_complaints_about_one_thing_are_not_told(client: Client) -> None:
    topics = {row["topic"]: row["count"] for row in report(client)["complaints"]["by_topic"]}
    assert topics == {"quality": 7, "conduct": None}
    assert "fewer than 5" in client.get("/transparency/?lang=en").content.decode()


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize(
    ("period", "opened"), [("2026", 4), ("2026-Q1", 4), ("2026-01", 4), ("2026-02", 0), ("2025", 0)]
)
def test_a_period_counts_what_was_in_it(client: Client, period: str, opened: int) -> None:
    found = report(client, period=period)
    assert (found["period"], found["cases"]["opened"]) == (period, opened)


@pytest.mark.usefixtures("year")
def test_page_json_and_csv_agree(client: Client) -> None:
    found = report(client, period="2026-01")
    answer = client.get("/api/v1/transparency.csv", {"period": "2026-01"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = dict(csv.reader(io.StringIO(answer.content.decode())))
    assert rows["figure"] == "value"
    assert rows["appeals.share_overturned"] == "0.5"
    assert rows["cases.by_code.PRM-01.overturned"] == "1"
    assert rows["complaints.by_topic.conduct.count"] == ""
    leaves = len(list(leaf(found)))
    assert len(rows) == leaves + 1
    page = client.get("/transparency/?period=2026-01&lang=en").content.decode()
    assert "Share overturned</dt><dd>50%" in page
    assert "transparency.csv?period=2026-01" in page


def leaf(value: Any) -> Any:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaf(one)
    else:
        yield value


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("wrong", ["2026-13", "2026-Q5", "26", "2027", "2026-03", "last", "2026-1"])
def test_a_period_that_is_none_is_refused(client: Client, wrong: str) -> None:
    assert client.get("/api/v1/transparency/", {"period": wrong}).status_code == 400
    assert client.get("/api/v1/transparency.csv", {"period": wrong}).status_code == 400
    assert client.get("/transparency/", {"period": wrong}).status_code == 400
    with pytest.raises(BadPeriod):
        period_of(wrong, public=PublicRun.objects.get())


@pytest.mark.usefixtures("year")
def test_a_december_ends_with_its_year() -> None:
    period = period_of("2025-12", public=PublicRun.objects.get())
    assert (period.start, period.end) == (date(2025, 12, 1), date(2026, 1, 1))
    assert period_of("2025-Q4", public=PublicRun.objects.get()).start == date(2025, 10, 1)
