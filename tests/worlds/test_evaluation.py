"""Evaluation end to end on small worlds, its tables and its plots."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from ratings.worlds import figures, report
from ratings.worlds.evaluation import CHANNELS, FAMILIES, SEEDS, Figures, evaluate_world, make_world, rate_world


@pytest.fixture(scope="module")
def measured() -> list[Figures]:
    return [evaluate_world(f, 5, n=120, which=("baselines", "drip", "views")) for f in FAMILIES]


def test_rating_keeps_the_order_of_the_world() -> None:
    world = make_world("A", n=120, seed=5)
    rated = rate_world(world)
    assert rated.mean.shape == (120,)
    assert np.corrcoef(rated.mean, world.truth.overall)[0, 1] > 0.5
    count = np.bincount(world.reviews.host, minlength=120)
    stars = np.bincount(world.reviews.host, weights=world.reviews.marks[:, 0], minlength=120) / np.maximum(count, 1)
    many = count > 30
    assert np.corrcoef(rated.channels["professionalism"][0][many], stars[many])[0, 1] > 0.7
    assert rated.z.shape == world.sessions.host.shape


def test_inflated_sessions_stand_out(measured: list[Figures]) -> None:
    for f in measured:
        assert f.numbers["auc x28"] > 0.99


def test_seed_sets_never_meet() -> None:
    assert abs(SEEDS["dev"] - SEEDS["report"]) > 1000


def test_spread_is_mean_and_sample_deviation() -> None:
    rows = [Figures("A", k, {"tau": value}) for k, value in enumerate((0.5, 0.6, 0.7))]
    found = report.spread(rows, "A", "tau")
    assert found is not None
    assert found.mean == pytest.approx(0.6)
    assert found.sd == pytest.approx(0.1)
    assert found.text(2) == "0.60 ± 0.10"
    assert report.spread(rows, "B", "tau") is None


def test_worst_channel_is_the_farthest_from_ninety() -> None:
    numbers = {f"coverage {c}": 0.9 for c in CHANNELS} | {"coverage refund": 0.97, "coverage traffic": 0.2}
    found = report.figure([Figures("A", 1, numbers)], "A", "coverage channel")
    assert found is not None
    assert found.mean == pytest.approx(0.97)


def test_tables_have_equal_rows(measured: list[Figures]) -> None:
    for table in (report.main_table(measured), report.baseline_table(measured), report.step_table([("x", measured)])):
        assert len({len(row) for row in table}) == 1
        assert report.markdown(table).count("\n") == len(table)


def test_plots_are_well_formed(measured: list[Figures], tmp_path: Path) -> None:
    for f in measured:
        f.curves["cost"], f.curves["cost plain mean"] = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]
    files = figures.write_all(measured, tmp_path)
    assert [p.name for p in files] == ["calibration.svg", "attack-cost.svg", "size-bias.svg"]
    for path in files:
        assert ET.fromstring(path.read_text(encoding="utf-8")).tag.endswith("svg")


def test_the_command_refuses_unknown_measures() -> None:
    with pytest.raises(CommandError, match="Unknown measures: nonsense"):
        call_command("evaluate", "--measures", "nonsense")


def test_the_command_writes_between_its_markers(tmp_path: Path) -> None:
    method = tmp_path / "METHOD.md"
    method.write_text(
        "# Method\n\n<!-- evaluate:figures -->\nold\n<!-- /evaluate:figures -->\n\nend\n", encoding="utf-8"
    )
    options = ("--worlds", "1", "--size", "60", "--family", "A", "--measures", "baselines", "--processes", "1")
    call_command("evaluate", *options, "--write", str(method), "--json", str(tmp_path / "all.json"))
    text = method.read_text(encoding="utf-8")
    assert text.startswith("# Method")
    assert "old" not in text
    assert "Kendall" in text
    assert text.index("<!-- /evaluate:figures -->") < text.index("end\n")
    assert (tmp_path / "docs/figures/calibration.svg").exists()
