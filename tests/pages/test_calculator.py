"""The calculator: the laws of the rating hold for what one types, and nonsense is read as the default."""

from dataclasses import replace

import numpy as np
import pytest
from django.http import QueryDict

from ratings.pages.calculator import Entry, rate, read
from ratings.rating import rate_evidence
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CURRENT
from tests.scoring.worlds import AS_OF, World


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    """Of a world with nobody's evidence: the policy's defaults."""
    return rate_evidence(World().influencer("h1").tables(), as_of=AS_OF).estimated


def overall(entry: Entry, parameters: Parameters) -> float:
    return float(rate(entry, parameters, CURRENT)["overall"]["score"])


@pytest.mark.parametrize(
    "worse",
    [
        {"professionalism": 4.0},
        {"refunds_fault": 200},
        {"complaints": 9},
        {"violations_b": 1},
        {"violations_d": 1},
        {"service": 1.0},
    ],
)
def test_worse_evidence_never_raises_the_score(parameters: Parameters, worse: dict[str, float]) -> None:
    entry = Entry(group="beauty")
    assert overall(replace(entry, **worse), parameters) < overall(entry, parameters)


def test_more_of_the_same_narrows_the_interval(parameters: Parameters) -> None:
    few, many = (
        rate(
            Entry(verified=n, orders=20 * n, refunds_fault=n, refunds_other=0, complaints=0, shows=n),
            parameters,
            CURRENT,
        )
        for n in (6, 600)
    )
    assert many["overall"]["high"] - many["overall"]["low"] < few["overall"]["high"] - few["overall"]["low"]


def test_nothing_typed_is_the_prior_and_provisional(parameters: Parameters) -> None:
    empty = dict.fromkeys(("verified", "unverified", "shows", "orders", "refunds_fault", "refunds_other"), "0")
    query = QueryDict(mutable=True)
    query.update({**empty, "complaints": "0"})
    found = rate(read(query, ["beauty"]), parameters, CURRENT)
    assert found["status"] == "provisional"
    assert found["overall"]["grade"] is None
    assert found["dimensions"]["professionalism"]["score"] == pytest.approx(CURRENT.default_mark * 100)


def test_five_star_reviews_without_doubt_come_near_full_marks(parameters: Parameters) -> None:
    found = rate(Entry(verified=100_000, professionalism=5.0), parameters, CURRENT)
    assert found["dimensions"]["professionalism"]["score"] > 99


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-5", "1e99", "９９", "<script>", "1" * 400])
def test_nonsense_stays_within_bounds(parameters: Parameters, text: str) -> None:
    query = QueryDict(mutable=True)
    query.update({"verified": text, "service": text, "orders": text, "group": text})
    entry = read(query, ["beauty"])
    assert 0 <= entry.verified <= 1_000_000
    assert 1 <= entry.service <= 5
    assert entry.group == "beauty"
    assert np.isfinite(overall(entry, parameters))
