"""What counts as exposure and as an event, rule by rule."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ratings.engine import embedded
from ratings.engine.embedded import EngineError
from ratings.engine.gathered import Gathered
from ratings.scoring.policy import CURRENT, RATES
from tests.scoring.worlds import World, at

VIOLATION, REFUND, COMPLAINT = (RATES.index(name) for name in ("violation", "refund", "complaint"))


def gathered(world: World, **tables: pa.Table) -> Gathered:
    return embedded.gather({**world.tables(), **tables}, as_of_day=20_454, policy=CURRENT, rows=True)


def events(found: Gathered) -> list[tuple[int, int, int]]:
    """Channel, days before the as-of day, points."""
    e = found.sums.events
    return sorted(zip(e.channel.tolist(), (20_454 - e.day).tolist(), e.points.tolist(), strict=True))


def one(**session: object) -> World:
    return World().influencer("h").session("h", 9.5, 100, session_id="s", **session)


def test_a_refund_counts_on_its_session_day_by_fault() -> None:
    world = one().refund("h", 2, session_id="s", fault="merchant").refund("h", 2, session_id="s", fault="buyer")
    world.refund("h", 2, session_id="s", fault="courier")
    found = gathered(world)
    assert events(found) == [(REFUND, 10, 11)]
    assert found.sums.events.n.tolist() == [3]
    assert found.sums.events.points2.tolist() == [101]


def test_an_exchange_keeps_the_sale_and_a_cancelled_order_leaves_both() -> None:
    world = one().refund("h", 2, session_id="s", kind="exchange", fault="merchant")
    world.refund("h", 2, session_id="s", stage="before_dispatch", fault="buyer")
    found = gathered(world)
    assert events(found) == []
    assert found.sums.exposure.exposure[REFUND].tolist() == [99]


def test_a_session_total_counts_as_fault_unknown() -> None:
    found = gathered(one(refund_orders=7))
    assert events(found) == [(REFUND, 10, 7)]
    assert found.sums.events.n.tolist() == [7]


def test_rows_win_over_a_session_total() -> None:
    found = gathered(one(refund_orders=7).refund("h", 2, session_id="s", fault="influencer"))
    assert events(found) == [(REFUND, 10, 10)]


def test_without_coverage_there_is_no_exposure_unless_the_session_has_a_total() -> None:
    world = one(refund_orders=3).session("h", 8.5, 50)
    tables = {k: v for k, v in world.tables().items() if k not in ("refunds", "complaints")}
    found = embedded.gather(tables, as_of_day=20_454, policy=CURRENT)
    assert found.sums.exposure.exposure[REFUND].sum() == 100
    assert found.sums.exposure.exposure[COMPLAINT].sum() == 0
    assert found.sums.exposure.exposure[VIOLATION].sum() == 2


def test_coverage_has_a_beginning_an_end_and_gaps() -> None:
    world = World().influencer("h")
    for days_ago in (40, 30, 20, 10):
        world.session("h", days_ago + 0.5, days_ago)
    coverage = pa.table(
        {
            "kind": ["complaints", "complaints"],
            "from_us": pa.array([at(35), at(25)], pa.int64()),
            "until_us": pa.array([None, at(15)], pa.int64()),
            "complete": [True, False],
        }
    )
    found = gathered(world, coverage=coverage)
    # open from 35 days ago, but not known to be complete from 25 to 15 days ago
    assert found.sums.exposure.exposure[COMPLAINT].sum() == 30 + 10


def test_somebody_elses_session_is_no_session() -> None:
    world = one().influencer("other").complaint("other", 3.5, session_id="s")
    assert events(gathered(world)) == [(COMPLAINT, 4, 2)]


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    world = World().influencer("h").session("h", 1.0, 5).session("h", 1.0 + 1e-9, 7)
    # the first begins exactly one day before the as-of start; the second a microsecond earlier, or so
    world.rows["sessions"][1]["started_at"] = at(1.0) - 1
    days = gathered(world).sums.sessions.day
    assert days.tolist() == [20_452, 20_453]


def test_a_red_line_is_the_latest_of_ones_own() -> None:
    world = one().violation("h", 9.5, **{"class": "A"}).violation("h", 3.5, **{"class": "A"}, subject="merchant")
    assert gathered(world).sums.red_line.tolist() == [20_444]


def test_broken_evidence_is_an_engine_error() -> None:
    with pytest.raises(EngineError):
        embedded.gather(
            {"influencers": pa.table({"influencer_id": ["h"]}), "sessions": pa.table({"orders": ["many"]})},
            as_of_day=20_454,
            policy=CURRENT,
        )
