"""Ranks of everybody: a whole snapshot swapped in, and what is looked up in it, beside bare SQL and OFFSET."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ratings.models import PublicRun, Run, Scorecard
from ratings.publication import lists
from ratings.publication.paging import Cursor
from ratings.runs import COLUMNS
from ratings.scoring import ranking
from tests.benchmarks.database import execute
from tests.benchmarks.timing import Result, measure, quantile, seconds

LOOKS = 50
PEOPLE = """
INSERT INTO influencers_category (code) SELECT 'cat' || n FROM generate_series(1, 12) n;
INSERT INTO influencers_influencer (source_id, name, slug, category_id, search)
SELECT 'h' || n, 'Host ' || n, 'host-' || n, (SELECT min(id) FROM influencers_category) + n % 12, ''::tsvector
FROM generate_series(1, {size}) n;
INSERT INTO ratings_policyversion (version, document, digest, created_at) VALUES ('bench', '{{}}', 'sha256:0', now());
"""
RUN = """
INSERT INTO ratings_run (as_of, policy_id, parameters, peer_groups, digest, evidence_digest, evidence_counts,
                         influencers, rated, status, engine, announced, created_at, finished_at)
VALUES ('2026-06-01', 'bench', '{{}}', '{{}}', 'sha256:0', 'sha256:0', '{{}}', {size}, {size}, 'stored', 'embedded',
        '{{}}', now(), now())
"""
# who has which place is as good as random, as it is among real ones
SCORED = """
CREATE TABLE scored AS
SELECT i.id, i.name, i.category_id, row_number() OVER (ORDER BY md5(i.id::text)) AS position,
       100.0 * row_number() OVER (ORDER BY md5(i.id::text) DESC) / {size} AS score
FROM influencers_influencer i
"""
CARD = json.dumps({"filler": "x" * 2000})  # a card's usual size
ROWS = f"""
SELECT id, position, 'rated', name, category_id, 'medium', 'medium', score, score - 5, score + 5, 'B',
       position, greatest(position - 50, 1), position + 50, 100.0 * position / %s, position::float / %s, 'cat/medium',
       position, score, 100 - score, score, 100 - score, score, '{CARD}'::json
FROM scored
"""
BARE = (
    "CREATE TABLE bare AS SELECT id, score, rank() OVER (ORDER BY score DESC) AS rank FROM scored",
    "CREATE UNIQUE INDEX ON bare (id)",
    "CREATE UNIQUE INDEX ON bare (rank, id)",
)


def run(*, size: int, runs: int = 3) -> Result:
    """Seconds of a snapshot of `size` influencers, and milliseconds in the database of what is looked up in it."""
    for statement in (PEOPLE, SCORED):
        execute(statement.format(size=size))
    execute("VACUUM ANALYZE influencers_influencer")
    with tempfile.TemporaryDirectory() as room:
        file = Path(room) / "rows"
        with connection.cursor() as cursor, cursor.copy(_rows_of(size)) as rows, file.open("wb") as out:
            out.writelines(rows)
        bare, swaps = [], []
        for _ in range(runs):
            bare.append(seconds(_bare))
            swaps.append(seconds(lambda: _swap(file, size)))
    execute("ALTER TABLE ratings_scorecard ALTER run_id DROP DEFAULT")
    execute("DROP TABLE bare, scored")
    execute("VACUUM ANALYZE ratings_scorecard")
    public = PublicRun.objects.select_related("run").get()
    result = Result(f"{size:,} influencers")
    looks = _look_ups(public, size)
    result.measures = [
        measure("snapshot swapped in, s", swaps, "s"),
        *(measure(f"{name}, ms in the database", [quantile(looks[name], 0.5)], "ms") for name in list(looks)[:3]),
    ]
    draw = np.random.default_rng(1)
    mean, sd = draw.normal(60, 12, size), draw.uniform(1, 6, size)
    ranked = seconds(lambda: ranking.rank(mean, sd, share=0.9, top=0.1))
    result.figures = {
        "bare limit: rank() into a table and two indexes": f"{sorted(bare)[len(bare) // 2]:.1f} s",
        "ranks with their intervals, before they are stored": f"{ranked:.1f} s",
        **{name: f"{quantile(times, 0.5):.2f} ms, p95 {quantile(times, 0.95):.2f} ms" for name, times in looks.items()},
    }
    return result


def _rows_of(size: int) -> str:
    return f"COPY ({ROWS % (size, size)}) TO STDOUT"


def _bare() -> None:
    with transaction.atomic():
        execute("DROP TABLE IF EXISTS bare")
        for statement in BARE:
            execute(statement)


def _swap(file: Path, size: int) -> None:
    """What storing a run and pointing at it does in the database: rows, every index of theirs, and the pointer."""
    with transaction.atomic():
        execute(RUN.format(size=size))
        run = Run.objects.latest("pk")
        columns = ", ".join(COLUMNS[1:])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE ratings_scorecard ALTER run_id SET DEFAULT {run.pk}")
            with cursor.copy(f"COPY ratings_scorecard ({columns}) FROM STDIN") as copy, file.open("rb") as rows:
                for line in iter(lambda: rows.read(1 << 20), b""):
                    copy.write(line)
        execute("ANALYZE ratings_scorecard")
        PublicRun.objects.update_or_create(pk=PublicRun.THE_ONE, defaults={"run": run, "published_at": run.created_at})


def _look_ups(public: PublicRun, size: int) -> dict[str, list[float]]:
    """Milliseconds in the database, planning included."""
    middle = Scorecard.objects.get(run=public.run_id, position=size // 2)
    cursor, who = _cursor_at(public, middle), middle.influencer_id
    by_place = Scorecard.objects.filter(run=public.run).order_by("position").values_list("name")
    asked: dict[str, Callable[[], Any]] = {
        "rank look-up": lambda: Scorecard.objects.values_list("rank").get(run=public.run, influencer=who),
        "top 100": lambda: lists.rankings(public=public, size=100),
        "a page at the middle": lambda: lists.rankings(public=public, cursor=cursor, size=50),
        "instead: OFFSET at the middle": lambda: list(by_place[size // 2 : size // 2 + 50]),
    }
    return {name: [_in_the_database(look) for _ in range(LOOKS)] for name, look in asked.items()}


def _cursor_at(public: PublicRun, row: Scorecard) -> str:
    scope, _, run = lists._start(public, "rankings", ["", "", "", "", "score"], "")
    return Cursor(run, scope, lists.ORDERS["rank"].key(row), False, row.position + 1).sign()


def _in_the_database(look: Callable[[], Any]) -> float:
    with CaptureQueriesContext(connection) as asked:
        look()
    total = 0.0
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query['sql']}")
            (found,) = cursor.fetchone()
        plan = (json.loads(found) if isinstance(found, str) else found)[0]
        total += plan["Planning Time"] + plan["Execution Time"]
    return total
