"""Both doors out of the house give the same evidence, whatever the order of the rows."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from feedback import evidence, intake
from feedback.kinds import KINDS
from tests.feedback.factories import row, write
from tests.feedback.loading import load_folder, load_rows

TODAY = date(2025, 6, 1)


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        found[path.stem] = sorted(rows, key=repr)
    return found


def without_reviewers(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Who is the same person stays; by which name does not."""
    first: dict[str, str] = {}
    for review in sorted(found.get("reviews", []), key=lambda review: review["review_id"]):
        review["reviewer_id"] = first.setdefault(review["reviewer_id"], review["review_id"])
    return {kind: rows for kind, rows in found.items() if rows}


def random_world(folder: Path, seed: int) -> Path:
    """Small and nasty: revisions, repeats, contradictions, strangers, the future."""
    chance = random.Random(seed)
    folder.mkdir()

    def when(last: str = "2025-07-20") -> str:
        days = (date.fromisoformat(last) - date(2025, 1, 1)).days
        day = date.fromordinal(date(2025, 1, 1).toordinal() + chance.randrange(days))
        return f"{day}T{chance.randrange(24):02d}:{chance.randrange(60):02d}:00+08:00"

    def maybe(value: object) -> object:
        return value if chance.random() < 0.4 else ""

    hosts = [f"h{i}" for i in range(6)]
    worlds: dict[str, list[dict[str, object]]] = {kind: [] for kind in KINDS}
    for host in hosts[:-1]:
        worlds["influencers"].append(row("influencers", influencer_id=host, name=host, category=f"c{host[-1]}"))
        worlds["influencers"].append(
            row("influencers", influencer_id=host, name=host, category="new", updated_at=when(), agency=maybe("Star"))
        )
    for number in range(40):
        of = {"influencer_id": chance.choice(hosts), "updated_at": maybe(when()), "received_at": maybe(when())}
        ref = f"{number % 17}"
        worlds["accounts"].append(row("accounts", account_id=f"a{ref}", handle=f"x{number}", **of))
        worlds["sessions"].append(
            row("sessions", session_id=f"s{ref}", started_at=when(), orders=number, gmv=maybe(number / 7), **of)
        )
        worlds["reviews"].append(
            row("reviews", review_id=f"r{number}", reviewer_id=f"u{chance.randrange(9)}", created_at=when(), **of)
        )
        worlds["refunds"].append(
            row("refunds", refund_id=f"f{ref}", created_at=when(), fault=maybe("buyer"), session_id=maybe("s1"), **of)
        )
        status = chance.choice(["open", "upheld"])
        worlds["complaints"].append(row("complaints", complaint_id=f"c{ref}", status=status, **of))
        worlds["violations"].append(
            row("violations", violation_id=f"v{ref}", occurred_at=when(), **{"class": maybe("A")}, **of)
        )
        worlds["deals"].append(row("deals", deal_id=f"d{ref}", agreed_at=when(), clawback=maybe("full"), **of))
        worlds["slots"].append(row("slots", slot_id=f"p{ref}", session_id=f"s{ref}", minutes=maybe(number)))
        worlds["orders"].append(row("orders", order_id=f"o{ref}", paid_at=when(), buyer_id=maybe("u1"), **of))
    worlds["coverage"] = [row("coverage", **{"from": maybe(when()), "complete": maybe("false") or "true"})]
    for kind, rows in worlds.items():
        rows += chance.choices(rows, k=3)
        chance.shuffle(rows)
        write(folder / f"{kind}.csv", rows)
    return folder


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_both_doors_give_the_same(tmp_path: Path, seed: int) -> None:
    world = random_world(tmp_path / "world", seed)
    files = evidence.from_files(world, until=TODAY, into=tmp_path / "a", rejects=tmp_path / "rejects.csv")
    _, rejects = load_folder(world)
    stored = evidence.snapshot(until=TODAY, into=tmp_path / "b")
    assert files.rejected == len(rejects)
    assert without_reviewers(tables(tmp_path / "a")) == without_reviewers(tables(tmp_path / "b"))
    assert {k: n for k, n in files.counts.items() if n} == {k: n for k, n in stored.counts.items() if n}
    for path in (tmp_path / "a").glob("*.parquet"):
        assert columns(path) == columns(tmp_path / "b" / path.name)


def columns(path: Path) -> list[tuple[str, str]]:
    return [(field.name, str(field.type)) for field in pq.read_schema(path)]


@pytest.mark.django_db
def test_a_world_loaded_kind_by_kind_ends_the_same(tmp_path: Path) -> None:
    world = random_world(tmp_path / "world", 11)
    whole = evidence.from_files(world, until=TODAY, into=tmp_path / "a", rejects=None)
    assert whole.counts["reviews"] > 5
    load_folder(world)
    load_folder(world)
    evidence.snapshot(until=TODAY, into=tmp_path / "b")
    assert without_reviewers(tables(tmp_path / "a")) == without_reviewers(tables(tmp_path / "b"))


def test_the_digest_knows_content_and_not_order(tmp_path: Path) -> None:
    world = random_world(tmp_path / "world", 3)
    first = evidence.from_files(world, until=TODAY, into=tmp_path / "a", rejects=None)
    lines = (world / "reviews.csv").read_text().splitlines(keepends=True)
    (world / "reviews.csv").write_text("".join([lines[0], *reversed(lines[1:])]))
    assert evidence.from_files(world, until=TODAY, into=tmp_path / "b", rejects=None).digest == first.digest
    kept = next(r["review_id"] for r in tables(tmp_path / "a")["reviews"])
    changed = [line for line in lines if not line.startswith(f"{kept},")]
    (world / "reviews.csv").write_text("".join(changed))
    assert evidence.from_files(world, until=TODAY, into=tmp_path / "c", rejects=None).digest != first.digest


@pytest.mark.django_db
def test_defaults_receipt_and_the_day_are_resolved(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, "reviews", row("reviews"))
    load_rows(tmp_path, "refunds", row("refunds", reason="late"), row("refunds", refund_id="f2", fault="buyer"))
    load_rows(tmp_path, "complaints", row("complaints"))
    load_rows(tmp_path, "violations", row("violations", code="DAT-04"))
    evidence.snapshot(until=TODAY, into=tmp_path / "out")
    found = tables(tmp_path / "out")
    (review,) = found["reviews"]
    assert review["verified"] is False
    assert review["created_at"] == review["received_at"] == 1_741_147_200_000_000  # 2025-03-05T04:00:00Z
    assert "text" not in review
    assert sorted(refund["fault"] for refund in found["refunds"]) == ["buyer", "courier"]
    assert found["complaints"][0]["fault"] == "influencer"
    assert (found["violations"][0]["class"], found["violations"][0]["subject"]) == ("A", "influencer")
    assert {c["kind"] for c in found["coverage"]} == {"reviews", "refunds", "complaints", "violations"}
    assert all(c["complete"] and c["from_us"] is None and c["until_us"] is None for c in found["coverage"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("created_at", "known"),
    [("2025-05-31T23:59:59.999999+08:00", True), ("2025-06-01T00:00:00+08:00", False), ("2025-05-31T16:00:00Z", False)],
)
def test_the_day_begins_in_shanghai(tmp_path: Path, created_at: str, known: bool) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, "reviews", row("reviews", created_at=created_at))
    assert evidence.snapshot(until=TODAY, into=tmp_path / "out").counts["reviews"] == int(known)


@pytest.mark.django_db
def test_what_was_voided_is_gone_and_what_was_revised_later_is_as_it_was(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(
        tmp_path,
        "complaints",
        row("complaints", status="open"),
        row("complaints", status="upheld", updated_at="2025-07-01T00:00:00Z"),
        row("complaints", complaint_id="c2"),
    )
    done = intake.void(
        kind=KINDS["complaints"], ids=["c2", "c9"], reason="never happened", at=datetime(2025, 8, 1, tzinfo=UTC)
    )
    assert (done.voided, done.unknown) == (1, ("c9",))
    for until, status in ((TODAY, "open"), (date(2025, 8, 1), "upheld")):
        evidence.snapshot(until=until, into=tmp_path / "out")
        assert [c["status"] for c in tables(tmp_path / "out")["complaints"]] == [status]


@pytest.mark.django_db
def test_a_file_with_a_header_only_covers_and_an_unreadable_one_does_not(tmp_path: Path) -> None:
    world = tmp_path / "world"
    world.mkdir()
    write(world / "influencers.csv", [row("influencers")])
    write(world / "sessions.csv", [row("sessions")])
    (world / "refunds.csv").write_text("refund_id,influencer_id,created_at,reason\n")
    (world / "complaints.csv").write_text("")
    files = evidence.from_files(world, until=TODAY, into=tmp_path / "a", rejects=None)
    load_folder(world)
    evidence.snapshot(until=TODAY, into=tmp_path / "b")
    assert files.rejected == 1
    for out in ("a", "b"):
        assert {c["kind"] for c in tables(tmp_path / out)["coverage"]} == {"sessions", "refunds"}


@pytest.mark.django_db
def test_a_source_that_says_what_is_covered_is_believed(tmp_path: Path) -> None:
    world = tmp_path / "world"
    world.mkdir()
    write(world / "influencers.csv", [row("influencers")])
    write(world / "refunds.csv", [row("refunds")])
    write(world / "reviews.csv", [row("reviews")])
    write(world / "coverage.csv", [row("coverage", **{"from": "2025-02-01T00:00:00Z"})])
    evidence.from_files(world, until=TODAY, into=tmp_path / "a", rejects=None)
    load_folder(world)
    evidence.snapshot(until=TODAY, into=tmp_path / "b")
    expected = [
        {"kind": "refunds", "from_us": 1_738_368_000_000_000, "until_us": None, "complete": True},
        {"kind": "reviews", "from_us": None, "until_us": None, "complete": True},
    ]
    for out in ("a", "b"):
        assert sorted(tables(tmp_path / out)["coverage"], key=lambda c: c["kind"]) == expected
