"""Everything about an influencer in one file, for the influencer."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from feedback import evidence
from influencers.models import Influencer
from ratings import publication
from ratings.members.dashboard import action_row, appeal_row, contest_row, dashboard, told
from ratings.members.log import note
from ratings.models import Appeal, Contest, GrowthPlan, HistoryPoint, MemberEvent, Reply

ABOUT = """All that is kept about this influencer. Times are ISO 8601. Reviewers and buyers are not named:
their ids are pseudonyms that belong to them. Free text of complaints is left out for the same reason."""


@transaction.atomic
def export(*, influencer: Influencer, by: User, at: datetime) -> bytes:
    """A zip of JSON files; that it was made is logged."""
    files: dict[str, Any] = {f"evidence/{name}": rows for name, rows in _evidence(influencer).items()}
    card = publication.document(influencer.slug or "")
    files |= {
        "scorecard": card.data if card else None,
        "history": list(HistoryPoint.objects.filter(influencer=influencer).order_by("as_of").values(
            "as_of", "run_id", "policy_id", "status", "score", "low", "high", "grade", "rank")),
        "dashboard": dashboard(influencer=influencer, at=at),
        "replies": list(Reply.objects.filter(influencer=influencer).values(
            "review_id", "text", "at", "ended_at", "reason")),
        "contests": [contest_row(found, at) for found in Contest.objects.filter(influencer=influencer)],
        "actions": [action_row(found, at) for found in told(influencer)],
        "appeals": [appeal_row(found, at) for found in Appeal.objects.filter(action__in=told(influencer))],
        "growth_plans": list(GrowthPlan.objects.filter(influencer=influencer).values("as_of", "document")),
    }  # fmt: skip
    note(kind=MemberEvent.Kind.EXPORTED, at=at, actor=by, influencer=influencer)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", ABOUT)
        for name, content in files.items():
            text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
            archive.writestr(f"{name}.json", text)
    return packed.getvalue()


def _evidence(influencer: Influencer) -> dict[str, list[dict[str, Any]]]:
    found = evidence.everything_of(influencer.pk)
    for row in found["complaints"]:
        row.pop("text", None)
    for row in found["violations"]:
        row.pop("reported_by", None)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value)} is not for JSON")
