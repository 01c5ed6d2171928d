"""What is news about a watched influencer: its public document against what was last told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from ratings.models import Delivery, Follow, Hook, PublicDocument, WatchEvent

AT_ONCE = 500

Kind = WatchEvent.Kind


def state_of(card: dict[str, Any]) -> dict[str, Any]:
    """What of a document a merchant is told of when it changes."""
    return {
        "status": card["status"],
        "grade": card["overall"]["grade"],
        "standing": sorted(
            f"{row['level']} {' '.join(row['codes'])} {row['start']}"
            for row in card["standing"]
            if not row.get("overturned")
        ),
        "flagged": sorted(row["session_id"] for row in card["traffic"] if row["flagged"]),
    }


def look(*, at: datetime) -> int:
    """Write an event and its deliveries for all that is news; how many events there were."""
    written = 0
    while found := _changed():
        for watch in found:
            written += _look_at(watch, at)
    return written


def _changed() -> list[int]:
    changed = Follow.objects.exclude(influencer__document=None).exclude(etag=F("influencer__document__etag"))
    return list(changed.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _look_at(pk: int, at: datetime) -> int:
    watch = Follow.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if watch is None:
        return 0
    document = PublicDocument.objects.filter(influencer_id=watch.influencer_id).first()
    if document is None or document.etag == watch.etag:
        return 0
    card = document.data
    now, before = state_of(card), watch.seen
    written = 0
    for kind, key, data in news(before, now, card) if before else ():
        about = {
            "influencer": card["influencer"]["slug"],
            "name": card["influencer"]["name"],
            "run": card["run"],
            **data,
        }
        event, created = WatchEvent.objects.get_or_create(
            merchant_id=watch.merchant_id,
            influencer_id=watch.influencer_id,
            kind=kind,
            key=key,
            defaults={"data": about, "at": at},
        )
        if created:
            hooks = Hook.objects.filter(merchant_id=watch.merchant_id, ended_at=None)
            ways: list[Hook | None] = [*hooks, None]
            Delivery.objects.bulk_create(Delivery(event=event, hook=way, next_at=at) for way in ways)
            written += 1
    watch.etag, watch.seen = document.etag, now
    watch.save(update_fields=["etag", "seen"])
    return written


def news(before: dict[str, Any], now: dict[str, Any], card: dict[str, Any]) -> list[tuple[Kind, str, dict[str, Any]]]:
    """(kind, key, details) of what changed; the key tells this change from every other."""
    found: list[tuple[Kind, str, dict[str, Any]]] = []
    stamp = str(card["updated_at"])
    if now["grade"] != before["grade"]:
        found.append((Kind.GRADE, stamp, {"before": before["grade"], "now": now["grade"]}))
    if now["status"] == "suspended" != before["status"]:
        found.append((Kind.SUSPENDED, stamp, {"before": before["status"]}))
    for row in card["standing"]:
        name = f"{row['level']} {' '.join(row['codes'])} {row['start']}"
        if name in now["standing"] and name not in before["standing"]:
            told = ("level", "codes", "public_summary", "start", "end")
            found.append((Kind.SANCTION, name, {key: row[key] for key in told}))
    for session in sorted(set(now["flagged"]) - set(before["flagged"])):
        judged = next(row for row in card["traffic"] if row["session_id"] == session)
        figures = ("session_id", "started_at", "shown", "real_low", "real", "real_high")
        found.append((Kind.INFLATED, session[:200], {key: judged[key] for key in figures}))
    return found
