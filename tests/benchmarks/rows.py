"""What is measured, at which full size, and the goal of each measure; a benchmark is a module of this folder."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.timing import Measure


@dataclass(frozen=True)
class Goal:
    """What the measure of this name should be: at least or at most so much."""

    measure: str
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:,g}"

    def met(self, found: Measure) -> bool:
        """Judged by the middle of the rounds."""
        if self.least is not None:
            return found.middle >= self.least
        return self.most is not None and found.middle <= self.most


@dataclass(frozen=True)
class Row:
    """One benchmark: `run(size=, runs=)` of the module of its name gives the result.

    One that takes long, or needs more than this repository installs, runs when it is named.
    """

    name: str
    size: int
    work: str
    goals: tuple[Goal, ...]
    when_named: bool = False


ROWS = {
    row.name: row
    for row in (
        Row(
            "ingest",
            1_000_000,
            "load evidence: idempotent, validated, rejects kept",
            (
                Goal("the first load ÷ bare COPY", least=0.6),
                Goal("the first load ÷ bulk_create", least=4),
                Goal("ours again ÷ the first load", least=1.5),
            ),
        ),
        Row(
            "rating",
            10_000_000,
            "full rating, files to scores, trust included",
            (
                Goal("time ÷ pandas means of the same CSV", most=3),
                Goal("peak memory, MB", most=1_000),
                Goal("growth exponent in events", most=1.0),
            ),
            when_named=True,
        ),
        Row(
            "live",
            1_000_000,
            "one event → committed new score and document of its influencer; batches",
            (
                Goal("one event, p50, ms", most=3),
                Goal("one event, p99, ms", most=10),
                Goal("one event among 100 × as many ÷ among few, p50", most=1.2),
                Goal("batch of 10,000, µs an event", most=100),
            ),
        ),
        Row(
            "ranks",
            1_000_000,
            "ranks of everybody: snapshot and look-ups",
            (
                Goal("snapshot swapped in, s", most=6),
                Goal("rank look-up, ms in the database", most=1),
                Goal("top 100, ms in the database", most=1),
                Goal("a page at the middle, ms in the database", most=1),
            ),
            when_named=True,
        ),
        Row(
            "serving",
            600,
            "scorecards and leaderboards over HTTP",
            (
                Goal("scorecard ÷ a bare view", least=0.7),
                Goal("its 304 ÷ a bare view", least=0.7),
                Goal("scorecard ÷ naive serializers", least=25),
                Goal("scorecard, cold ÷ a bare view", least=0.3),
                Goal("rankings, 50 rows ÷ a bare view", least=0.15),
            ),
        ),
        Row(
            "page",
            600,
            "the public scorecard page (HTML)",
            (Goal("server time, p50, ms", most=20), Goal("transfer with everything it loads, kB", most=150)),
        ),
        Row(
            "spark",
            10_000_000,
            "the same SQL on a Spark cluster",
            (Goal("figures that differ from the embedded engine", most=0),),
            when_named=True,
        ),
        Row(
            "admin_lists",
            10_000_000,
            "the staff's and the public's lists, filters and searches",
            (Goal("slowest p95, ms", most=200),),
            when_named=True,
        ),
        Row(
            "load",
            600,
            "ten minutes of reads and live writes at 70% of peak",
            (
                Goal("errors", most=0),
                Goal("p99 of the last minutes ÷ of the first", most=1.5),
                Goal("memory of the last minutes ÷ of the first", most=1.1),
                Goal("from sent to shown, p99, s", most=2),
            ),
            when_named=True,
        ),
    )
}
