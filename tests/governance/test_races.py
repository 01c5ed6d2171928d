"""Two moderators at once, on connections of their own: one wins, the other is told who did what when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db.models import Sum

from ratings.governance import actions, appeals
from ratings.governance.errors import AlreadyActed
from ratings.governance.standing import Line, replay
from ratings.models.governance import Action, Event, Level, Outcome, Standing
from tests.feedback.test_races import at_once
from tests.governance.people import AT, acted, case, host, issued, staff

pytestmark = [pytest.mark.usefixtures("as_application"), pytest.mark.slow]

ROUNDS = 200
HOSTS = 8


def assert_sums() -> None:
    for standing in Standing.objects.all():
        events = Event.objects.filter(influencer=standing.influencer_id).order_by("id")
        total = events.aggregate(total=Sum("change"))["total"] or Decimal(0)
        assert standing.balance == 100 + total
        lines = [Line(*row) for row in events.values_list("kind", "at", "case_id", "data")]
        assert standing.balance == replay(lines, standing.updated_at).balance


def test_of_two_moderators_one_wins_and_the_other_is_told_why() -> None:
    mo, li = staff("mo"), staff("li")
    hosts = [host() for _ in range(HOSTS)]
    for number in range(ROUNDS):
        at = AT + timedelta(days=number)
        found = case(hosts[number % HOSTS], "PRM-03", at=at)
        act = partial(issued, found, by=mo, at=at)
        other = partial(issued, found) if number % 2 else partial(actions.dismiss, case=found, reason="Nothing to it.")
        results = at_once(act, partial(other, by=li, at=at))
        (lost,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(lost, AlreadyActed), repr(lost)
        winner = "li" if isinstance(results[0], Exception) else "mo"
        assert lost.by == winner
        assert lost.at == at
        assert winner in str(lost)
        assert Action.objects.filter(case=found).count() == (winner == "mo" or number % 2)
    assert_sums()


def test_the_same_request_twice_at_once_acts_once() -> None:
    who = host()
    for number in range(10):
        found = case(who, "PRM-03", at=AT)
        ask = partial(issued, found, key=f"request {number}", level=Level.L0, lower_reason="Young.")
        first, second = at_once(ask, ask)
        assert first.pk == second.pk
    assert_sums()


def test_of_two_answers_to_an_appeal_one_counts() -> None:
    for number in range(10):
        action = acted(host())
        appeal = appeals.file_appeal(action=action, grounds=["No."], at=AT)

        at = AT + timedelta(hours=number)
        decide = partial(appeals.decide_appeal, appeal=appeal, answers=["Yes."], reason="x", at=at)
        overturn = partial(decide, outcome=Outcome.OVERTURNED, by=staff("judge"))
        results = at_once(overturn, partial(decide, outcome=Outcome.UPHELD, by=staff("other")))
        (lost,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(lost, AlreadyActed), repr(lost)
    assert_sums()
