"""Attacks touch what they claim and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from ratings.worlds import attacks
from ratings.worlds.smooth import smooth_world
from ratings.worlds.world import DAY, World
from tests.worlds.factories import UNTIL


@pytest.fixture(scope="module")
def world() -> World:
    return smooth_world(n=200, seed=2, until=UNTIL)


def test_five_in_a_hundred_half_promoted_half_bombed(world: World) -> None:
    promoted, bombed = attacks.targets(world, "x")
    assert (promoted.sum(), bombed.sum()) == (5, 5)
    assert not (promoted & bombed).any()


@pytest.mark.parametrize("name", list(attacks.REVIEW_ATTACKS))
def test_review_attacks_add_fakes_and_keep_the_rest(world: World, name: str) -> None:
    hit = attacks.REVIEW_ATTACKS[name](world)
    after = hit.world
    assert after.truth is world.truth
    assert after.refunds is world.refunds
    real = after.reviews.host[~after.reviews.fake]
    assert np.array_equal(real, world.reviews.host)
    fake = after.reviews.fake
    stars = after.reviews.marks[fake].mean(axis=1)
    on_targets = hit.targets[after.reviews.host[fake]]
    assert (stars[hit.promoted[after.reviews.host[fake]]] == 5).all()
    assert (stars[hit.bombed[after.reviews.host[fake]]] == 1).all()
    assert on_targets.all() == (name != "camouflaged")
    assert (after.reviews.user[fake] >= world.users).all()
    assert (np.diff(after.reviews.time) >= 0).all()
    assert after.reviews.verified[fake].all() == (name != "burst")


def test_the_burst_lasts_two_days(world: World) -> None:
    hit = attacks.unverified_burst(world)
    r = hit.world.reviews
    for host in np.flatnonzero(hit.targets):
        times = r.time[r.fake & (r.host == host)]
        assert times.max() - times.min() <= 2 * DAY


def test_accounts_never_reused_are_used_once(world: World) -> None:
    r = attacks.never_reused(world).world.reviews
    assert np.bincount(r.user[r.fake]).max() == 1


def test_brushing_doubles_the_targets_orders_only(world: World) -> None:
    hit = attacks.brushing(world)
    ratio = hit.world.orders() / world.orders()
    assert ratio[hit.targets].mean() == pytest.approx(2.0, abs=0.1)
    assert (ratio[~hit.targets] == 1).all()
    assert hit.world.reviews is world.reviews
    assert hit.world.refunds is world.refunds


def test_refunded_brushing_returns_nine_in_ten_without_a_reason(world: World) -> None:
    hit = attacks.refunded_brushing(world)
    more = hit.world.orders().sum() - world.orders().sum()
    assert hit.world.refunds.session.size - world.refunds.session.size == pytest.approx(0.9 * more, rel=0.05)


@pytest.mark.parametrize("factor", attacks.FACTORS)
def test_inflation_shows_more_viewers_than_there_were(world: World, factor: float) -> None:
    hit = attacks.inflation(world, factor)
    old, new = world.sessions, hit.world.sessions
    touched = new.viewers != old.viewers
    assert touched.any()
    assert hit.targets[new.host[touched]].all()
    assert (new.start[touched] >= (world.days - 90) * DAY).all()
    assert new.viewers[touched] / old.viewers[touched] == pytest.approx(factor, rel=0.05)
    assert np.array_equal(new.orders, old.orders)
