"""Reviews summed some influencers at a time: the sums of the one text, and the scores of the whole."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from ratings.engine import aggregate, arrived, embedded, review_sums, trusted
from ratings.engine.arrived import Arrived, accounts
from ratings.engine.reading import fetch
from ratings.engine.review_sums import ReviewSums
from ratings.engine.trusted import Trusted
from ratings.rating import Scores, rate_evidence
from ratings.scoring import contributions, document, inflation, links, sums
from ratings.scoring.policy import CURRENT
from ratings.scoring.trust import full_trust
from ratings.worlds.evaluation import UNTIL, make_world
from ratings.worlds.tables import clean_tables

SIZE, INFLUENCERS = 3_000, 40


def judged() -> tuple[Arrived, Trusted]:
    rng = np.random.default_rng(3)
    few, none = rng.integers(0, 3, (3, SIZE)), np.zeros(0, dtype=np.int64)
    day = rng.integers(20_000, 20_006, SIZE).astype(np.int32)
    r = Arrived(
        rng.integers(0, INFLUENCERS, SIZE).astype(np.int32), none, day, day + few[0].astype(np.int32),
        rng.integers(0, 5, (3, SIZE)).astype(np.int8), rng.random(SIZE) < 0.5, none, none,
    )  # fmt: skip
    trust = rng.integers(0, 1_000_001, SIZE).astype(np.int32)
    known, band = (few[1] > 0).astype(np.int8), few[2].astype(np.int8)
    return r, Trusted(r.receipt, trust, None, known, band, none, None, none, np.zeros(0), None)


def test_sums_are_those_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_sums, "ROWS", 500)
    r, t = judged()
    sums = ReviewSums.of(r, t, np.zeros(INFLUENCERS, dtype=np.int64), CURRENT)
    assert sums.edges.size > 4
    parts = [sums.part(low, high)[0] for low, high in zip(sums.edges[:-1], sums.edges[1:], strict=True)]
    with duckdb.connect() as db:
        rows = {"influencer": r.influencer, "day": r.day, "receipt": r.receipt, "known": t.known, "band": t.band,
                "trust": t.trust, "full_trust": full_trust(r.verified, CURRENT.trust_unverified),
                **{f"x{k}": r.marks[k] for k in range(3)}, "x3": r.composite()}  # fmt: skip
        db.register("review", pa.table({name: pa.array(np.asarray(of, dtype=np.int64)) for name, of in rows.items()}))
        text = fetch(db, aggregate.REVIEW_SUMS, aggregate.REVIEW_KEYS)
    whose = [part.influencer + low for part, low in zip(parts, sums.edges, strict=False)]
    assert np.array_equal(np.concatenate(whose), text["influencer"])
    for name, column in (("day", "day"), ("receipt", "receipt"), ("n", "n"), ("o2", "o2"), ("full", "full_o")):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), text[column])
    for k in range(4):
        for name in ("ox", "oxx", "fx"):
            assert np.array_equal(np.concatenate([getattr(part, name)[k] for part in parts]), text[f"{name}{k}"])


def test_parts_give_the_scores_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = clean_tables(make_world("B", n=120, seed=5))
    whole = rate_evidence(tables, as_of=UNTIL)
    assert len(whole.seen.parts) == 1
    for where, name, few in (
        (review_sums, "ROWS", 1_500), (arrived, "AT_ONCE", 1_000), (links, "REVIEWS_AT_ONCE", 700),
        (links, "KEYS_AT_ONCE", 300), (trusted, "AT_ONCE", 400), (sums, "AT_ONCE", 150), (inflation, "AT_ONCE", 150),
        (embedded, "FEW", 100), (document, "AT_ONCE", 7), (contributions, "AT_ONCE", 5),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, few)
    parts = rate_evidence(tables, as_of=UNTIL)
    assert len(parts.seen.parts) > 3
    assert written(parts) == written(whole)
    for index in (119, 60, 0):
        who = whole.cards.population.ids[index]
        assert parts.evidence_of(who) == whole.evidence_of(who)
    assert parts.evidence_counts == whole.evidence_counts


def written(scores: Scores) -> bytes:
    return b"".join(scores.pieces())


def test_accounts_whose_first_hashes_are_alike_stay_apart() -> None:
    first = np.array([7, 7, 9, 7, 9], dtype=np.uint64) << np.uint64(40)
    second = np.array([1, 2, 5, 1, 5], dtype=np.uint32)
    reviewer, order, (rows, pair) = accounts(first, second, np.array([0, 0, 3, 0, 1], dtype=np.int32))
    assert reviewer[0] == reviewer[3] != reviewer[1]
    assert reviewer[2] == reviewer[4]
    assert np.array_equal(np.sort(order), np.arange(5))
    assert sorted(rows.tolist()) == [0, 3]
    assert pair[0] == pair[1]
