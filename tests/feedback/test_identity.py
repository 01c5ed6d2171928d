"""The same id: duplicates once, later revisions replace, contradictions are refused, and order never matters."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from feedback.models import Complaint, Revision
from tests.feedback.factories import row, write
from tests.feedback.loading import load_folder, load_rows

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = (f"2025-0{month}-20T00:00:00+08:00" for month in (3, 4, 5))


@pytest.fixture(autouse=True)
def influencer(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))


def complaint(**values: Any) -> dict[str, object]:
    return row("complaints", **values)


def state() -> tuple[Any, ...]:
    current = [(c.source_id, c.status, c.updated_at) for c in Complaint.objects.order_by("source_id")]
    history = [
        (r.source_id, r.row["status"], r.updated_at) for r in Revision.objects.order_by("source_id", "updated_at")
    ]
    return current, history


def test_loaded_twice_counts_as_duplicates(tmp_path: Path) -> None:
    rows = [complaint(complaint_id=f"c{i}") for i in range(3)]
    assert load_rows(tmp_path, "complaints", *rows).counts == {"rows": 3, "loaded": 3}
    before = state()
    assert load_rows(tmp_path, "complaints", *rows).counts == {"rows": 3, "duplicate": 3}
    assert state() == before


def test_a_row_twice_in_one_file_counts_once(tmp_path: Path) -> None:
    assert load_rows(tmp_path, "complaints", complaint(), complaint()).counts == {
        "rows": 2,
        "loaded": 1,
        "duplicate": 1,
    }


REVISIONS = [
    complaint(status="open"),
    complaint(status="upheld", updated_at=MARCH),
    complaint(status="rejected", updated_at=APRIL),
]


def test_a_later_revision_replaces_and_the_older_stays_as_history(tmp_path: Path) -> None:
    for revision in REVISIONS:
        assert load_rows(tmp_path, "complaints", revision).counts == {"rows": 1, "loaded": 1}
    current, history = state()
    assert [status for _, status, _ in current] == ["rejected"]
    assert [status for _, status, _ in history] == ["upheld", "open"]  # PostgreSQL sorts null last


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_revisions_end_in_the_same_state_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    counts = [load_rows(tmp_path, "complaints", REVISIONS[i]).counts for i in order]
    latest = -1
    for i, count in zip(order, counts, strict=True):
        assert count == {"rows": 1, "loaded" if i > latest else "older": 1}
        latest = max(latest, i)
    current, history = state()
    assert [status for _, status, _ in current] == ["rejected"]
    assert sorted(status for _, status, _ in history) == ["open", "upheld"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_revisions_in_one_file_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    rows = [REVISIONS[i] for i in order]
    assert load_rows(tmp_path, "complaints", *rows).counts == {"rows": 3, "loaded": 1, "older": 2}
    assert load_rows(tmp_path, "complaints", *rows).counts == {"rows": 3, "duplicate": 3}
    current, history = state()
    assert [status for _, status, _ in current] == ["rejected"]
    assert sorted(status for _, status, _ in history) == ["open", "upheld"]


def test_a_contradiction_in_one_file_takes_all_of_its_rows(tmp_path: Path) -> None:
    done = load_rows(
        tmp_path, "complaints", complaint(status="open"), complaint(status="upheld"), complaint(complaint_id="c2")
    )
    assert done.counts == {"rows": 3, "loaded": 1, "rejected": 2}
    assert [reason.split(":")[0] for reason in done.reasons] == ["2 complaint_id", "3 complaint_id"]
    assert [found[0] for found in state()[0]] == ["c2"]


def test_a_contradiction_does_not_take_other_revisions_with_it(tmp_path: Path) -> None:
    done = load_rows(
        tmp_path,
        "complaints",
        complaint(status="open"),
        complaint(status="upheld", updated_at=MARCH),
        complaint(status="rejected", updated_at=MARCH),
    )
    assert done.counts == {"rows": 3, "loaded": 1, "rejected": 2}
    assert [status for _, status, _ in state()[0]] == ["open"]


@pytest.mark.parametrize("updated_at", ["", MARCH])
def test_what_is_stored_stays_against_other_content(tmp_path: Path, updated_at: str) -> None:
    load_rows(tmp_path, "complaints", complaint(status="open", updated_at=updated_at))
    done = load_rows(tmp_path, "complaints", complaint(status="upheld", updated_at=updated_at))
    assert done.counts == {"rows": 1, "rejected": 1}
    assert "later updated_at" in done.reasons[0]
    assert [status for _, status, _ in state()[0]] == ["open"]


def test_history_is_compared_too(tmp_path: Path) -> None:
    load_rows(tmp_path, "complaints", *REVISIONS)
    assert load_rows(tmp_path, "complaints", REVISIONS[1]).counts == {"rows": 1, "duplicate": 1}
    other = complaint(status="withdrawn", updated_at=MARCH)
    assert load_rows(tmp_path, "complaints", other).counts == {"rows": 1, "rejected": 1}


def test_a_void_stays_through_a_revision(tmp_path: Path) -> None:
    load_rows(tmp_path, "complaints", REVISIONS[0])
    Complaint.objects.update(voided_at="2025-06-01T00:00:00Z", void_reason="never happened")
    load_rows(tmp_path, "complaints", REVISIONS[1])
    assert Complaint.objects.get().voided_at is not None


def test_a_folder_is_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "influencers.csv", [row("influencers", influencer_id="h7")])
    write(folder / "complaints.csv", [complaint(complaint_id="c1", influencer_id="h7")])
    (folder / "complaints.jsonl").write_text(
        '{"complaint_id": "c1", "influencer_id": "h7", "created_at": "2025-03-07T12:00:00+08:00", '
        '"severity": "severe", "status": "open"}\n'
    )
    summaries, rejects = load_folder(folder)
    assert {summary.file: (summary.loaded, summary.rejected) for summary in summaries} == {
        "influencers.csv": (1, 0),
        "complaints.csv": (0, 1),
        "complaints.jsonl": (0, 1),
    }
    assert {reject["file"] for reject in rejects} == {"complaints.csv", "complaints.jsonl"}
