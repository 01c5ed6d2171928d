"""Evidence contested: what is refused, decided twice, or filed again."""

from datetime import timedelta

import pytest
from django.test import Client

from feedback.models import Review
from ratings.members import contests
from ratings.members.refusal import NotPossible
from ratings.models import Contest
from tests.accounts.people import AT, account, speaker
from tests.feedback.people import host
from tests.me.evidence import record, review

pytestmark = pytest.mark.django_db


def test_what_is_refused() -> None:
    lin, other = host("h1"), host("h2")
    user, judge = speaker("lin", lin), account("judge")
    review(lin, "r1")
    record(other, "refunds", "f1", AT - timedelta(days=1))

    def contest(kind: str, source_id: str, text: str = "wrong") -> Contest:
        return contests.contest(influencer=lin, kind=kind, source_id=source_id, text=text, by=user, at=AT)

    for kind, source_id, why in (
        ("refunds", "f1", "no such evidence"),
        ("reviews", "never", "no such evidence"),
        ("influencers", "h1", "cannot be contested"),
    ):
        with pytest.raises(NotPossible, match=why):
            contest(kind, source_id)
    with pytest.raises(NotPossible, match="say what is wrong"):
        contest("reviews", "r1", " ")
    made = contest("reviews", "r1")
    with pytest.raises(NotPossible, match="contested already"):
        contest("reviews", "r1")
    for by, reason, why in ((user, "mine", "their own"), (judge, " ", "reason")):
        with pytest.raises(NotPossible, match=why):
            contests.decide(contest=made, uphold=True, reason=reason, by=by, at=AT)
    contests.decide(contest=made, uphold=False, reason="The receipt is genuine.", by=judge, at=AT)
    assert Review.objects.get(source_id="r1").voided_at is None
    with pytest.raises(NotPossible, match="over already"):
        contests.decide(contest=made, uphold=True, reason="again", by=judge, at=AT)
    with pytest.raises(NotPossible, match="contested already"):
        contest("reviews", "r1")


def test_a_withdrawn_one_may_come_again(client: Client) -> None:
    lin = host("h1")
    user = speaker("lin", lin)
    record(lin, "complaints", "c1", AT - timedelta(days=2))
    first = contests.contest(influencer=lin, kind="complaints", source_id="c1", text="x", by=user, at=AT)
    contests.withdraw(contest=first, by=user, at=AT)
    contests.contest(influencer=lin, kind="complaints", source_id="c1", text="y", by=user, at=AT)
    assert Contest.objects.count() == 2
