"""The evidence pack: everything a consumer may take to 12315 or a court, as one document.

It holds what the consumer wrote, whole, and of everybody else what the timeline shows: no names, no contacts.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from feedback.clocks import clocks
from feedback.models import Against, Case, Session
from feedback.timeline import timeline
from influencers.models import Account

FORM = "clearhost-evidence-pack/1"


def evidence_pack(case: Case, *, at: datetime) -> dict[str, Any]:
    """Gather the pack; `digest` is the SHA-256 of everything else, as canonical JSON."""
    host = case.influencer
    session = Session.objects.filter(source_id=case.session_id, influencer=host).first() if case.session_id else None
    accounts = Account.objects.filter(influencer=host, voided_at=None).order_by("platform", "source_id")
    pack: dict[str, Any] = {
        "form": FORM,
        "made_at": moment(at),
        "complaint": {
            "id": case.complaint_id,
            "topic": case.topic,
            "text": case.text,
            "wish": case.wish or None,
            "opened_at": moment(case.opened_at),
            "state": case.state,
        },
        "against": {"who": case.against, "name": case.against_name or _name_of(case)},
        "host": {
            "name": host.name,
            "slug": host.slug,
            "agency": host.agency,
            "operator": host.operator,
            "qualification": host.qualification,
            "qualification_expires": host.qualification_expires and host.qualification_expires.isoformat(),
            "accounts": [{"platform": account.platform, "handle": account.handle} for account in accounts],
        },
        "receipt": {
            "order_id": case.order_id or None,
            "amount": None if case.amount is None else str(case.amount),
            "session_id": case.session_id or None,
            "verified": case.verified,
        },
        "session": session
        and {
            "session_id": session.source_id,
            "started_at": moment(session.started_at),
            "ended_at": moment(session.ended_at),
            "platform": session.platform,
            "show_type": session.show_type,
            "ai_host": session.ai_host,
        },
        "decision": _decision(case),
        "clocks": [
            {"name": clock.name.value, "due": moment(clock.due), "done_at": moment(clock.done_at), "late": clock.late}
            for clock in clocks(case, at=at)
        ],
        "timeline": [
            {"at": moment(line.at), "event": line.kind.value, "by": line.role.value, "text": line.text}
            for line in timeline(case)
        ],
        "attachments": [
            {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.digest}
            for file in case.attachments.all()
        ],
    }
    canonical = json.dumps(pack, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**pack, "digest": f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"}


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _decision(case: Case) -> dict[str, Any] | None:
    if not case.reason:
        return None
    return {
        "at": moment(case.closed_at),
        "reason": case.reason,
        "fault": case.fault or None,
        "shares": case.shares,
        "remedy": case.remedy or None,
        "remedied_at": moment(case.remedied_at),
    }


def _name_of(case: Case) -> str | None:
    """Who it is against, where its source says so; which merchant it is only a person knows."""
    host = case.influencer
    return {Against.HOST: host.name, Against.OPERATOR: host.operator, Against.AGENCY: host.agency}.get(
        Against(case.against)
    )
