"""A change of policy: looked at before, published, and lived with after."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import comparison, ledger, live, publication, runs
from ratings.close import close, due
from ratings.models import HistoryPoint, PolicyVersion, PublicDocument, PublicRun, ReviewTrust, Run, Scorecard
from ratings.scoring.policy import CURRENT, Policy
from tests.feedback.loading import load_folder

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
STRICT = dataclasses.replace(CURRENT, version="2026.1-strict", trust_unverified=0.1, points_violation_d=8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    size = ("--influencers", "25", "--days", "100", "--seed", "11", "--until", str(DAY + timedelta(days=3)))
    call_command("demo_world", str(folder), *size, verbosity=0)
    return folder


@pytest.fixture
def public(world: Path) -> Run:
    ledger._state_named.cache_clear()
    publication.serving.forget()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
    load_folder(world)
    run = close(day=DAY - timedelta(days=1), at=AT)
    assert run is not None
    return run


def written(folder: Path, policy: Policy) -> str:
    path = folder / f"{policy.version}.json"
    path.write_text(json.dumps(policy.document()), encoding="utf-8")
    return str(path)


def stored() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Run, Scorecard, PolicyVersion, HistoryPoint, ReviewTrust))


def test_a_comparison_says_who_moves_and_why_and_stores_nothing(
    public: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored()
    out = tmp_path / "moves.json"
    call_command("rate", "--policy", written(tmp_path, STRICT), "--compare", "--out", str(out))
    said = capsys.readouterr().out
    assert "points_violation_d: 2 → 8" in said
    assert "trust_unverified: 0.4 → 0.1" in said
    assert "Nothing was stored." in said
    assert stored() == before
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["before"], found["after"], found["as_of"]) == ("2026.1", "2026.1-strict", "2026-03-01")
    cards = {card.influencer.source_id: card for card in public.scorecards.select_related("influencer")}
    assert {move["influencer_id"] for move in found["moves"]} == set(cards)
    for move in found["moves"]:
        card = cards[move["influencer_id"]]
        assert (move["score"][0], move["rank"][0], move["name"]) == (card.score, card.rank, card.name)
        assert move["moved"] == pytest.approx(move["score"][1] - move["score"][0], abs=1e-4)
        assert sum(move["by_channel"].values()) == pytest.approx(move["moved"], abs=1e-3)
        assert set(move["by_constant"]) == {"trust_unverified", "points_violation_d", "together"}
        assert sum(move["by_constant"].values()) == pytest.approx(move["moved"], abs=1e-3)
    sizes = [abs(move["moved"]) for move in found["moves"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    assert found["summary"]["moved_up"] == sum(move["moved"] > 0 for move in found["moves"])
    assert 0 < found["summary"]["kendall_tau"] < 1


def test_the_comparison_is_what_publishing_gives(public: Run, tmp_path: Path) -> None:
    expected = comparison.compare(as_of=DAY, before=CURRENT, after=STRICT)
    call_command("rate", "--policy", written(tmp_path, STRICT), "--as-of", str(DAY), "--publish")
    cards = Scorecard.objects.filter(run=PublicRun.objects.get().run).select_related("influencer")
    given = {card.influencer.source_id: (card.score, card.grade or None, card.rank) for card in cards}
    assert given == {m["influencer_id"]: (m["score"][1], m["grade"][1], m["rank"][1]) for m in expected.moves}


def test_one_constant_explains_all_of_a_move(public: Run) -> None:
    other = dataclasses.replace(CURRENT, version="x", weight_refund=0.0, weight_complaint=0.2)
    found = comparison.compare(as_of=DAY, before=CURRENT, after=other)
    for move in found.moves:
        assert list(move["by_constant"]) == ["weights"]
        assert move["by_constant"]["weights"] == pytest.approx(move["moved"], abs=1e-3)
        moved = {name for name, value in move["by_channel"].items() if abs(value) > 1e-4}
        assert moved <= {"after_sales/refund", "after_sales/complaint"}


def test_the_table_as_csv(public: Run, tmp_path: Path) -> None:
    out = tmp_path / "moves.csv"
    call_command("rate", "--policy", written(tmp_path, STRICT), "--compare", "--out", str(out), "--top", "3")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == public.influencers
    assert math.isclose(
        float(rows[0]["score_after"]) - float(rows[0]["score_before"]), float(rows[0]["moved"]), abs_tol=1e-4
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--compare",), "--compare needs --policy"),
        (("--compare", "--policy", "built-in", "--publish"), "leave out --publish"),
        (("--compare", "--policy", "built-in", "--out", "x.txt"), "must end with .csv or .json"),
        (("--out", "x.csv"), "--out belongs to --compare"),
    ],
)
def test_options_that_do_not_go_together(given: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("rate", *given)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"name": "half_lif", "value": 90}], r"constants\[0\]: unknown constant 'half_lif'; is it 'half_life'\?"),
        ([{"name": "half_life", "value": 1}], "half_life must lie between 7 and 3650, not 1"),
        ([{"name": "half_life"}], r'constants\[0\] must be an object with "name" and "value"'),
        ([{"name": "half_life", "value": 90}] * 2, r"constants\[1\]: half_life is set a second time"),
        ([{"name": "links", "value": 1}], "links must be true or false"),
        ([{"name": "tier_days", "value": 99.5}], "tier_days must be a whole number"),
        ([{"name": "half_life", "value": "long"}], "half_life must be a number, not 'long'"),
        ([{"name": "weight_refund", "value": 0.2}], "the weights must add up to 1"),
    ],
)
def test_a_bad_policy_says_where_and_what_to_do(tmp_path: Path, rows: list[dict[str, Any]], said: str) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"version": "x", "constants": rows}), encoding="utf-8")
    with pytest.raises(CommandError, match=said) as error:
        call_command("rate", "--policy", str(path), "--compare")
    assert "change only values and the version" in str(error.value)


def test_changed_constants_need_a_version_of_their_own(tmp_path: Path) -> None:
    same = dataclasses.replace(STRICT, version=CURRENT.version)
    with pytest.raises(CommandError, match="give the changed one a version of its own"):
        call_command("rate", "--policy", written(tmp_path, same), "--compare")


def test_old_cards_stay_under_the_version_they_were_made_with(public: Run, tmp_path: Path, client: Client) -> None:
    slug = PublicDocument.objects.order_by("slug")[0].slug
    old = client.get(f"/api/v1/influencers/{slug}/scorecard/").json()
    run = live_switch(tmp_path, at=AT + timedelta(days=1))
    assert run.policy_id == STRICT.version
    for version, trust in (("2026.1", 0.4), ("2026.1-strict", 0.1)):
        document = client.get(f"/api/v1/methodology/{version}/").json()
        values = {row["name"]: row["value"] for row in document["constants"]}
        assert (document["version"], values["trust_unverified"]) == (version, trust)
    assert client.get("/api/v1/methodology/").json()["version"] == STRICT.version
    now = client.get(f"/api/v1/influencers/{slug}/scorecard/").json()
    assert (old["policy"], now["policy"]) == ("2026.1", "2026.1-strict")
    points = client.get(f"/api/v1/influencers/{slug}/history/").json()["results"]
    assert [point["policy"] for point in points] == ["2026.1-strict", "2026.1"]
    then = client.get(f"/api/v1/influencers/{slug}/scorecard/", {"at": old["as_of"]}).json()
    assert (then["policy"], then["overall"]) == ("2026.1", old["overall"])


def live_switch(folder: Path, *, at: datetime) -> Run:
    """The other policy published on the day after the first close, as the command does it."""
    path = written(folder, STRICT)
    as_of = DAY + timedelta(days=(at - AT).days)
    call_command("rate", "--policy", path, "--as-of", str(as_of), "--publish", "--rebuild")
    return PublicRun.objects.get().run


def test_live_close_and_rebuild_follow_the_policy_in_force(public: Run, tmp_path: Path) -> None:
    run = live_switch(tmp_path, at=AT)
    assert ledger.judged_under() == STRICT.version
    assert ledger.replayed() == ReviewTrust.objects.count() > 100
    everyone = list(Influencer.objects.values_list("pk", flat=True))
    cards = {c.influencer_id: c.card for c in run.scorecards.all()}
    for found in live.recount(influencers=everyone, as_of=DAY, run=run):
        assert json.loads(json.dumps(found.card)) == cards[found.about.pk]
    host = PublicDocument.objects.order_by("slug")[0]
    while live.take_up(at=AT):
        pass
    before = PublicDocument.objects.get(pk=host.pk).data
    for number in range(3):
        worst(number, host.influencer.source_id, AT - timedelta(minutes=3 - number))
    assert live.take_up(at=AT) == 1
    after = PublicDocument.objects.get(pk=host.pk).data
    assert after["overall"]["score"] < before["overall"]["score"]
    assert after["policy"] == STRICT.version
    assert due(at=AT + timedelta(days=1)) == DAY
    assert close(day=DAY, at=AT + timedelta(days=1)) is not None
    assert ledger.last_day() == (DAY - date(1970, 1, 1)).days
    assert PublicRun.objects.get().run.policy_id == STRICT.version
    assert ledger.replayed() == ReviewTrust.objects.count()


def worst(number: int, host: str, at: datetime) -> None:
    marks = dict.fromkeys(("professionalism", "service", "as_described"), 1)
    row = {"review_id": f"new-{number}", "influencer_id": host, "reviewer_id": f"buyer-{number}", "created_at": at}
    record_own(kind=KINDS["reviews"], row={**row, **marks, "verified": True}, at=at)


def test_going_back_to_the_old_policy_judges_under_it_again(public: Run, tmp_path: Path) -> None:
    trust = dict(ReviewTrust.objects.values_list("review_id", "trust"))
    live_switch(tmp_path, at=AT)
    assert dict(ReviewTrust.objects.values_list("review_id", "trust")) != trust
    publication.unpublish(at=AT)
    worst(1, PublicDocument.objects.order_by("slug")[0].influencer.source_id, AT - timedelta(minutes=1))
    assert live.take_up(at=AT) == 0  # waits: the days are judged under the policy withdrawn
    assert due(at=AT) == DAY - timedelta(days=1)
    close(day=DAY - timedelta(days=1), at=AT)
    assert PublicRun.objects.get().run.policy_id == "2026.1"
    assert PublicRun.objects.get().run.digest == public.digest
    assert dict(ReviewTrust.objects.values_list("review_id", "trust")) == trust
    assert ledger.replayed() == len(trust)


def test_a_policy_that_cannot_be_read_any_more_is_named(public: Run) -> None:
    version = PolicyVersion.objects.get(version="2026.1")
    version.document = {"version": "2026.1", "constants": [{"name": "gone", "value": 1}]}
    version.save()
    with pytest.raises(runs.CannotRate, match=r"2026\.1, which is in force, cannot be read by this release"):
        runs.policy_in_force()
