"""Refunds against peers: counted by hand, whoever's fault they were, of the last year's covered orders."""

import pytest

from ratings.rating import rate_evidence
from tests.scoring.worlds import AS_OF, World


def sold(world: World, host: str, *, orders: int, refunds: int, category: str = "beauty", days_ago: float = 10) -> None:
    world.influencer(host, category).session(host, days_ago, orders)
    session = world.rows["sessions"][-1]["session_id"]
    for k in range(refunds):
        world.refund(host, days_ago - 1, session_id=session, fault=("buyer", "courier", "influencer")[k % 3])


def test_a_rate_is_refunds_out_of_orders_whoevers_fault() -> None:
    world = World()
    sold(world, "h1", orders=200, refunds=48)
    found = rate_evidence(world.tables(), as_of=AS_OF).refunds["h1"]
    assert found == {"rate": 0.24, "orders": 200}


def test_cancelled_exchanged_and_old_ones_are_left_out() -> None:
    world = World()
    sold(world, "h1", orders=100, refunds=10)
    world.refund("h1", 9, fault="buyer", kind="exchange")
    world.session("h1", 400, 1_000)
    found = rate_evidence(world.tables(), as_of=AS_OF).refunds["h1"]
    assert found == {"rate": 0.1, "orders": 100}


def test_without_covered_orders_nothing_is_claimed() -> None:
    assert rate_evidence(World().influencer("h1").tables(), as_of=AS_OF).refunds["h1"] is None


def test_usual_is_the_middle_nine_tenths_of_the_category() -> None:
    world = World()
    for k in range(21):
        sold(world, f"b{k}", orders=100, refunds=k)
    sold(world, "f1", orders=100, refunds=90, category="food")
    usual = rate_evidence(world.tables(), as_of=AS_OF).usual_refunds
    assert usual["beauty"] == {"peers_low": 0.01, "peers_high": 0.19}
    # one host says nothing of its category, so all 22 do: 95% of the way lies between the 20th (.19) and 21st (.20)
    assert usual["food"]["peers_high"] == pytest.approx(0.1995)
