"""The benchmarks at a size at which they only show that they still run."""

from pathlib import Path

import pytest

from tests.benchmarks import admin_lists, ingest, live, ranks, spark
from tests.benchmarks.rows import ROWS


@pytest.mark.django_db(transaction=True)
def test_ingest_measures_every_way() -> None:
    result = ingest.run(size=1_000, runs=1)
    assert set(result.figures) == {"bare COPY", "pandas + COPY", "bulk_create", "the first load", "ours again"}
    assert {goal.measure for goal in ROWS["ingest"].goals} < {found.what for found in result.measures}
    assert all(found.least > 0 for found in result.measures)


@pytest.mark.django_db(transaction=True)
def test_live_measures_events_and_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVENTS", 7)
    monkeypatch.setattr(live, "BATCH", 50)
    monkeypatch.setattr(live, "RATED", 10)
    found = live.run(size=2_000, runs=1)
    assert {goal.measure for goal in ROWS["live"].goals} <= {measure.what for measure in found.measures}


@pytest.mark.django_db(transaction=True)
def test_the_staffs_lists_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "ROUNDS", 1)
    result = admin_lists.run(size=2_000, runs=1)
    assert {goal.measure for goal in ROWS["admin_lists"].goals} == {found.what for found in result.measures}
    assert len(result.figures) >= admin_lists.SHOWN


@pytest.mark.django_db(transaction=True)
def test_ranks_are_swapped_in_and_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "LOOKS", 2)
    found = ranks.run(size=300, runs=1)
    assert {goal.measure for goal in ROWS["ranks"].goals} <= {measured.what for measured in found.measures}
    assert all(measured.least > 0 for measured in found.measures)


def test_the_world_that_spark_is_measured_on_is_summed_alike_twice(tmp_path: Path) -> None:
    spark.world(tmp_path / "world", 400)
    once, again = (spark.gathered(tmp_path / "world", "embedded")["digests"] for _ in range(2))
    assert once == again
    assert len(once) > 30
