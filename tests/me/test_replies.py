"""One public reply to a review, in plain words, by whom the review is about."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from feedback.models import Review
from influencers.models import Influencer
from ratings.members import replies
from ratings.members.refusal import NotPossible
from ratings.models import Reply
from tests.accounts.people import AT, account, speaker
from tests.feedback.people import host
from tests.me.evidence import review

pytestmark = pytest.mark.django_db
FINE = "Sorry about that, we have changed the packing."


@pytest.fixture
def lin() -> Influencer:
    return host("h1")


@pytest.fixture
def user(lin: Influencer) -> User:
    return speaker("lin", lin)


def test_a_reply_stands_until_it_is_taken_back(lin: Influencer, user: User) -> None:
    review(lin, "r1")
    made = replies.reply(influencer=lin, review_id="r1", text=f"  {FINE} ", by=user, at=AT)
    assert Reply.shown(["r1", "r2"])["r1"].text == FINE
    with pytest.raises(NotPossible, match="already"):
        replies.reply(influencer=lin, review_id="r1", text=FINE, by=user, at=AT)
    replies.take_back(reply=made, by=user, at=AT + timedelta(days=1))
    assert Reply.shown(["r1"]) == {}
    again = replies.reply(influencer=lin, review_id="r1", text=FINE, by=user, at=AT + timedelta(days=2))
    replies.remove(reply=again, reason="It named the buyer.", by=account("staff"), at=AT + timedelta(days=3))
    with pytest.raises(NotPossible, match="removed"):
        replies.reply(influencer=lin, review_id="r1", text=FINE, by=user, at=AT + timedelta(days=4))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("short", "at least 10"),
        ("x" * 1001, "At most"),
        ("Look at https://example.com/x please", "no links"),
        ("More at www.example.com for you", "no links"),
        ("Our shop: example.shop has more", "no links"),
        ("买更多 taobao。com 谢谢大家的支持", "no links"),
        ("<script>alert(1)</script> thanks", "no scripts"),
        ("<b>thank you very much</b>", "no scripts"),
        ("javascript:alert(1) thanks a lot", "no scripts"),
        ("Thanks &lt;img src=x onerror=1&gt;", "no scripts"),
        ("Call me on 138 0013 8000 any time", "telephone"),
        ("Write to lin@example.org any time", "no links|telephone"),
        ("Thanks a lot\x00 to you", "cannot be shown"),
    ],
)
def test_what_a_reply_may_not_hold(lin: Influencer, user: User, text: str, why: str) -> None:
    review(lin, "r1")
    with pytest.raises(NotPossible, match=why):
        replies.reply(influencer=lin, review_id="r1", text=text, by=user, at=AT)
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    "text", ["谢谢您的反馈,我们已经换了快递。", "Price was ¥9.90, i.e. 10% less than before.", "I < you :) thanks all"]
)
def test_what_it_may(lin: Influencer, user: User, text: str) -> None:
    review(lin, "r1")
    assert replies.reply(influencer=lin, review_id="r1", text=text, by=user, at=AT).text == text


def test_only_to_ones_own_reviews(lin: Influencer, user: User) -> None:
    review(host("h2"), "theirs")
    review(lin, "gone")
    Review.objects.filter(source_id="gone").update(voided_at=AT)
    for review_id in ("theirs", "gone", "never", "nul\0"):
        with pytest.raises(NotPossible, match="no such review"):
            replies.reply(influencer=lin, review_id=review_id, text=FINE, by=user, at=AT)
