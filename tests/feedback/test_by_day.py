"""Clean evidence by day holds what a snapshot holds, each row in the folder of its day."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from feedback import evidence
from feedback.kinds import KINDS
from tests.feedback.loading import load_folder
from tests.feedback.test_evidence import random_world

TODAY = date(2025, 6, 1)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.django_db
def test_by_day_is_the_snapshot_divided(tmp_path: Path) -> None:
    load_folder(random_world(tmp_path / "world", 3))
    whole = evidence.snapshot(until=TODAY, into=tmp_path / "whole")
    for _ in range(2):  # a day that is there is written anew, and not twice
        call_command("export", "evidence", tmp_path / "days", as_of=TODAY)
    seen = 0
    for kind in KINDS.values():
        file = whole.folder / f"{kind.name}.parquet"
        if not file.exists():
            continue
        expected = pq.read_table(file).to_pylist()
        if kind.event_time is None:
            assert pq.read_table(tmp_path / "days" / f"{kind.name}.parquet").to_pylist() == expected
            continue
        found = []
        for day in (tmp_path / "days" / f"{kind.name}.parquet").glob("day=*"):
            rows = [row for part in day.iterdir() for row in pq.ParquetFile(part).read().to_pylist()]
            for row in rows:
                at = datetime.fromtimestamp(row[kind.event_time] / 1e6, CHINA)
                assert f"day={at.date()}" == day.name
            found += rows
            seen += 1
        assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert seen > 5
