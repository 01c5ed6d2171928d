"""The stories come out by ordinary verbs at the times they carry, and playing them twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from feedback.models import Refund, Violation
from ratings import publication, runs
from ratings.governance.alerts import watch_close
from ratings.models import Alert, Contest, PublicDocument, Run, Scorecard
from ratings.models.governance import Action, Appeal, Event, Standing
from ratings.worlds.canonical import write_canonical
from ratings.worlds.demo import demo_tables
from ratings.worlds.playing import calls_of, play
from ratings.worlds.stories import tell
from ratings.worlds.stories.draft import Row

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
UNTIL = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)  # 12:00 in the policy's time zone


def public(name: str) -> dict[str, Any]:
    found: dict[str, Any] = PublicDocument.objects.get(influencer__source_id=name).data
    return found


def rated(as_of: date, at: datetime) -> Run:
    run = runs.rate(as_of=as_of, at=at)
    publication.publish(run=run, at=at)
    return run


def compliance(run: Run, name: str) -> float:
    return Scorecard.objects.get(run=run, influencer__source_id=name).compliance


@pytest.fixture
def calls(tmp_path: Path) -> list[Row]:
    """A small world with the stories, loaded as `make demo` loads it."""
    rows, told = tell(UNTIL)
    write_canonical(demo_tables(n=40, seed=1, until=UNTIL, stories=rows)[0], tmp_path / "world")
    call_command("ingest", "--dir", str(tmp_path / "world"))
    return told


def test_the_stories_come_out(calls: list[Row]) -> None:
    (void,) = (call for call in calls if call["verb"] == "void")
    assert [call["verb"] for call in play(calls=calls, now=NOON)] == [
        *("warn", "notice", "cure", "appeal", "contest", "void"),
    ]
    log = list(Event.objects.values_list("pk", "kind"))
    assert play(calls=calls, now=NOON) == []
    assert list(Event.objects.values_list("pk", "kind")) == log
    first = rated(UNTIL, NOON)

    # 3: contested, and voided in full
    assert Refund.objects.filter(source_id__in=void["ids"], voided_at=None).count() == 0
    assert set(Contest.objects.values_list("state", "influencer__source_id")) == {("upheld", "story-03")}
    # 4: a public warning, under appeal
    (row,) = public("story-04")["standing"]
    assert (row["level"], row["appeal"]["status"]) == ("L1", "under_appeal")
    # 8: an alert
    watch_close(at=NOON)
    assert Alert.objects.get(influencer__source_id="story-08", rule="expired").state == "open"
    # 9: cured, no points
    notice = Action.objects.get(influencer__source_id="story-09")
    assert (notice.level, notice.state) == ("L0", "cured")
    assert Standing.objects.get(influencer__source_id="story-09").balance == 100
    assert public("story-09")["standing"] == []

    # 4, two days on: overturned, corrected at the next close
    later = NOON + timedelta(days=2)
    assert [call["verb"] for call in play(calls=calls, now=later)] == ["overturn"]
    assert Appeal.objects.get().outcome == "overturned"
    assert Violation.objects.get(influencer__source_id="story-04").status == "overturned"
    assert Standing.objects.get(influencer__source_id="story-04").balance == 100
    second = rated(UNTIL + timedelta(days=2), later)
    (row,) = public("story-04")["standing"]
    assert row["overturned"]["on"] == "2026-11-23"
    assert compliance(second, "story-04") > compliance(first, "story-04") + 2


def test_what_lies_ahead_waits(calls: list[Row]) -> None:
    assert play(calls=calls, now=NOON - timedelta(days=60)) == []
    assert not Action.objects.exists()


def test_lines_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "story.jsonl"
    path.write_text('{"at": "2026-01-01T10:00:00+08:00", "verb": "warn", "influencer_id": "x"}\n\n', encoding="utf-8")
    assert calls_of(path) == [{"at": "2026-01-01T10:00:00+08:00", "verb": "warn", "influencer_id": "x"}]
