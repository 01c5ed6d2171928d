"""What is news about a watched influencer: its public document against what was last told.

Whoever follows a host that goes on as another is told so, and follows that other from then on; when the merge is taken
back it is told that too, and follows the one it chose.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, When

from ratings.models import Delivery, Follow, Hook, PublicDocument, WatchEvent

AT_ONCE = 500

Kind = WatchEvent.Kind
News = list[tuple[Kind, str, dict[str, Any]]]
ETAG = Case(
    When(influencer__merged_into=None, then=F("influencer__document__etag")),
    default=F("influencer__merged_into__document__etag"),
)


def state_of(card: dict[str, Any]) -> dict[str, Any]:
    """What of a document a merchant is told of when it changes."""
    about = card["influencer"]
    return {
        "slug": about["slug"],
        "name": about["name"],
        "formerly": {gone["slug"]: {"name": gone["name"], "since": gone["since"]} for gone in about["formerly"]},
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
    changed = Follow.objects.annotate(current=ETAG).exclude(current=None).exclude(etag=F("current"))
    return list(changed.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _look_at(pk: int, at: datetime) -> int:
    found = Follow.objects.select_for_update(of=("self",)).select_related("influencer").defer("influencer__search")
    watch = found.filter(pk=pk).first()
    if watch is None:
        return 0
    about = watch.influencer.merged_into_id or watch.influencer_id
    document = PublicDocument.objects.filter(influencer=about).first()
    if document is None or document.etag == watch.etag:
        return 0
    card = document.data
    now = state_of(card)
    written = sum(
        _tell(watch.merchant_id, about, at, kind, key, {"run": card["run"], **data})
        for kind, key, data in [*moved(watch.seen, now, chosen=watch.influencer.slug), *_told(watch.seen, now, card)]
    )
    watch.etag, watch.seen = document.etag, now
    watch.save(update_fields=["etag", "seen"])
    return written


def _tell(merchant: int, influencer: int, at: datetime, kind: Kind, key: str, data: dict[str, Any]) -> int:
    event, created = WatchEvent.objects.get_or_create(
        merchant_id=merchant, influencer_id=influencer, kind=kind, key=key, defaults={"data": data, "at": at}
    )
    if not created:
        return 0
    ways: list[Hook | None] = [*Hook.objects.filter(merchant_id=merchant, ended_at=None), None]
    Delivery.objects.bulk_create(Delivery(event=event, hook=way, next_at=at) for way in ways)
    return 1


def moved(before: dict[str, Any], now: dict[str, Any], *, chosen: str | None) -> News:
    """Who goes on as whom since the last look, and who is a host of its own again; `chosen` is the one followed."""
    was = before.get("slug", chosen)
    stayed = was == now["slug"]
    has = now["formerly"]
    had = before.get("formerly", has if stayed else {})
    mine = {"influencer": now["slug"], "name": now["name"]}
    found: News = []
    for slug in sorted(slug for slug in has if has[slug] != had.get(slug)):
        if stayed or slug == chosen:  # whom else the other had taken in before is no news to those who come to it now
            into = {"into": now["slug"], "into_name": now["name"]}
            found.append((Kind.MERGED, _once(slug, has[slug]), {**mine, **_gone(slug, has[slug]), **into}))
    for slug in sorted(slug for slug in had if slug not in has):
        if stayed or slug == now["slug"]:
            into = {"into": was, "into_name": before["name"]}
            found.append((Kind.SEPARATED, _once(slug, had[slug]), {**mine, **_gone(slug, had[slug]), **into}))
    return found


def _gone(slug: str, gone: dict[str, str]) -> dict[str, str]:
    return {"merged": slug, "merged_name": gone["name"], "since": gone["since"]}


def _once(slug: str, gone: dict[str, str]) -> str:
    return f"{slug} {gone['since']}"


def _told(before: dict[str, Any], now: dict[str, Any], card: dict[str, Any]) -> News:
    """The news of a card under the name it has now; shows that were another's and are flagged there are none."""
    if not before:
        return []
    same = before.get("slug", now["slug"]) == now["slug"]
    about = {"influencer": now["slug"], "name": now["name"]}
    rows = [(kind, key, {**about, **data}) for kind, key, data in news(before, now, card)]
    return [row for row in rows if same or row[0] != Kind.INFLATED]


def news(before: dict[str, Any], now: dict[str, Any], card: dict[str, Any]) -> News:
    """(kind, key, details) of what changed; the key tells this change from every other."""
    found: News = []
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
