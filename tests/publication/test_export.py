"""The export: one row per influencer of the public run, the same in both formats, safe in a spreadsheet."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from ratings import publication
from tests.pages.published import influencer
from tests.publication.stored import AT, stored_run


@pytest.mark.django_db
def test_scores_in_both_formats(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing is published"):
        call_command("export", "scores", tmp_path)
    evil, plain = influencer("=cmd|' /C calc'!A0", handle="evil"), influencer("周小满")
    publication.publish(run=stored_run({evil: 90.5, plain: None}), at=AT)
    for form in ("parquet", "csv"):
        call_command("export", "scores", tmp_path / "out", "--format", form)
    rows = pq.read_table(tmp_path / "out/scores.parquet").to_pylist()
    assert [row["name"] for row in rows] == [evil.name, plain.name]
    assert (rows[0]["score"], rows[0]["rank"], rows[1]["rank"], rows[1]["grade"]) == (90.5, 1, None, None)
    with (tmp_path / "out/scores.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines[0]["name"] == "'" + evil.name
    assert [line["score"] for line in lines] == [str(row["score"]) for row in rows]
    assert list(lines[0]) == list(rows[0])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["scores.csv", "scores.parquet"]


@pytest.mark.django_db
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    publication.publish(run=stored_run({influencer("A"): 90.5}), at=AT)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export", "scores", tmp_path / "file" / "out")
