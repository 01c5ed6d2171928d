"""A consumer's complaint moves the card while it stands decided for them, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from feedback import complaints
from feedback.models import Fault, Remedy, Role, Severity, Topic
from influencers.models import Influencer
from ratings import live
from ratings.models import PublicDocument
from tests.live.markets import AT, closed
from tests.scoring.worlds import World, at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def market() -> World:
    world = World().influencer("h0").influencer("other")
    for day in range(1, 40):
        world.session("h0", day, 100).session("other", day, 100)
    # somebody's rejected complaint says that complaints are covered
    return world.add("complaints", influencer_id="other", created_at=at(20), severity="minor", status="rejected")


def public(when: datetime) -> dict[str, Any]:
    assert live.take_up(at=when) == 1
    document = PublicDocument.objects.get(influencer__source_id="h0")
    assert document.live
    return {key: document.data[key] for key in ("overall", "dimensions", "contributions")}


def test_it_counts_while_the_decision_stands() -> None:
    with closed(market()):
        host = Influencer.objects.get(source_id="h0")
        case = complaints.file_complaint(influencer=host, topic=Topic.QUALITY, text="It broke.", at=AT).case
        open_ = public(AT)
        case = complaints.answer(case=case, text="We look into it.", role=Role.HOST, at=AT + HOUR)
        case = complaints.uphold(
            case=case,
            severity=Severity.SEVERE,
            fault=Fault.MERCHANT,
            remedy=Remedy.REFUND,
            reason="The photo shows it.",
            at=AT + 2 * HOUR,
        )
        upheld = public(AT + 2 * HOUR)
        assert upheld["overall"]["score"] < open_["overall"]["score"]
        assert upheld["dimensions"]["after_sales"]["score"] < open_["dimensions"]["after_sales"]["score"]
        case = complaints.reopen(case=case, reason="Decided on the wrong order.", at=AT + 3 * HOUR)
        assert public(AT + 3 * HOUR) == open_
        complaints.reject(case=case, reason="It was another's order.", at=AT + 4 * HOUR)
        assert public(AT + 4 * HOUR) == open_


def test_a_courier_s_fault_moves_nothing() -> None:
    with closed(market()):
        host = Influencer.objects.get(source_id="h0")
        case = complaints.file_complaint(influencer=host, topic=Topic.QUALITY, text="It broke.", at=AT).case
        open_ = public(AT)
        case = complaints.answer(case=case, text="The courier dropped it.", role=Role.HOST, at=AT + HOUR)
        complaints.uphold(
            case=case,
            severity=Severity.SEVERE,
            fault=Fault.COURIER,
            remedy=Remedy.REFUND,
            reason="The courier says so.",
            at=AT + 2 * HOUR,
        )
        assert public(AT + 2 * HOUR) == open_
