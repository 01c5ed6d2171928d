"""What each index of the large tables costs a load, and its size: `python -m tests.benchmarks.index_prices --rows N`.

A table's rows are copied into a twin without indexes, then into one with that index alone; the difference is its price.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from django.db import connection

from tests.benchmarks.database import execute, throwaway
from tests.benchmarks.lists_world import fill
from tests.benchmarks.timing import seconds

TABLES = (
    *("feedback_review", "feedback_refund", "feedback_session", "ratings_reviewtrust", "ratings_scorecard"),
    *("influencers_influencer", "influencers_account", "ratings_alert"),
)
TRUST = """
INSERT INTO ratings_reviewtrust (review_id, influencer_id, reviewer_id, receipt, composite, verified, repeat, trust,
                                 full_trust, known, band, why, level)
SELECT r.source_id, i.source_id, r.reviewer_id, r.id / 1000, 60, true, 0, 900000, 1000000, 0, 0, 0, 0
FROM feedback_review r JOIN influencers_influencer i ON i.id = r.influencer_id
"""
FOUND = """
SELECT indexname, indexdef, tablename FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)
ORDER BY array_position(%s, tablename::text), indexname
"""


def indexes() -> list[tuple[str, str, str]]:
    """(name, definition, table) of every index of the large tables."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [list(TABLES), list(TABLES)])
        return [(str(name), str(definition), str(table)) for name, definition, table in cursor.fetchall()]


def prices(table: str, *, runs: int) -> list[tuple[str, str, float, float, float]]:
    """Each index of a table: its name, its columns, µs a row beyond a bare copy, bytes a row, and the bare µs a row."""
    with tempfile.TemporaryDirectory() as room, connection.cursor() as cursor:
        file = Path(room) / "rows"
        with file.open("wb") as out, cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as rows:
            out.writelines(rows)
        cursor.execute(f"SELECT count(*) FROM {table}")
        many = int(cursor.fetchone()[0])
        known = [(name, definition) for name, definition, of in indexes() if of == table]
        took: dict[str, list[float]] = {name: [] for name in ("", *(name for name, _ in known))}
        size: dict[str, int] = {}
        for _ in range(runs):
            for name, definition in [("", ""), *known]:
                cursor.execute(f"DROP TABLE IF EXISTS twin; CREATE TABLE twin (LIKE {table} INCLUDING GENERATED)")
                if name:
                    cursor.execute(definition.replace(f"INDEX {name} ON public.{table}", "INDEX of_twin ON twin"))
                took[name].append(seconds(lambda: _copy(file)))
                if name:
                    cursor.execute("SELECT pg_relation_size('of_twin')")
                    size[name] = int(cursor.fetchone()[0])
        cursor.execute("DROP TABLE twin")
    bare = statistics.median(took[""])
    return [
        (
            name,
            definition.partition(" USING ")[2],
            1e6 * (statistics.median(took[name]) - bare) / many,
            size[name] / many,
            1e6 * bare / many,
        )
        for name, definition in known
    ]


def _copy(file: Path) -> None:
    into = "COPY twin FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, file.open("rb") as rows, cursor.copy(into) as copy:
        while block := rows.read(1 << 20):
            copy.write(block)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000, help="reviews; a tenth as many influencers")
    asked.add_argument("--runs", type=int, default=3)
    options = asked.parse_args()
    with throwaway():
        fill(reviews=options.rows, influencers=options.rows // 10)
        execute(TRUST)
        for table in TABLES:
            for name, columns, price, size, bare in prices(table, runs=options.runs):
                print(f"| `{name}` | {columns} | {price:.2f} ({100 * price / bare:.0f}%) | {size:.0f} |", flush=True)


if __name__ == "__main__":
    main()
