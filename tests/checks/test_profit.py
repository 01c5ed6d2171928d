"""Money: hand-computed figures, and laws that no terms may break."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratings.checks import profit
from ratings.checks.forecast import Draws
from ratings.checks.terms import Guarantee, Tier
from tests.checks.cases import terms


def future(orders: int, cancelled: int, returned: int, by_due: int | None = None) -> Draws:
    one = [np.array([x], dtype=np.int64) for x in (orders, cancelled, returned, returned if by_due is None else by_due)]
    return Draws(np.ones(1), *one)


def test_a_profit_by_hand() -> None:
    """100 paid, 10 cancelled, 30 of 90 returned: 60 kept at 100 yuan."""
    agreed = terms(
        1000, ad_budget=200.0, sku={"ship_cost": 4.0, "return_cost": 6.0, "unsaleable_rate": 0.1}, commission_rate=0.2
    )
    m = profit.money(agreed, future(100, 10, 30))
    assert m.settled[0] == 6000
    goods, spoiled = 60 * 35, 30 * 0.1 * 35
    handling = 90 * 4 + 30 * 6
    expected = 6000 - goods - spoiled - handling - 0.2 * 6000 - 0.05 * 6000 - 200 - 1000
    assert profit.profit(agreed, m, collected=True)[0] == pytest.approx(expected)


def test_commission_on_paid_orders_is_owed_for_returned_ones_too() -> None:
    on_paid = profit.money(terms(0, commission_basis="paid"), future(100, 10, 30)).before_fee[0]
    on_settled = profit.money(terms(0), future(100, 10, 30)).before_fee[0]
    assert on_settled - on_paid == pytest.approx(0.15 * 4000)


def test_tiers_hold_beyond_their_amount() -> None:
    agreed = terms(0, commission_rate=0.10, tiers=(Tier(1000, 0.20), Tier(3000, None, 500.0)))
    found = profit.commission(agreed, np.array([500.0, 1000.0, 2000.0, 4000.0]))
    assert found.tolist() == pytest.approx([50, 100, 300, 1200])


def test_clawback_pro_rata_full_and_none() -> None:
    m = profit.money(terms(), future(100, 0, 60))  # 4,000 settled
    half = {"amount": 8000.0}
    assert profit.clawback(Guarantee(**half, clawback="pro_rata"), 1000, m)[0] == pytest.approx(500)  # type: ignore[arg-type]
    assert profit.clawback(Guarantee(**half, clawback="full"), 1000, m)[0] == 1000  # type: ignore[arg-type]
    assert profit.clawback(Guarantee(**half, clawback="none"), 1000, m)[0] == 0  # type: ignore[arg-type]
    assert profit.clawback(Guarantee(**half, basis="paid", clawback="full"), 1000, m)[0] == 0  # type: ignore[arg-type]


def test_a_guarantee_is_judged_by_what_has_come_back_until_it_is_due() -> None:
    m = profit.money(terms(), future(100, 0, 60, by_due=10))
    assert profit.clawback(Guarantee(amount=9000.0, clawback="full"), 1000, m)[0] == 0


def draws(seed: int) -> Draws:
    rng = np.random.default_rng(seed)
    orders = rng.poisson(rng.gamma(2.0, 60.0, 400))
    cancelled = rng.binomial(orders, 0.1)
    returned = rng.binomial(orders - cancelled, 0.3)
    return Draws(np.ones(400), orders, cancelled, returned, rng.binomial(returned, 0.7))


GUARANTEES = st.sampled_from(
    [
        None,
        Guarantee(amount=9000.0, clawback="pro_rata"),
        Guarantee(amount=9000.0, clawback="full", basis="paid"),
        Guarantee(max_return_rate=0.2, clawback="pro_rata"),
    ]
)


@given(seed=st.integers(0, 50), low=st.floats(0, 1e5), more=st.floats(0, 1e5), guarantee=GUARANTEES)
def test_a_higher_fee_never_looks_better(seed: int, low: float, more: float, guarantee: Guarantee | None) -> None:
    m = profit.money(terms(), draws(seed))
    for collected in (True, False):
        cheap = profit.profit(terms(low, guarantee=guarantee), m, collected=collected)
        dear = profit.profit(terms(low + more, guarantee=guarantee), m, collected=collected)
        assert (dear <= cheap + 1e-6).all()


@given(seed=st.integers(0, 50), fee=st.floats(0, 1e5), guarantee=GUARANTEES)
def test_collecting_never_costs(seed: int, fee: float, guarantee: Guarantee | None) -> None:
    agreed = terms(fee, guarantee=guarantee)
    m = profit.money(agreed, draws(seed))
    gained = profit.profit(agreed, m, collected=True) - profit.profit(agreed, m, collected=False)
    assert (gained >= -1e-9).all()
    assert (gained <= fee + 1e-9).all()


@given(seed=st.integers(0, 50))
def test_the_break_even_fee_leaves_a_median_profit_of_nothing(seed: int) -> None:
    m = profit.money(terms(), draws(seed))
    fee = profit.break_even_fee(m)
    assert fee > 0
    assert np.median(profit.profit(terms(fee), m, collected=False)) == pytest.approx(0, abs=1e-6)


@given(seed=st.integers(0, 50), loss=st.floats(0, 5000))
def test_the_fee_of_the_counter_offer_would_be_a_go(seed: int, loss: float) -> None:
    m = profit.money(terms(), draws(seed))
    fee = profit.most_fee(m, chance=0.7, loss=loss, loss_chance=0.1)
    kept = profit.profit(terms(fee), m, collected=False)
    assert fee == 0 or (np.mean(kept >= -1e-6) >= 0.7 and np.mean(kept < -loss - 1e-6) <= 0.1)
