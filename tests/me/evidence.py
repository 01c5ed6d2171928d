"""Single pieces of evidence for tests of what people do about them."""

from datetime import datetime, timedelta
from typing import Any

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from tests.accounts.people import AT

DEFAULTS: dict[str, dict[str, Any]] = {
    "reviews": {"professionalism": 1, "service": 1, "as_described": 1, "reviewer_id": "buyer-1", "verified": True},
    "refunds": {"reason": "quality", "fault": "merchant"},
    "complaints": {"severity": "moderate", "status": "upheld", "fault": "influencer"},
    "violations": {"code": "PRM-02", "status": "confirmed", "class": "D"},
    "sessions": {"orders": 30, "viewers": 3000, "commenters": 200},
}


def record(influencer: Influencer, kind: str, source_id: str, at: datetime, **values: Any) -> None:
    of = KINDS[kind]
    row = {of.key: source_id, "influencer_id": influencer.source_id, of.event_time: at, **DEFAULTS[kind], **values}
    record_own(kind=of, row=row, at=max(at, values.get("updated_at") or at))


def review(influencer: Influencer, source_id: str, *, at: datetime = AT - timedelta(hours=1), **values: Any) -> None:
    record(influencer, "reviews", source_id, at, **{"reviewer_id": f"buyer of {source_id}", **values})
