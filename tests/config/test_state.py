"""Secrets are drawn once per installation, are the owner's alone, and racing processes agree on them."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import state


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "folder", lambda: tmp_path)
    return tmp_path


def test_a_secret_is_kept_and_private(folder: Path) -> None:
    first = state.secret("key")
    assert len(first) >= 50
    assert state.secret("key") == first
    assert state.secret("other") != first
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["key", "other"]


def test_racing_processes_agree(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(state.secret, ["key"] * 8))) == 1


def test_what_was_chosen_first_stays(folder: Path) -> None:
    assert state.remembered("day", "2026-01-01") == "2026-01-01"
    assert state.remembered("day", "2026-02-02") == "2026-01-01"
