"""A folder of another source's files, with mapping files beside them or in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.ingest.folders import evidence_files
from feedback.ingest.mapping import MappingError

HOSTS = 'kind = "influencers"\n{file}[columns]\ninfluencer_id = "host"\nname = "host"\ncategory = {{value = "food"}}\n'


def found(folder: Path, mappings: Path | None = None) -> list[tuple[str, list[str], str | None]]:
    read = evidence_files(folder, mappings)
    return [
        (mapping.kind.name, [path.name for path in paths], mapping.columns["influencer_id"].sources[0])
        for mapping, paths in read
    ]


def test_canonical_files_come_in_the_order_in_which_they_depend_on_each_other(tmp_path: Path) -> None:
    for name in ("sessions.csv.gz", "influencers.jsonl", "reviews.parquet", "refused.csv", "notes.txt"):
        (tmp_path / name).touch()
    assert found(tmp_path) == [
        ("influencers", ["influencers.jsonl"], "influencer_id"),
        ("sessions", ["sessions.csv.gz"], "influencer_id"),
        ("reviews", ["reviews.parquet"], "influencer_id"),
    ]


def test_a_mapping_beside_a_file_says_how_to_read_it(tmp_path: Path) -> None:
    (tmp_path / "influencers.csv").touch()
    (tmp_path / "influencers.toml").write_text(HOSTS.format(file=""), encoding="utf-8")
    assert found(tmp_path) == [("influencers", ["influencers.csv"], "host")]


def test_a_mapping_from_elsewhere_may_name_the_file_it_reads(tmp_path: Path) -> None:
    data, mappings = tmp_path / "data", tmp_path / "mappings"
    data.mkdir()
    mappings.mkdir()
    (data / "Live.csv.gz").touch()
    (data / "reviews.csv").touch()
    text = HOSTS.format(file='file = "Live.csv.gz"\n')
    (mappings / "influencers.toml").write_text(text, encoding="utf-8")
    assert found(data, mappings) == [
        ("influencers", ["Live.csv.gz"], "host"),
        ("reviews", ["reviews.csv"], "influencer_id"),
    ]


def test_a_mapping_whose_file_is_missing_or_whose_kind_is_another_is_told(tmp_path: Path) -> None:
    (tmp_path / "influencers.toml").write_text(HOSTS.format(file='file = "x.csv"\n'), encoding="utf-8")
    with pytest.raises(MappingError, match=r"no file x\.csv"):
        evidence_files(tmp_path)
    (tmp_path / "influencers.toml").rename(tmp_path / "reviews.toml")
    with pytest.raises(MappingError, match="is for influencers"):
        evidence_files(tmp_path)
