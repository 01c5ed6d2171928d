"""Many influencers around a rated world, made by SQL: tables, indexes and the state of trust grow with them."""

from __future__ import annotations

import io

import numpy as np
from django.db import connection

from ratings import ledger
from ratings.models import TrustClose
from ratings.scoring.trust_state import TrustState

REVIEWS = 3  # of each of the crowd
NAME = "'~' || lpad(n::text, 8, '0')"  # after everybody else's, so that the sorted arrays only grow at their end
ROWS = """
INSERT INTO influencers_influencer (source_id, name, slug, category_id, search)
SELECT {name}, 'Host ' || n, 'crowd-' || n, (SELECT min(id) FROM influencers_category), to_tsvector('simple', 'host')
FROM generate_series({first}, {last}) n;
INSERT INTO feedback_review (source_id, influencer_id, reviewer_id, created_at, professionalism, service, as_described,
                             verified)
SELECT 'c' || i.id || '-' || k, i.id, md5((i.id / 2)::text || k)::uuid, timestamptz '2026-02-01' + k * interval '1 day',
       1 + k, 5, 4, true
FROM influencers_influencer i, generate_series(1, {reviews}) k WHERE i.source_id BETWEEN {low} AND {high};
INSERT INTO ratings_reviewtrust (review_id, influencer_id, reviewer_id, receipt, composite, verified, repeat, trust,
                                 full_trust, known, band, why, level)
SELECT r.source_id, i.source_id, r.reviewer_id, 20500, 60, true, 0, 900000, 1000000, 0, 0, 0, 0
FROM feedback_review r JOIN influencers_influencer i ON i.id = r.influencer_id
WHERE i.source_id BETWEEN {low} AND {high};
INSERT INTO ratings_publicdocument (slug, influencer_id, run_id, body, body_gzip, etag, updated_at)
SELECT i.slug, i.id, (SELECT run_id FROM ratings_publicrun), '', '', '', now()
FROM influencers_influencer i WHERE i.source_id BETWEEN {low} AND {high};
"""


def grow(*, first: int, last: int) -> None:
    """Add the influencers of these numbers, with reviews that are judged and documents."""
    low, high = (f"'~{number:08d}'" for number in (first, last))
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(name=NAME, first=first, last=last, reviews=REVIEWS, low=low, high=high))
        cursor.execute("ANALYZE")  # as autovacuum does soon after a load
        cursor.execute(
            "SELECT DISTINCT replace(t.reviewer_id::text, '-', '') FROM ratings_reviewtrust t "
            f"WHERE t.influencer_id BETWEEN {low} AND {high}"
        )
        reviewers = [row[0] for row in cursor.fetchall()]
    _remember([f"~{number:08d}" for number in range(first, last + 1)], reviewers)


def _remember(influencers: list[str], reviewers: list[str]) -> None:
    """Everybody new in the state of trust, as if they had just begun."""
    row = TrustClose.objects.first()
    assert row is not None
    assert row.state is not None
    with np.load(io.BytesIO(bytes(row.state)), allow_pickle=False) as arrays:
        state = {name: arrays[name] for name in arrays.files}
    for name in (*TrustState.of_influencers(), *(["share"] if state["share"].size else [])):
        shape = (*state[name].shape[:-1], len(influencers))
        state[name] = np.concatenate([state[name], np.ones(shape)], axis=-1)
    known = np.concatenate([state["reviewers"], np.array([name.encode() for name in reviewers])])
    order = np.argsort(known, kind="stable")
    state["reviewers"] = known[order]
    for name in TrustState.of_reviewers():
        state[name] = np.concatenate([state[name], np.ones(len(reviewers))])[order]
    state["influencers"] = np.concatenate([state["influencers"], np.array([name.encode() for name in influencers])])
    packed = io.BytesIO()
    np.savez(packed, **state)
    with ledger.forgotten():
        TrustClose.objects.filter(pk=row.pk).update(state=packed.getvalue())
