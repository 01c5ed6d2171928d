"""The table of BENCHMARKS.md keeps what was not run, and judges what was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import table
from tests.benchmarks.rows import Goal
from tests.benchmarks.timing import Result, measure


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(table, "RESULTS", tmp_path / "results")
    path = tmp_path / "BENCHMARKS.md"
    path.write_text(f"# Before\n{table.BEGIN}\nstale\n{table.END}\nafter\n")
    return path


def _live(event: float) -> Result:
    return Result("10 influencers", {"recorded, p50": "1 ms"}, [measure("one event, p50, ms", [event, 1, 9], "ms")])


def test_what_was_not_run_is_kept_and_what_never_was_is_said(page: Path) -> None:
    table.keep("live", _live(2.5), "make bench")
    table.keep("ingest", Result("5 reviews", measures=[measure("the first load ÷ bulk_create", [3.5])]), "make bench")
    table.write(page)
    table.keep("live", _live(3.5), "make bench")
    table.write(page)
    text = page.read_text()
    assert "| one event, p50, ms | ≤ 3 | 3.50 ms (1.00–9.00) | **missed** | |" in text
    assert "| the first load ÷ bulk_create | ≥ 4 | 3.50 × | **missed** | |" in text
    assert "| the first load ÷ bare COPY | ≥ 0.6 | not measured yet | | |" in text
    assert text.startswith("# Before\n")
    assert text.endswith("\nafter\n")
    assert "stale" not in text


def test_the_middle_of_the_rounds_is_judged() -> None:
    assert Goal("", least=0.6).met(measure("", [0.1, 0.6, 0.7]))
    assert not Goal("", least=0.6).met(measure("", [0.59, 0.1, 9.0]))
    assert Goal("", most=0).met(measure("", [0]))
    assert not Goal("", most=3).met(measure("", [3.01]))
