"""An influencer's reviews as the public reads them: each with how much it counts, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from django.db import connection

from feedback import evidence
from feedback.evidence import Review
from ratings import ledger
from ratings.models import PolicyVersion
from ratings.publication.paging import Cursor, CursorInvalid, Order, Page, page, scope_of
from ratings.publication.reasons import WORDS, Reason
from ratings.scoring.links import link_factor
from ratings.scoring.policy import BANDS, CURRENT, PPM, Policy
from ratings.scoring.trust import HELD_BELOW, REASONS

NEWEST = Order((("created_at", True), ("id", True)))
LINKED = 1 << REASONS.index("linked")
TRUST = """
SELECT r.id, y.text, y.at, (SELECT policy FROM ratings_trustclose ORDER BY day DESC LIMIT 1),
  t.trust, t.full_trust, t.why, t.level, COALESCE(b.factor[t.known * %s + t.band + 1], 1)
FROM unnest(%s::text[]) r(id)
LEFT JOIN ratings_reviewtrust t ON t.review_id = r.id
LEFT JOIN ratings_bucketday b ON b.influencer_id = t.influencer_id AND b.receipt = t.receipt
LEFT JOIN ratings_reply y ON y.review_id = r.id AND y.ended_at IS NULL
"""
HELD = """
SELECT t.review_id FROM ratings_reviewtrust t LEFT JOIN ratings_bucketday b USING (influencer_id, receipt)
WHERE t.influencer_id IN (SELECT source_id FROM influencers_influencer WHERE id = %s OR merged_into_id = %s)
  AND t.trust * COALESCE(b.factor[t.known * %s + t.band + 1], 1) / (1 + %s * t.level) < %s * t.full_trust
"""


@dataclass(frozen=True)
class Trust:
    """How much a review counts, as its day was closed.

    Attributes
    ----------
    share : of a full review, 0 to 1
    of : what verification alone would give
    held_down : whether it counts less than half of what verification alone would give
    """

    share: float
    of: float
    reasons: tuple[Reason, ...]
    held_down: bool


@dataclass(frozen=True)
class Answer:
    """The host's public reply to a review."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Shown:
    """A review, its trust (None until the day it came on is closed) and the host's public answer, if any."""

    review: Review
    trust: Trust | None
    reply: Answer | None


def reviews(
    *,
    influencer: int,
    marks: str = "",
    verified: bool | None = None,
    held_down: bool = False,
    cursor: str = "",
    size: int = 20,
) -> Page[Shown]:
    """Newest first. Raises CursorInvalid."""
    scope = scope_of("reviews", [influencer, marks, verified, held_down])
    at = Cursor.read(cursor) if cursor else None
    if at is not None and at.scope != scope:
        raise CursorInvalid
    among = _held_down(influencer, _policy(ledger.judged_under())) if held_down else None
    rows = evidence.reviews_of(influencer, marks=marks, verified=verified, among=among)
    found = page(rows, order=NEWEST, run=0, scope=scope, cursor=at, size=size)
    said = _said([row.source_id for row in found.rows])
    shown = [Shown(row, *said[row.source_id]) for row in found.rows]
    return Page(found.run, shown, found.first_place, found.next, found.previous)


def _held_down(influencer: int, policy: Policy) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, [influencer, influencer, BANDS, policy.link_weight, HELD_BELOW])
        return [row[0] for row in cursor.fetchall()]


def _policy(version: str | None) -> Policy:
    """What closed days were judged under."""
    return CURRENT if version is None else _stored_policy(version)


@lru_cache(maxsize=2)
def _stored_policy(version: str) -> Policy:
    return Policy.from_document(PolicyVersion.objects.get(version=version).document)


def _said(ids: Sequence[str]) -> dict[str, tuple[Trust | None, Answer | None]]:
    """Trust and reply of each, in one look."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TRUST, [BANDS, list(ids)])
        rows = cursor.fetchall()
    return {
        name: (
            None if judged[0] is None else _one(*judged, policy=_policy(version)),
            None if text is None else Answer(text, at),
        )
        for name, text, at, version, *judged in rows
    }


def _one(trust: int, full: int, why: int, level: float, let_through: float, *, policy: Policy) -> Trust:
    bits = why | (LINKED if level > 0 else 0)
    share = trust * float(link_factor(np.array([level]), policy)[0]) * let_through / PPM
    reasons = tuple(WORDS[code] for k, code in enumerate(REASONS) if bits >> k & 1)
    return Trust(share, full / PPM, reasons, share < HELD_BELOW * full / PPM)
