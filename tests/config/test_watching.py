"""The sample dashboard and alerts name figures that exist."""

import json
import re

import pytest
from prometheus_client import REGISTRY

from config import figures, metrics
from config.state import PROJECT
from ratings.models import Run
from tests.accounts.people import AT

FOLDER = PROJECT / "docs" / "observability"
SUFFIXES = re.compile("_(total|bucket|sum|count)$")


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_every_figure_exists(file: str, closed: Run) -> None:
    assert metrics.answers
    known = {family.name for family in REGISTRY.collect()} | {family.name for family in figures.gauges(at=AT)}
    known.add("clearhost_database_up")
    text = (FOLDER / file).read_text()
    named = {SUFFIXES.sub("", name) for name in re.findall(r"clearhost_[a-z_]+", text)}
    assert len(named) > 10
    assert named <= known


def test_the_dashboard_is_one() -> None:
    board = json.loads((FOLDER / "dashboard.json").read_text())
    assert len(board["panels"]) == len({panel["id"] for panel in board["panels"]}) == 12
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])
