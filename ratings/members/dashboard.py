"""What an influencer sees of its own: standing against peers, what moved since the last close, open cases, clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from feedback import complaints
from feedback.clocks import clocks
from feedback.models import Case as ComplaintCase
from influencers.models import Influencer
from ratings import publication
from ratings.models import Action, Appeal, Contest, Notice, Scorecard
from ratings.models.governance import LIVE, OPEN_APPEALS

SHOWN = 20


def dashboard(*, influencer: Influencer, at: datetime) -> dict[str, Any]:
    """Everything of one influencer as plain data; pages and REST show the same."""
    document = publication.document(influencer.slug or "")
    card = document.data if document else None
    return {
        "influencer": {"slug": influencer.slug, "name": influencer.name},
        "card": card,
        "moved": _moved(influencer, card) if card else None,
        "open": {
            "complaints": [_complaint(case, at) for case in _complaints(influencer)],
            "contests": [contest_row(found, at) for found in _contests(influencer)],
            "actions": [action_row(action, at) for action in actions_of(influencer)],
            "appeals": [appeal_row(appeal, at) for appeal in appeals_of(influencer) if appeal.state in OPEN_APPEALS],
        },
        "notices": [
            {"at": notice.at.isoformat(timespec="seconds"), **notice.read_in(get_language() or "")}
            for notice in Notice.objects.filter(influencer__in=Influencer.with_merged(influencer.pk))[:SHOWN]
        ],
    }


def _moved(influencer: Influencer, card: dict[str, Any]) -> dict[str, Any] | None:
    """Against the last close, or when nothing came since, against the one before."""
    public = publication.public_run()
    if public is None:
        return None
    runs = [public.run_id, public.previous_id]
    known = Scorecard.objects.filter(run__in=[run for run in runs if run], influencer=influencer)
    found = {stored.run_id: stored for stored in known.select_related("run")}
    for run in runs:
        before = found.get(run) if run else None
        if before is None or (run == public.run_id and before.card["contributions"] == card["contributions"]):
            continue
        return {
            "since": before.run.as_of.isoformat(),
            "overall": _change(before.card["overall"]["score"], card["overall"]["score"]),
            "dimensions": {
                name: _change(before.card["dimensions"][name]["score"], now["score"])
                for name, now in card["dimensions"].items()
            },
            "contributions": _changes(before.card["contributions"], card["contributions"]),
        }
    return None


def _change(before: float, now: float) -> dict[str, float]:
    return {"before": before, "now": now, "change": round(now - before, 4)}


def _changes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts whose points changed, most first; they add up to the change of the score."""
    then = {(row["channel"], row["source"]): row["points"] for row in before if row["source"] != "held"}
    rows = {(row["channel"], row["source"]): row["points"] for row in now if row["source"] != "held"}
    found = [
        {"channel": key[0], "source": key[1], "change": round(rows.get(key, 0.0) - then.get(key, 0.0), 4)}
        for key in {**then, **rows}
    ]
    moved = [row for row in found if row["change"]]
    return sorted(moved, key=lambda row: (-abs(row["change"]), row["channel"], row["source"]))


def _complaints(influencer: Influencer) -> list[ComplaintCase]:
    found = ComplaintCase.objects.filter(
        influencer__in=Influencer.with_merged(influencer.pk), state__in=complaints.OPEN
    )
    return list(found.order_by("opened_at")[:SHOWN])


def _complaint(case: ComplaintCase, at: datetime) -> dict[str, Any]:
    """Without whoever complained: what it is about, its state and its clocks."""
    return {
        "complaint_id": case.complaint_id,
        "topic": case.topic,
        "state": case.state,
        "opened_at": case.opened_at.isoformat(timespec="seconds"),
        "clocks": [
            {
                "name": clock.name.value,
                "due": clock.due.isoformat(timespec="seconds"),
                "done_at": clock.done_at and clock.done_at.isoformat(timespec="seconds"),
                "late": clock.late,
            }
            for clock in clocks(case, at=at)
        ],
    }


def _contests(influencer: Influencer) -> list[Contest]:
    return list(Contest.objects.filter(influencer__in=Influencer.with_merged(influencer.pk))[:SHOWN])


def contest_row(found: Contest, at: datetime) -> dict[str, Any]:
    return {
        "id": found.pk,
        "evidence": str(found),
        "state": found.state,
        "filed_at": found.filed_at.isoformat(timespec="seconds"),
        "due_at": found.due_at.isoformat(timespec="seconds"),
        "late": found.state == Contest.State.FILED and at > found.due_at,
        "text": found.text,
        "reason": found.reason,
    }


def actions_of(influencer: Influencer) -> list[Action]:
    """Actions the influencer has been told of, newest first, with those of hosts that were merged into it."""
    return list(told(influencer).prefetch_related("appeals").order_by("-decided_at")[:SHOWN])


def told(influencer: Influencer) -> QuerySet[Action]:
    """What it, and whoever goes on as it, has been told of, and may appeal against."""
    return Action.objects.filter(influencer__in=Influencer.with_merged(influencer.pk), notified_at__isnull=False)


def appeals_of(influencer: Influencer) -> list[Appeal]:
    found = Appeal.objects.filter(action__influencer__in=Influencer.with_merged(influencer.pk)).select_related("action")
    return list(found.order_by("-filed_at")[:SHOWN])


def action_row(action: Action, at: datetime) -> dict[str, Any]:
    """The statement of reasons as its addressee reads it."""
    return {
        "id": action.pk,
        "level": action.level,
        "codes": action.codes,
        "state": action.state,
        "in_force": action.state in LIVE,
        "ground": action.ground,
        "ground_reference": action.ground_reference,
        "facts": action.facts,
        "points": str(action.points),
        "start": action.start.isoformat(timespec="seconds"),
        "end": action.end and action.end.isoformat(timespec="seconds"),
        "cure_until": action.cure_until and action.cure_until.isoformat(timespec="seconds"),
        "appeal_until": action.appeal_until.isoformat(timespec="seconds"),
        "appeal_how": action.appeal_how,
        "may_appeal": action.may_be_appealed and at < action.appeal_until,
        "public_summary": action.public_summary,
    }


def appeal_row(appeal: Appeal, at: datetime) -> dict[str, Any]:
    return {
        "id": appeal.pk,
        "action": appeal.action_id,
        "state": appeal.state,
        "grounds": appeal.grounds,
        "answers": appeal.answers,
        "filed_at": appeal.filed_at.isoformat(timespec="seconds"),
        "acknowledge_due": appeal.acknowledge_due.isoformat(timespec="seconds"),
        "decide_due": appeal.decide_due.isoformat(timespec="seconds"),
        "late": appeal.is_open and at > appeal.decide_due,
        "outcome": appeal.outcome,
        "reason": appeal.reason,
    }
