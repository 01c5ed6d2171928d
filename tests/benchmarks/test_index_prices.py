"""Every index of the large tables is one that docs/indexes.md says a reason for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.benchmarks.index_prices import indexes

TOLD = Path(__file__).resolve().parents[2] / "docs" / "indexes.md"


@pytest.mark.django_db
def test_each_index_has_its_reason() -> None:
    told = re.findall(r"^\| `(\w+)`", TOLD.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(name for name, _definition, _table in indexes())
