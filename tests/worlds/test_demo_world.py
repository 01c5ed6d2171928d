"""The command writes canonical files, byte for byte the same for the same seed."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

KINDS = ("influencers", "accounts", "sessions", "reviews", "refunds", "complaints", "violations")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")


def write(folder: Path, *options: str) -> Path:
    call_command(
        "demo_world", str(folder), "--influencers", "40", "--seed", "7", "--until", "2026-11-22", *options, verbosity=0
    )
    return folder


def rows(folder: Path, kind: str) -> list[dict[str, str]]:
    with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", "--stories"), write(tmp_path / "two", "--stories")
    names = sorted(path.name for path in one.iterdir())
    own = ("deals", "slots", "orders")
    assert names == sorted([*(f"{kind}.csv" for kind in (*KINDS, *own)), "truth.csv", "story.jsonl"])
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_files_are_canonical(tmp_path: Path) -> None:
    folder = write(tmp_path / "world")
    assert not (folder / "story.jsonl").exists()
    influencers = rows(folder, "influencers")
    known = {r["influencer_id"] for r in influencers}
    assert len(known) == 40
    assert len({r["name"] for r in influencers}) == 40
    assert any(not r["name"].isascii() for r in influencers)
    sessions = {r["session_id"] for r in rows(folder, "sessions")}
    for kind in KINDS[1:]:
        for row in rows(folder, kind):
            assert row["influencer_id"] in known
            assert row.get("session_id", "") in sessions | {""}
    for row in rows(folder, "reviews"):
        assert ISO.fullmatch(row["created_at"])
        assert datetime.fromisoformat(row["created_at"]) < datetime.fromisoformat("2026-11-22T00:00:00+08:00")
        assert row["verified"] in {"true", "false"}
        assert {row["professionalism"], row["service"], row["as_described"]} <= set("12345")
    texts = [r["text"] for r in rows(folder, "reviews") if r["text"]]
    assert len(set(texts)) > 100


def test_truth_lies_on_the_published_scale(tmp_path: Path) -> None:
    truth = rows(write(tmp_path / "world"), "truth")
    assert len(truth) == 40
    weights = {
        "professionalism": 0.20,
        "service_attitude": 0.20,
        "compliance": 0.25,
        "after_sales": 0.20,
        "authenticity": 0.15,
    }
    for row in truth:
        parts = sum(weight * float(row[name]) for name, weight in weights.items())
        assert float(row["overall"]) == pytest.approx(parts, abs=1e-3)
        assert 0 < float(row["overall"]) < 100


def test_calls_are_lines_of_json(tmp_path: Path) -> None:
    lines = (write(tmp_path / "world", "--stories") / "story.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["at"] for line in lines] == sorted(json.loads(line)["at"] for line in lines)


def test_an_empty_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("demo_world", str(tmp_path), "--influencers", "0")
