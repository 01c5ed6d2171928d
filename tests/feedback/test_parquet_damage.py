"""A Parquet file whose last part is wrong: good rows are kept, the rest is named, and the mended file completes it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feedback.ingest import tables
from feedback.models import Review
from tests.feedback.factories import row
from tests.feedback.loading import load_file, load_rows

pytestmark = pytest.mark.django_db
GROUP, GROUPS = 100, 5
ALL = GROUP * GROUPS


@pytest.fixture(autouse=True)
def influencer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", GROUP)
    load_rows(tmp_path, "influencers", row("influencers"))


def write(path: Path, *, last: str | None = None) -> Path:
    """Row groups of reviews; the service marks of the last one may be something else."""
    rows = [row("reviews", review_id=f"r{number}") for number in range(ALL)]
    columns = {name: [str(found[name]) for found in rows] for name in rows[0]}
    if last is not None:
        columns["service"][-GROUP:] = [last] * GROUP
    pq.write_table(pa.table(columns), path, row_group_size=GROUP, compression="none")
    return path


def test_a_wrong_type_in_the_last_row_group_costs_its_rows_alone(tmp_path: Path) -> None:
    done = load_file(write(tmp_path / "reviews.parquet", last="five"), "reviews")
    assert done.counts == {"rows": ALL, "loaded": ALL - GROUP, "rejected": GROUP}
    assert {reject["reason"] for reject in done.rejects} == {'"five" is not a whole number'}
    assert [int(reject["line"]) for reject in done.rejects] == list(range(ALL - GROUP + 1, ALL + 1))
    again = load_file(write(tmp_path / "reviews.parquet"), "reviews")
    assert again.counts == {"rows": ALL, "loaded": GROUP, "duplicate": ALL - GROUP}
    assert Review.objects.count() == ALL


def test_a_damaged_last_row_group_is_named_and_the_whole_file_completes_it(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.parquet")
    data = bytearray(path.read_bytes())
    start = min(
        pq.ParquetFile(path).metadata.row_group(GROUPS - 1).column(0).dictionary_page_offset or 10**9,
        pq.ParquetFile(path).metadata.row_group(GROUPS - 1).column(0).data_page_offset,
    )
    data[start : start + 40] = b"\xff" * 40
    (tmp_path / "reviews.parquet").write_bytes(data)
    done = load_file(path, "reviews")
    assert done.counts == {"rows": ALL - GROUP + 1, "loaded": ALL - GROUP, "rejected": 1}
    assert int(done.rejects[0]["line"]) == ALL - GROUP + 1
    assert "the Parquet data is damaged" in done.rejects[0]["reason"]
    again = load_file(write(tmp_path / "reviews.parquet"), "reviews")
    assert again.counts == {"rows": ALL, "loaded": GROUP, "duplicate": ALL - GROUP}
