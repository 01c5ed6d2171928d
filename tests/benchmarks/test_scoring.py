"""The benchmarks of scoring run, and their figures are figures."""

from __future__ import annotations

import pytest

from tests.benchmarks import rating, score_files_memory, scoring_time
from tests.benchmarks.rows import ROWS


def test_scoring_time() -> None:
    found = scoring_time.figures(influencers=60, repeats=1)
    assert found["reviews"] > 1_000
    assert 0 < found["of_these_writing"] < found["python_seconds"]
    assert found["engine_seconds"] > 0
    assert found["bytes"] > 100_000


def test_score_files_memory() -> None:
    found = score_files_memory.figures(reviews=2_000)
    assert found["influencers"] == 20
    assert 50 < found["peak_mb"] < 1_000
    assert found["scores_mb"] > 0


@pytest.mark.django_db(transaction=True)
def test_rating_measures_every_way() -> None:
    result = rating.run(size=2_000, runs=1)
    assert {goal.measure for goal in ROWS["rating"].goals} < {found.what for found in result.measures}
    assert len(result.figures) == 9
    assert all(found.middle > 0 for found in result.measures if found.unit)
