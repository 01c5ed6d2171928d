"""The real chain: files → database → rating → public document, equal to rating the files alone."""

import dataclasses
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from influencers.models import Influencer
from ratings import cards, publication, runs
from ratings.models import HistoryPoint, PolicyVersion, PublicDocument, Run, Scorecard
from ratings.scoring.policy import CURRENT
from tests.feedback.loading import load_folder

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    size = ("--influencers", "40", "--days", "120", "--seed", "11", "--until", str(DAY))
    call_command("demo_world", str(folder), *size, verbosity=0)
    return folder


@pytest.fixture
def impatient() -> None:
    """Whatever waits for itself fails, and does not hang."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")


def test_rating_the_database_equals_rating_the_files(world: Path, tmp_path: Path, impatient: None) -> None:
    _summaries, rejects = load_folder(world)
    assert rejects == []
    steps: list[str] = []
    run = runs.rate(as_of=DAY, at=AT, progress=steps.append)
    assert steps[0] == "evidence"
    assert steps[-1] == "rows"
    call_command("score_files", str(world), "--as-of", str(DAY), "--out", str(tmp_path / "scores.json"))
    scores = json.loads((tmp_path / "scores.json").read_bytes())
    assert run.digest == scores["digest"]
    assert run.influencers == len(scores["influencers"])
    stored = {card.influencer.source_id: card for card in run.scorecards.select_related("influencer")}
    for entry in scores["influencers"]:
        card = stored[entry["influencer_id"]]
        assert card.status == entry["status"]
        assert card.rank == entry["overall"]["rank"]
        for key in ("overall", "contributions", "grade_cap"):
            assert card.card[key] == entry[key]
    shown = {session["session_id"] for card in stored.values() for session in card.card["traffic"]}
    assert shown <= {session["session_id"] for session in scores["sessions"]}
    assert sorted(card.position for card in stored.values()) == list(range(1, len(stored) + 1))


def test_the_planner_knows_a_new_run_at_once(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MANY", 40)
    load_folder(world)
    run = runs.rate(as_of=DAY, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'ratings_scorecard' AND attname = 'run_id'"
        )
        assert cursor.fetchone() == (f"{{{run.pk}}}",)


def test_what_is_published_is_what_was_rated(world: Path, impatient: None) -> None:
    load_folder(world)
    run = runs.rate(as_of=DAY, at=AT)
    publication.publish(run=run, at=AT)
    assert PublicDocument.objects.count() == Influencer.objects.count() == run.influencers
    for document in PublicDocument.objects.all():
        data = document.data
        points = sum(Decimal(str(part["points"])) for part in data["contributions"])
        assert points == Decimal(str(data["overall"]["score"]))
        assert len(data["traffic"]) <= runs.JUDGED_SESSIONS
        starts = [session["started_at"] for session in data["traffic"]]
        assert starts == sorted(starts, reverse=True)
        assert set(data["evidence"]) == {"counts", "verified_share", "held_down", "held_down_fast"}
    assert HistoryPoint.objects.filter(run=run).count() == run.influencers


def test_a_run_that_fails_leaves_nothing(world: Path, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_folder(world)
    encode, seen = cards.encode, []

    def breaks(document: dict[str, object]) -> str:
        seen.append(document)
        if len(seen) == 20:
            raise RuntimeError("disk full")
        return encode(document)

    monkeypatch.setattr(cards, "encode", breaks)
    with pytest.raises(RuntimeError, match="disk full"):
        runs.rate(as_of=DAY, at=AT)
    assert not Run.objects.exists()
    assert not Scorecard.objects.exists()
    assert not PolicyVersion.objects.exists()


def test_nobody_to_rate(impatient: None) -> None:
    with pytest.raises(CommandError, match="nobody to rate"):
        call_command("rate", "--as-of", str(DAY))
    assert not Run.objects.exists()


def test_a_stored_policy_never_changes(world: Path, impatient: None) -> None:
    assert runs.policy_version(policy=CURRENT, at=AT).document == json.loads(json.dumps(CURRENT.document()))
    other = dataclasses.replace(CURRENT, half_life=CURRENT.half_life / 2)
    with pytest.raises(runs.CannotRate, match="give the changed one a version of its own"):
        runs.policy_version(policy=other, at=AT)
    assert runs.policy_version(policy=dataclasses.replace(other, version="2026.2"), at=AT).version == "2026.2"


def test_the_commands_say_what_happened(
    world: Path, tmp_path: Path, impatient: None, capsys: pytest.CaptureFixture[str]
) -> None:
    load_folder(world)
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({**CURRENT.document(), "version": "2026.1-same"}), encoding="utf-8")
    call_command("rate", "--as-of", str(DAY), "--publish", "--policy", str(policy))
    first = Run.objects.get()
    assert (first.policy_id, first.as_of) == ("2026.1-same", DAY)
    assert f"Run {first.pk}: {first.rated} rated" in (said := capsys.readouterr().out)
    assert "It is public." in said
    call_command("rate", "--as-of", "2026-02-01")
    second = Run.objects.latest("pk")
    assert f"manage.py publish {second.pk}" in capsys.readouterr().out
    call_command("publish", str(second.pk))
    assert f"Run {second.pk}, as of 2026-02-01, is public" in capsys.readouterr().out
    call_command("unpublish")
    assert f"Run {first.pk}, as of {DAY}, is public again" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "x"}', '{"version": "x", "constants": [{"name": "no"}]}'])
def test_a_policy_file_that_is_none(tmp_path: Path, text: str) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="is not a policy document"):
        call_command("rate", "--policy", str(policy))
    with pytest.raises(CommandError, match="There is no run 12345"):
        call_command("publish", "12345")
