"""A large database by SQL alone: people, evidence, two runs of scorecards and alerts, with ids and places unrelated."""

from __future__ import annotations

from django.db import connection

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
CREATE TEMPORARY TABLE placed AS
SELECT r.id AS run, i.id, i.name, i.category_id, row_number() OVER (PARTITION BY r.id ORDER BY md5(r.id || '.' || i.id))
FROM ratings_run r CROSS JOIN influencers_influencer i;
INSERT INTO ratings_scorecard (run_id, influencer_id, position, status, name, category_id, tier, league, score, low,
                               high, grade, rank, peer_group, p_top10, professionalism, service_attitude, compliance,
                               after_sales, authenticity, card)
SELECT run, id, row_number, CASE WHEN rated THEN 'rated' ELSE 'provisional' END, name, category_id,
       (ARRAY['tiny', 'small', 'medium', 'large'])[1 + id % 4], (ARRAY['tiny', 'small', 'medium', 'large'])[1 + id % 4],
       score, score - 5, score + 5, CASE WHEN rated THEN (ARRAY['A+', 'A', 'B', 'C', 'D', 'E'])[1 + place * 6 / 9]
       ELSE '' END, CASE WHEN rated THEN row_number END, 'cat/medium',
       CASE WHEN rated THEN 1 - row_number / {influencers}.0 END,
       id * 7 % 101, id * 11 % 101, id * 13 % 101, id * 17 % 101, id * 19 % 101,
       json_build_object('contributions', json_build_array(json_build_object('dimension', 'compliance', 'channel',
       'violations', 'source', 'evidence', 'points', (id * run) % 40)))
FROM (SELECT *, 95 - 70.0 * row_number / {influencers} AS score, 10 * (row_number - 1) / {influencers} AS place,
             10 * (row_number - 1) / {influencers} < 9 AS rated FROM placed) p;
INSERT INTO ratings_publicrun (id, run_id, previous_id, published_at)
SELECT 1, max(id), min(id), now() FROM ratings_run;
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
