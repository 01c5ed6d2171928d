"""Evidence contested, decided by staff, and what the card does."""

from datetime import timedelta

import pytest
from django.test import Client

from feedback.models import Review
from influencers.models import Influencer
from ratings import live
from ratings.members import contests
from ratings.members.refusal import NotPossible
from ratings.models import Contest, PublicDocument, Run
from tests.accounts.people import AT, account, speaker
from tests.feedback.people import host
from tests.me.evidence import record, review

pytestmark = pytest.mark.django_db


def test_an_upheld_contest_takes_the_evidence_out_and_moves_the_card(closed: Run) -> None:
    review_of = Review.objects.filter(professionalism__lte=2).order_by("-created_at").first()
    assert review_of
    owner = Influencer.objects.get(pk=review_of.influencer_id)
    user = speaker("owner", owner)
    before = PublicDocument.objects.get(influencer=owner).data
    made = contests.contest(
        influencer=owner, kind="reviews", source_id=review_of.source_id, text="Never bought from us.", by=user, at=AT
    )
    assert made.due_at == AT + timedelta(days=7)
    contests.decide(contest=made, uphold=True, reason="The order does not exist.", by=account("judge"), at=AT)
    review_of.refresh_from_db()
    assert review_of.void_reason.endswith("The order does not exist.")
    assert live.take_up(at=AT + timedelta(minutes=1)) == 1
    after = PublicDocument.objects.get(influencer=owner).data
    assert after["evidence"]["counts"]["reviews"] == before["evidence"]["counts"]["reviews"] - 1
    assert after["overall"]["score"] > before["overall"]["score"]


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
