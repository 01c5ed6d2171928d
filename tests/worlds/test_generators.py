"""The two generators: reproducible, well formed, and true to their own truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from ratings.worlds.regimes import Rugged, expected_mark
from ratings.worlds.rugged import rugged_world
from ratings.worlds.smooth import Lift, Smooth, smooth_world
from ratings.worlds.tables import clean_tables
from ratings.worlds.world import DAY, World
from tests.worlds.factories import UNTIL

GENERATORS = pytest.mark.parametrize("generate", [smooth_world, rugged_world], ids=["A", "B"])
Generate = Callable[..., World]


def arrays(part: Any) -> dict[str, np.ndarray]:
    return {f.name: getattr(part, f.name) for f in fields(part)}


@GENERATORS
def test_same_seed_same_world(generate: Generate) -> None:
    one, two = generate(n=60, seed=3, until=UNTIL), generate(n=60, seed=3, until=UNTIL)
    other = generate(n=60, seed=4, until=UNTIL)
    for name in ("sessions", "reviews", "refunds", "complaints", "violations"):
        for key, values in arrays(getattr(one, name)).items():
            assert np.array_equal(values, arrays(getattr(two, name))[key], equal_nan=values.dtype == np.float64)
    assert not np.array_equal(one.truth.overall, other.truth.overall)


@GENERATORS
def test_rows_are_well_formed(generate: Generate) -> None:
    w = generate(n=80, seed=5, until=UNTIL)
    end = w.days * DAY
    assert set(np.unique(w.sessions.host)) == set(range(80))
    assert ((w.reviews.marks >= 1) & (w.reviews.marks <= 5)).all()
    assert (w.reviews.user < w.users).all()
    for part in (w.reviews, w.refunds, w.complaints, w.violations):
        assert (part.time >= 0).all()
        assert (part.time < end).all()
        assert (np.diff(part.time) >= 0).all()
    refunds = np.bincount(w.refunds.session, minlength=w.sessions.host.size)
    assert (refunds <= w.sessions.orders).all()
    assert all(((v >= 0) & (v <= 1)).all() for v in w.truth.channels.values())


@GENERATORS
def test_tables_refer_to_what_exists(generate: Generate) -> None:
    tables = clean_tables(generate(n=50, seed=6, until=UNTIL))
    known = set(tables["influencers"]["influencer_id"].to_pylist())
    sessions = set(tables["sessions"]["session_id"].to_pylist())
    for kind in ("sessions", "reviews", "refunds", "complaints", "violations"):
        rows = tables[kind]
        ids = rows[rows.column_names[0]].to_pylist()
        assert len(set(ids)) == len(ids)
        assert set(rows["influencer_id"].to_pylist()) <= known
        assert set(rows["session_id"].to_pylist()) <= sessions | {None}
        assert rows["received_at"].null_count == 0


@GENERATORS
def test_a_lift_changes_only_the_lifted(generate: Generate) -> None:
    hosts = np.arange(60) % 10 == 0
    before = generate(n=60, seed=7, until=UNTIL)
    after = generate(n=60, seed=7, until=UNTIL, lift=Lift(hosts, 305.0, 2.0))
    change = after.truth.overall - before.truth.overall
    assert (change[hosts] > 0).all()
    assert not change[~hosts].any()
    assert np.array_equal(before.sessions.orders, after.sessions.orders)


def test_marks_of_a_steady_world_agree_with_the_truth() -> None:
    p = replace(Smooth(), drift_half_life=1e9, log_orders=9.0, log_orders_sd=0.1, refund_lag=0.0)
    w = smooth_world(n=30, seed=8, until=UNTIL, p=p)
    count = np.bincount(w.reviews.host, minlength=30)
    mean = np.bincount(w.reviews.host, weights=(w.reviews.marks[:, 0] - 1) / 4, minlength=30) / count
    error = mean - w.truth.channels["professionalism"]
    assert np.abs(error).max() < 5 * 0.3 / np.sqrt(count.min())
    refunds = np.bincount(w.sessions.host[w.refunds.session], weights=w.refunds.reason < 2, minlength=30)
    free = np.asarray(p.no_reason)[w.category]
    points = -0.25 * np.log(w.truth.channels["refund"])
    assert refunds / w.orders() + 0.1 * free == pytest.approx(points, abs=0.02)


def test_expected_mark_grows_with_the_level_and_keeps_its_bounds() -> None:
    levels = np.linspace(0.05, 0.95, 10)
    marks = expected_mark(Rugged(), levels)
    assert (np.diff(marks) > 0).all()
    assert marks[0] > 0
    assert marks[-1] < 1


def test_the_second_generator_leaves_columns_out() -> None:
    s = rugged_world(n=200, seed=9, until=UNTIL).sessions
    unknown = np.bincount(s.host, weights=np.isnan(s.commenters)) / np.bincount(s.host)
    assert set(unknown) == {0.0, 1.0}
    assert 0.05 < unknown.mean() < 0.3
