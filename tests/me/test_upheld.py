"""A contest that staff upheld: the evidence is out and the card moves."""

from datetime import timedelta

import pytest

from feedback.models import Review
from influencers.models import Influencer
from ratings import live
from ratings.members import contests
from ratings.models import PublicDocument, Run
from tests.accounts.people import AT, account, speaker

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
