"""How long the staff's lists, filters and searches take on a large database, whose rows are made by SQL."""

from __future__ import annotations

import logging
import statistics
import time

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from tests.benchmarks import timing as bench
from tests.benchmarks.timing import Result

ROUNDS = 10
SHOWN = 8  # of the slowest pages

WORLD = """
INSERT INTO influencers_category (code) SELECT 'cat' || n FROM generate_series(1, 12) n;
INSERT INTO influencers_influencer (source_id, name, slug, category_id, search)
SELECT 'h' || n, '主播 Host ' || n, 'host-' || n, (SELECT min(id) FROM influencers_category) + n % 12,
       to_tsvector('simple', 'host ' || n)
FROM generate_series(1, {influencers}) n;
INSERT INTO influencers_account (source_id, influencer_id, platform, handle)
SELECT 'a' || i.id, i.id, (ARRAY['douyin', 'kuaishou', 'taobao'])[1 + i.id % 3], 'handle' || i.id
FROM influencers_influencer i;
INSERT INTO feedback_session (source_id, influencer_id, started_at, orders, viewers)
SELECT 's' || n, {first} + n % {influencers}, timestamptz '2026-01-01' + n * interval '20 seconds', n % 500, n % 90000
FROM generate_series(1, {reviews} / 5) n;
INSERT INTO feedback_review (source_id, influencer_id, reviewer_id, created_at, professionalism, service, as_described,
                             verified, voided_at)
SELECT 'r' || n, {first} + n % {influencers}, md5(n::text)::uuid, timestamptz '2026-01-01' + n * interval '5 seconds',
       1 + n % 5, 1 + n % 5, 1 + n % 5, n % 3 = 0, CASE WHEN n % 5000 = 0 THEN now() END
FROM generate_series(1, {reviews}) n;
INSERT INTO feedback_refund (source_id, influencer_id, created_at, reason)
SELECT 'f' || n, {first} + n % {influencers}, timestamptz '2026-01-01' + n * interval '5 seconds',
       (ARRAY['quality', 'no_reason', 'late'])[1 + n % 3]
FROM generate_series(1, {reviews}) n;
INSERT INTO ratings_policyversion (version, document, digest, created_at)
VALUES ('bench', '{{"constants": []}}', 'sha256:0', now());
INSERT INTO ratings_run (as_of, policy_id, parameters, peer_groups, digest, evidence_digest, evidence_counts,
                         influencers, rated, status, engine, announced, created_at, finished_at)
SELECT date '2026-06-01' + n, 'bench', '{{}}', '{{}}', 'sha256:0', 'sha256:0', '{{}}', {influencers}, {influencers},
       'stored', 'embedded', '{{}}', now(), now()
FROM generate_series(1, 2) n;
INSERT INTO ratings_scorecard (run_id, influencer_id, position, status, name, category_id, tier, league, score, low,
                               high, grade, rank, peer_group, professionalism, service_attitude, compliance,
                               after_sales, authenticity, card)
SELECT r.id, i.id, i.id - {first} + 1, 'rated', i.name, i.category_id, 'medium', 'medium', 50 + (i.id * r.id) % 40, 40,
       90, 'B', i.id - {first} + 1, 'cat/medium', 70, 70, 70, 70, 70,
       json_build_object('contributions', json_build_array(json_build_object('dimension', 'compliance', 'channel',
       'violations', 'source', 'evidence', 'points', (i.id * r.id) % 40)))
FROM ratings_run r CROSS JOIN influencers_influencer i;
INSERT INTO ratings_alert (influencer_id, rule, cause, state, severity, desk, reason_en, reason_zh, evidence,
                           suggestion, code, raised_at, due_at, last_seen_at, settled_why)
SELECT i.id, 'refunds', 'c', 'open', 1 + i.id % 4, 'moderators', 'r', 'r', '{{}}', 'look', '', now(),
       now() + i.id * interval '1 second', now(), ''
FROM influencers_influencer i;
"""
TABLES = (
    "influencers_influencer influencers_account feedback_session feedback_review feedback_refund ratings_scorecard "
    "ratings_alert"
)
EVIDENCE = "/admin/feedback/review/"
PAGES = {
    "reviews": EVIDENCE,
    "reviews, last page": f"{EVIDENCE}?p={{far}}",
    "reviews, verified": f"{EVIDENCE}?verified__exact=1",
    "reviews, one star": f"{EVIDENCE}?service=1",
    "reviews, void (1 in 5,000)": f"{EVIDENCE}?voided_at__isempty=0",
    "reviews, search id": f"{EVIDENCE}?q=r4321",
    "reviews, search host": f"{EVIDENCE}?q=h4321",
    "reviews, search nothing": f"{EVIDENCE}?q=zzzz",
    "refunds": "/admin/feedback/refund/",
    "refunds, reason": "/admin/feedback/refund/?reason__exact=late",
    "sessions": "/admin/feedback/session/",
    "influencers": "/admin/influencers/influencer/",
    "influencers, search": "/admin/influencers/influencer/?q=4321",
    "influencers, category": "/admin/influencers/influencer/?category__id__exact={category}",
    "accounts": "/admin/influencers/account/",
    "accounts, platform": "/admin/influencers/account/?platform=douyin",
    "accounts, search": "/admin/influencers/account/?q=handle432",
    "scorecards": "/admin/ratings/scorecard/",
    "scorecards, search": "/admin/ratings/scorecard/?q=主播 Host 43",
    "alerts": "/admin/ratings/alert/",
    "alerts, open and urgent": "/admin/ratings/alert/?state__exact=open&severity__exact=4",
    "runs": "/admin/ratings/run/",
    "compare two runs": "/admin/ratings/run/{run}/compare/",
    "queue": "/admin/queue/",
    "queue, page 20": "/admin/queue/?p=20",
    "audit trail": "/admin/audit/",
    "one influencer": "/admin/influencers/influencer/{host}/change/",
}


def fill(*, reviews: int, influencers: int) -> dict[str, int]:
    """Make the rows; ids to look at."""
    with connection.cursor() as cursor:
        head, rest = WORLD.split("INSERT INTO influencers_account", 1)
        cursor.execute(head.format(influencers=influencers))
        cursor.execute("SELECT min(id) FROM influencers_influencer")
        first = int(cursor.fetchone()[0])
        names = {"influencers": influencers, "reviews": reviews, "first": first}
        cursor.execute("INSERT INTO influencers_account" + rest.format(**names))
        for table in TABLES.split():
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("SELECT max(id), (SELECT min(id) FROM influencers_category) FROM ratings_run")
        run, category = cursor.fetchone()
    far = max(1, min(500, reviews // 200))  # the last that is offered, or of a small table one in the middle
    return {"run": run, "category": category, "host": first + influencers // 2, "far": far}


def measure(*, places: dict[str, int], rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of the middle and the 95th request of each page, the first apart."""
    logging.getLogger("clearhost.request").setLevel(logging.WARNING)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("bench"))
    found = {}
    for name, path in PAGES.items():
        took = []
        for _round in range(rounds + 1):
            began = time.perf_counter()
            answer = client.get(path.format(**places))
            took.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (name, answer.status_code)
        took = sorted(took[1:])
        found[name] = (statistics.median(took), took[min(len(took) - 1, int(0.95 * len(took)))])
    return found


def run(*, size: int, runs: int = 3) -> Result:
    """`size` reviews and as many refunds of size/10 influencers; every page `ROUNDS` times a round."""
    places = fill(reviews=size, influencers=max(100, size // 10))
    said = measure(places=places, rounds=ROUNDS * runs)
    slowest = sorted(said, key=lambda name: -said[name][1])
    result = Result(f"{size:,} reviews, {max(100, size // 10):,} influencers, {len(PAGES)} pages")
    result.figures = {name: f"p50 {said[name][0]:.0f} ms, p95 {said[name][1]:.0f} ms" for name in slowest[:SHOWN]}
    late = [said[name][1] for name in slowest]
    result.measures = [bench.Measure("slowest p95, ms", late[0], late[-1], late[0], "ms")]
    over = [name for name in slowest if said[name][1] > 200]
    within = f"{len(PAGES) - len(over)} of {len(PAGES)} within 200 ms at p95"
    result.notes = [within, *(f"over: {name}" for name in over)]
    return result
