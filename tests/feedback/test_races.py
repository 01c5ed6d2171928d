"""Two at once, on connections of their own: an order is used once, a case takes one decision."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from feedback import complaints
from feedback.complaints import NotPossibleError
from feedback.models import CaseEvent, Complaint, Fault, Remedy, Review, Severity, Topic
from feedback.reviews import Marks, leave_review
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all begun together."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            found[number] = act()
        except Exception as error:
            found[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_reviews_with_one_receipt_one_is_verified() -> None:
    influencer, platform = host(), Platform()
    for number in range(ROUNDS):
        receipt = platform.receipt(f"A-{number}")

        def leave(receipt: str = receipt) -> bool:
            marks, at = Marks(5, 5, 5), timezone.now()
            return leave_review(influencer=influencer, marks=marks, text="", receipt=receipt, at=at).verified

        assert sorted(at_once(leave, leave, leave)) == [False, False, True]
    assert Review.objects.filter(verified=True).count() == ROUNDS
    assert Review.objects.count() == 3 * ROUNDS


def test_of_two_decisions_one_wins_and_the_other_is_told_why() -> None:
    influencer = host()
    for _ in range(ROUNDS):
        opened = timezone.now() - timedelta(days=4)
        case = complaints.file_complaint(influencer=influencer, topic=Topic.OTHER, text="x", at=opened).case

        def uphold(case: Any = case) -> Any:
            how = {"severity": Severity.MINOR, "fault": Fault.INFLUENCER, "remedy": Remedy.NONE, "reason": "x"}
            return complaints.uphold(case=case, at=timezone.now(), **how)  # type: ignore[arg-type]

        def reject(case: Any = case) -> Any:
            return complaints.reject(case=case, reason="x", at=timezone.now())

        results = at_once(uphold, reject)
        (lost,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(lost, NotPossibleError), lost
        case.refresh_from_db()
        assert Complaint.objects.get(source_id=case.complaint_id).status == case.state
        assert CaseEvent.objects.filter(case=case).count() == 2
