"""The eleven stories: no score is set by hand, each outcome follows from its evidence."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from feedback import evidence
from ratings.rating import Scores, rate_evidence
from ratings.worlds.canonical import write_canonical
from ratings.worlds.demo import demo_tables
from ratings.worlds.stories import STORIES, tell
from ratings.worlds.stories.draft import Row

UNTIL = date(2026, 11, 22)


@cache
def told() -> tuple[dict[str, pa.Table], list[Row]]:
    rows, calls = tell(UNTIL)
    return demo_tables(n=200, seed=1, until=UNTIL, stories=rows)[0], calls


def judged(tables: dict[str, pa.Table], day: date) -> Scores:
    """Rates tables the way files are: written, read, judged row by row, nothing rejected."""
    with TemporaryDirectory() as room:
        write_canonical(tables, Path(room) / "files")
        found = evidence.from_files(Path(room) / "files", until=day, into=Path(room) / "clean", rejects=None)
        assert found.rejected == 0
        return rate_evidence(Path(room) / "clean", as_of=day, explain="none")


@cache
def rated(ago: int = 0) -> Scores:
    return judged(told()[0], UNTIL - timedelta(days=ago))


@cache
def cards(ago: int = 0) -> dict[str, dict[str, Any]]:
    return {entry["influencer_id"]: entry for entry in rated(ago).entries("none")}


def card(number: int, ago: int = 0) -> dict[str, Any]:
    return cards(ago)[f"story-{number:02d}"]


def without(kind: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    tables = dict(told()[0])
    rows = tables[kind]
    tables[kind] = rows.filter(pc.invert(pc.is_in(rows[rows.column_names[0]], pa.array(ids))))
    return {entry["influencer_id"]: entry for entry in judged(tables, UNTIL).entries("none")}


def calls(verb: str, number: int) -> list[Row]:
    return [c for c in told()[1] if c["verb"] == verb and c["influencer_id"] == f"story-{number:02d}"]


def test_there_are_eleven_in_order() -> None:
    assert [story(UNTIL).id for story in STORIES] == [f"story-{k:02d}" for k in range(1, 12)]


def test_01_the_famous_show_is_flagged_and_its_grade_capped() -> None:
    shows = [s for s in rated().sessions if s["influencer_id"] == "story-01"]
    famous = max(shows, key=lambda s: s["shown"])
    assert famous["shown"] == 3_110_000
    assert famous["flagged"]
    assert 0.03 <= famous["real"] / famous["shown"] <= 0.06
    assert card(1)["status"] == "rated"
    assert card(1)["grade_cap"]["code"] == "flagged_sessions"
    assert card(1)["overall"]["grade"] == "C"
    assert card(1)["peer_group"] == "beauty/large"


def test_02_the_farm_shop_outranks_the_famous_one() -> None:
    small, famous = card(2), card(1)
    assert small["overall"]["rank"] < famous["overall"]["rank"]
    assert small["overall"]["grade"] in {"A", "A+"}
    orders = pc.sum(_of("sessions", 2)["orders"]).as_py()
    assert 420 <= orders <= 540  # about 40 a month


def test_03_without_the_malicious_refunds_the_score_recovers() -> None:
    (void,) = calls("void", 3)
    assert 400 <= len(void["ids"]) <= 420
    assert void["kind"] == "refunds"
    before, after = card(3), without("refunds", void["ids"])["story-03"]
    gain = after["dimensions"]["after_sales"]["score"] - before["dimensions"]["after_sales"]["score"]
    # they are a tenth of all orders, and returned by the buyer's choice: a tenth of a fault each
    assert 1 < gain < 3
    assert 0 < after["overall"]["score"] - before["overall"]["score"] < 1
    assert before["overall"]["grade"] == after["overall"]["grade"]


def test_04_the_warning_counts_until_it_is_overturned() -> None:
    (call,) = calls("overturn", 4)
    (violation,) = call["ids"]
    (warning,) = calls("warn", 4)
    assert (warning["ids"], warning["code"]) == ([violation], "PRC-01")
    states = [r["status"] for r in _of("violations", 4).to_pylist()]
    assert states == ["alleged", "confirmed"]
    gone = without("violations", [violation])["story-04"]
    assert gone["dimensions"]["compliance"]["score"] > card(4)["dimensions"]["compliance"]["score"] + 2


def test_05_the_newcomer_is_provisional() -> None:
    assert card(5)["status"] == "provisional"
    assert card(5)["overall"]["grade"] is None
    assert _of("sessions", 5).num_rows == 2


def test_06_the_returns_are_high_and_usual_for_the_category() -> None:
    orders = pc.sum(_of("sessions", 6)["orders"]).as_py()
    assert _of("refunds", 6).num_rows / orders == pytest.approx(0.68, abs=0.04)
    peers = [c for c in cards().values() if c["peer_group"].startswith("womenswear/")]
    below = [
        c for c in peers if c["dimensions"]["after_sales"]["score"] < card(6)["dimensions"]["after_sales"]["score"]
    ]
    assert len(below) > len(peers) / 4
    assert card(6)["overall"]["grade"] in {"B", "A"}


def test_07_the_brushed_shows_sell_far_more_than_their_audience_supports() -> None:
    rows = _of("sessions", 7).to_pylist()
    brushed = [r for r in rows if r["orders"] > 500]
    assert len(brushed) == 3
    assert all(r["orders"] / r["viewers"] > 0.2 for r in brushed)
    scores = rated()
    ((_people, observed),) = scores.seen.each()  # a world of this size is one part
    factor = dict(zip(scores.gathered.sums.sessions.ids, observed.support.session, strict=True))
    assert max(factor[r["session_id"]] for r in brushed) < 0.25
    assert min(factor[r["session_id"]] for r in rows if r["orders"] < 100) > 0.5
    # what was bought gained nothing: without these shows it stands no lower
    gone = without("sessions", [r["session_id"] for r in brushed])["story-07"]
    assert card(7)["overall"]["score"] < gone["overall"]["score"] + 0.5
    assert card(7)["peer_group"] == gone["peer_group"]
    assert card(7)["overall"]["percentile"] < 15


def test_08_the_qualification_has_expired() -> None:
    (row,) = _of("influencers", 8).to_pylist()
    assert row["qualification_expires"] < (UNTIL - date(1970, 1, 1)).days
    assert card(8)["status"] == "rated"


def test_09_a_cured_notice_takes_no_points() -> None:
    (row,) = _of("violations", 9).to_pylist()
    assert (row["code"], row["status"]) == ("AIG-01", "alleged")
    assert without("violations", [row["violation_id"]])["story-09"]["overall"] == card(9)["overall"]
    assert all(_of("sessions", 9)["ai_host"].to_pylist())


def test_10_from_d_to_b_in_half_a_year() -> None:
    before, now = card(10, 180)["overall"], card(10)["overall"]
    assert before["grade"] == "D"
    assert now["grade"] == "B"


def test_11_bought_praise_comes_from_few_accounts() -> None:
    rows = _of("reviews", 11).to_pylist()
    bought = [r for r in rows if "drip" in r["reviewer_id"]]
    assert len(bought) > len(rows) / 3
    assert len({r["reviewer_id"] for r in bought}) == 24
    gone = without("reviews", [r["review_id"] for r in bought])["story-11"]
    honest = [r for r in rows if "drip" not in r["reviewer_id"]]
    plain = 25 * (mean(r["service"] for r in rows) - mean(r["service"] for r in honest))
    assert plain > 10  # points that a plain mean moves
    moved = card(11)["dimensions"]["service_attitude"]["score"] - gone["dimensions"]["service_attitude"]["score"]
    assert moved < plain / 4
    assert card(11)["overall"]["score"] - gone["overall"]["score"] < 1.5
    assert rated().evidence_counts["story-11"]["held_down"] > len(bought) * 0.8


def test_calls_are_dated_and_can_be_sent_as_lines() -> None:
    for call in told()[1]:
        assert call["at"].endswith("+08:00")
        assert json.loads(json.dumps(call)) == call


def _of(kind: str, number: int) -> pa.Table:
    rows = told()[0][kind]
    return rows.filter(pc.equal(rows["influencer_id"], f"story-{number:02d}"))
