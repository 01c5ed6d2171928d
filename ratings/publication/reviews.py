"""An influencer's reviews as the public reads them: each with how much it counts, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import F, Q, QuerySet

from feedback import evidence
from feedback.evidence import Review
from influencers.models import Influencer
from ratings.models import ReviewTrust
from ratings.publication.paging import Cursor, CursorInvalid, Order, Page, page, scope_of
from ratings.publication.reasons import WORDS, Reason
from ratings.scoring.links import link_factor
from ratings.scoring.policy import BANDS, CURRENT, PPM
from ratings.scoring.trust import HELD_DOWN, REASONS

NEWEST = Order((("created_at", True), ("id", True)))
LINKED = 1 << REASONS.index("linked")
TRUST = """
SELECT t.review_id, t.trust, t.full_trust, t.why, t.level, COALESCE(b.factor[t.known * %s + t.band + 1], 1)
FROM ratings_reviewtrust t LEFT JOIN ratings_bucketday b USING (influencer_id, receipt) WHERE t.review_id = ANY(%s)
"""


@dataclass(frozen=True)
class Trust:
    """How much a review counts, as its day was closed.

    Attributes
    ----------
    share : of a full review, 0 to 1
    of : what verification alone would give
    held_down : whether anything but a missing receipt lowers it
    """

    share: float
    of: float
    reasons: tuple[Reason, ...]
    held_down: bool


@dataclass(frozen=True)
class Shown:
    """A review and its trust; None until the day it came on is closed."""

    review: Review
    trust: Trust | None


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
    among = _held_down(influencer) if held_down else None
    rows = evidence.reviews_of(influencer, marks=marks, verified=verified, among=among)
    found = page(rows, order=NEWEST, run=0, scope=scope, cursor=at, size=size)
    trust = _trust([row.source_id for row in found.rows])
    shown = [Shown(row, trust.get(row.source_id)) for row in found.rows]
    return Page(found.run, shown, found.first_place, found.next, found.previous)


def _held_down(influencer: int) -> QuerySet[ReviewTrust, str]:
    source = Influencer.objects.filter(pk=influencer).values("source_id")
    judged = ReviewTrust.objects.filter(influencer_id__in=source).annotate(bits=F("why").bitand(HELD_DOWN))
    return judged.filter(Q(bits__gt=0) | Q(level__gt=0)).values_list("review_id", flat=True)


def _trust(ids: Sequence[str]) -> dict[str, Trust]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TRUST, [BANDS, list(ids)])
        return {row[0]: _one(*row[1:]) for row in cursor.fetchall()}


def _one(trust: int, full: int, why: int, level: float, let_through: float) -> Trust:
    bits = why | (LINKED if level > 0 else 0)
    share = trust * float(link_factor(np.array([level]), CURRENT)[0]) * let_through / PPM
    reasons = tuple(WORDS[code] for k, code in enumerate(REASONS) if bits >> k & 1)
    return Trust(share, full / PPM, reasons, bool(bits & HELD_DOWN))
