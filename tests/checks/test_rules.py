"""The thresholds are those that were announced, and anyone can read them."""

from __future__ import annotations

import pytest
from django.test import Client

from ratings.checks.rules import RULES, document
from ratings.checks.verdict import Chances, Verdict, verdict


def test_the_thresholds_are_those_announced() -> None:
    found = (RULES.avoid_below, RULES.go_from, RULES.go_loss_most, RULES.least_sessions, RULES.least_mature)
    assert found == (0.30, 0.70, 0.10, 5, 3)
    assert RULES.balance_share == 0.95
    assert all(one["reason"] or name == "seed" for name, one in document()["constants"].items())


GOOD, BAD, MIDDLE = Chances(0.7, 0.7, 0.1), Chances(0.1, 0.29, 0.5), Chances(0.69, 0.69, 0.0)


@pytest.mark.parametrize(
    ("barred", "comparable", "mature", "chances", "said"),
    [
        (True, 0, 0, GOOD, Verdict.AVOID),
        (False, 4, 4, BAD, Verdict.NOT_ENOUGH),
        (False, 4, 4, GOOD, Verdict.NOT_ENOUGH),
        (False, 5, 3, BAD, Verdict.AVOID),
        (False, 5, 2, BAD, Verdict.NEGOTIATE),
        (False, 5, 3, GOOD, Verdict.GO),
        (False, 5, 0, Chances(0.9, 0.9, 0.11), Verdict.NEGOTIATE),
        (False, 9, 9, MIDDLE, Verdict.NEGOTIATE),
        (False, 9, 9, Chances(0.1, 0.30, 0.5), Verdict.NEGOTIATE),
    ],
)
def test_the_verdict_at_its_edges(barred: bool, comparable: int, mature: int, chances: Chances, said: Verdict) -> None:
    assert verdict(barred=barred, comparable=comparable, mature=mature, found=chances, rules=RULES) is said


def test_anyone_can_read_the_rules(client: Client) -> None:
    answer = client.get("/api/v1/checks/rules/")
    assert answer.status_code == 200
    assert answer.json()["constants"]["go_from"]["value"] == 0.7
