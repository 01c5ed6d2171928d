"""Single pieces of evidence behind a card, strongest first: what a reader sees who asks why.

They are summed anew from the influencer's own evidence and kept as long as the document they explain.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any

from feedback import evidence
from ratings import live
from ratings.models import PublicDocument
from ratings.publication.paging import Cursor, CursorInvalid, Page, scope_of

Pulls = dict[str, list[tuple[str, float]]]
ROOM = 32  # documents whose pieces are kept
DUST = 5e-5  # a piece that moves less than the published precision moves nothing

_kept: OrderedDict[str, Pulls] = OrderedDict()


@dataclass(frozen=True)
class Piece:
    """One piece: its kind and id, how far it moves the overall score in points, and what is known of it."""

    kind: str
    id: str
    pull: float
    facts: dict[str, Any]


def pieces(*, slug: str, channel: str = "", direction: str = "", cursor: str = "", size: int = 50) -> Page[Piece]:
    """What moves the score of an influencer, `up` or `down` or both. Raises CursorInvalid, LookupError for nobody."""
    document = _document(slug)
    if document is None:
        raise LookupError(slug)
    scope = scope_of("pieces", [slug, channel, direction])
    at = Cursor.read(cursor) if cursor else None
    if at is not None and at.scope != scope:
        raise CursorInvalid
    start = int(at.key[0]) if at else 0
    ordered = _ordered(_pulls(document), channel, direction)
    chosen = ordered[start : start + size]

    def to(offset: int) -> str:
        return Cursor(document.run_id, scope, [offset], False, offset + 1).sign()

    following = to(start + size) if start + size < len(ordered) else None
    before = to(max(0, start - size)) if start else None
    return Page(document.run_id, _with_facts(chosen), start + 1, following, before)


def _document(slug: str) -> PublicDocument | None:
    stored = PublicDocument.objects.select_related("run__policy", "influencer").defer("body", "body_gzip")
    return stored.filter(slug=slug).first()


def _pulls(document: PublicDocument) -> Pulls:
    """Of the document as it stands: its ETag changes when, and only when, what it says does."""
    key = f"{document.slug} {document.etag}"
    found = _kept.pop(key, None)
    if found is None:
        found = live.pulls_of(document=document)
    _kept[key] = found
    while len(_kept) > ROOM:
        _kept.popitem(last=False)
    return found


def _ordered(pulls: Pulls, channel: str, direction: str) -> list[tuple[str, float]]:
    """The strongest first; without a channel a review's three marks are one piece."""
    total: defaultdict[str, float] = defaultdict(float)
    for name, rows in pulls.items():
        if channel in ("", name):
            for source, pull in rows:
                total[source] += pull
    sign = {"up": 1, "down": -1}.get(direction)
    rows = [(source, pull) for source, pull in total.items() if abs(pull) >= DUST and (not sign or pull * sign > 0)]
    return sorted(rows, key=lambda row: (-abs(row[1]), row[0]))


def _with_facts(chosen: list[tuple[str, float]]) -> list[Piece]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for source, _pull in chosen:
        kind, _colon, name = source.partition(":")
        ids[kind].append(name)
    known = {kind: evidence.pieces(kind, names) for kind, names in ids.items()}
    found = []
    for source, pull in chosen:
        kind, _colon, name = source.partition(":")
        found.append(Piece(kind, name, round(pull, 4), known[kind].get(name, {})))
    return found


def facts(*, influencer: int, kind: str, name: str) -> dict[str, Any] | None:
    """What is known of one piece, if it is about this influencer."""
    if kind not in evidence.PIECES or evidence.owner_of(kind, name) != influencer:
        return None
    return evidence.pieces(kind, [name]).get(name)
