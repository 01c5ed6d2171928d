"""What a card rests on, piece by piece: its reviews with their trust, and what each piece of evidence moves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ratings import pieces, publication
from ratings.api.base import PageParameters, PublicView, listed
from ratings.api.shapes import Shape
from ratings.api.views import SLUG, Recounting, paged
from ratings.publication.serving import ready
from ratings.scoring.contributions import CHANNEL_NAMES


class ReviewParameters(PageParameters):
    marks = serializers.ChoiceField(
        required=False, choices=["high", "mixed", "low"], help_text="All 4 or 5, in between, one of them 1 or 2."
    )
    verified = serializers.BooleanField(required=False, allow_null=True, default=None)
    held_down = serializers.BooleanField(required=False, default=False, help_text="Only those that are.")


class PieceParameters(PageParameters):
    channel = serializers.ChoiceField(required=False, choices=CHANNEL_NAMES)
    direction = serializers.ChoiceField(required=False, choices=["up", "down"])


class Why(Shape):
    code = serializers.CharField()
    text = serializers.CharField()
    lift = serializers.CharField(help_text="What would lift it.")


class ReviewTrust(Shape):
    share = serializers.FloatField(help_text="Of a full review, 0 to 1.")
    held_down = serializers.BooleanField()
    why = Why(many=True)


class PublicReply(Shape):
    text = serializers.CharField()
    at = serializers.DateTimeField()


class PublicReview(Shape):
    review_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    professionalism = serializers.IntegerField()
    service = serializers.IntegerField()
    as_described = serializers.IntegerField()
    verified = serializers.BooleanField()
    text = serializers.CharField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    trust = ReviewTrust(allow_null=True, help_text="Null until the day it came on is closed.")
    reply = PublicReply(allow_null=True, help_text="The influencer's public answer.")


class ReviewPage(Shape):
    slug = serializers.CharField()
    results = PublicReview(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class PublicPiece(Shape):
    evidence_id = serializers.CharField(help_text="kind:id")
    points = serializers.FloatField(help_text="How far it moves the overall score; marks against their own average.")
    facts = serializers.DictField()


class PiecePage(Shape):
    slug = serializers.CharField()
    run = serializers.IntegerField()
    results = PublicPiece(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class Reviews(PublicView):
    query = ReviewParameters

    @extend_schema(operation_id="reviews", parameters=[SLUG, ReviewParameters], responses=ReviewPage)
    def get(self, request: Request, slug: str) -> Response:
        """Reviews, newest first: marks, text, and how much each counts and why."""
        found = ready(slug)
        if found is None:
            raise Http404
        page = paged(publication.reviews, influencer=found.influencer_id, **self.asked)
        return Response(listed(request, [review(shown) for shown in page.rows], page, slug=slug))


class Pieces(PublicView):
    query = PieceParameters
    throttle_classes = (Recounting,) if settings.THROTTLE else ()

    @extend_schema(operation_id="pieces", parameters=[SLUG, PieceParameters], responses=PiecePage)
    def get(self, request: Request, slug: str) -> Response:
        """Every piece of evidence behind the card, the strongest first."""
        try:
            page = paged(pieces.pieces, slug=slug, **self.asked)
        except LookupError:
            raise Http404 from None
        rows = [{"evidence_id": f"{p.kind}:{p.id}", "points": p.pull, "facts": p.facts} for p in page.rows]
        return Response(listed(request, rows, page, slug=slug, run=page.run))


def review(shown: publication.Shown) -> dict[str, Any]:
    row, trust, reply = shown.review, shown.trust, shown.reply
    names = ("created_at", "professionalism", "service", "as_described", "text", "language")
    return {
        "review_id": row.source_id,
        **{name: getattr(row, name) for name in names},
        "verified": bool(row.verified),
        "trust": trust
        and {
            "share": round(trust.share, 4),
            "held_down": trust.held_down,
            "why": [{"code": r.code, "text": str(r.text), "lift": str(r.lift)} for r in trust.reasons],
        },
        "reply": reply and {"text": reply.text, "at": reply.at},
    }
