"""The benchmarks at a size at which they only show that they still run."""

import pytest

from tests.benchmarks import ingest, live


@pytest.mark.django_db(transaction=True)
def test_ingest_measures_every_way() -> None:
    result = ingest.run(size=1_000, runs=1)
    assert set(result.figures) == {"bare COPY", "pandas + COPY", "bulk_create", "the first load", "ours again"}
    assert all(ratio.median > 0 for ratio in result.ratios)


@pytest.mark.django_db(transaction=True)
def test_live_measures_events_and_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVENTS", 3)
    monkeypatch.setattr(live, "BATCH", 5)
    assert len(live.run(size=10, runs=1).figures) == 4
