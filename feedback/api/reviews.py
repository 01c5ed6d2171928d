"""`reviews/`: leave a review, take it back."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import texts
from feedback.api import idempotency
from feedback.api.base import CleanText, InfluencerField, TakingIn, receipt_answer
from feedback.pace import ReviewPace, TokenPace, TooMany
from feedback.receipts import TOKEN_LENGTH
from feedback.reviews import Marks, UnknownTokenError, leave_review, withdraw_review

TOKEN = OpenApiParameter("token", OpenApiTypes.STR, OpenApiParameter.PATH, description="What the author was given.")


class ReceiptStatus(serializers.Serializer[Any]):
    status = serializers.CharField(help_text="accepted, or why the receipt does not count.")
    message = serializers.CharField()


class ReviewIn(serializers.Serializer[Any]):
    influencer = InfluencerField(help_text="The influencer's slug.")
    professionalism = serializers.IntegerField(min_value=1, max_value=5)
    service = serializers.IntegerField(min_value=1, max_value=5)
    as_described = serializers.IntegerField(min_value=1, max_value=5)
    text = CleanText(length=texts.REVIEW_LENGTH, required=False, allow_blank=True, default="")
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16, required=False, default="")
    receipt = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TOKEN_LENGTH, help_text="A signed order receipt."
    )
    reviewer = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=200,
        help_text="What an earlier answer gave as `reviewer`, so that the same person is known again.",
    )


class ReviewOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    token = serializers.CharField(help_text="Withdraws the review; shown once.")
    verified = serializers.BooleanField()
    receipt = ReceiptStatus(allow_null=True)
    reviewer = serializers.CharField()


class Reviews(TakingIn):
    throttled_by = {"POST": ReviewPace}

    @extend_schema(
        operation_id="leave_review", parameters=[idempotency.PARAMETER], request=ReviewIn, responses={201: ReviewOut}
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Leave a review. A signed order receipt makes it verified; one that does not count is named in the answer."""
        given = ReviewIn(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        try:
            left = leave_review(
                influencer=asked["influencer"],
                marks=Marks(asked["professionalism"], asked["service"], asked["as_described"]),
                text=asked["text"],
                language=asked["language"],
                receipt=asked["receipt"],
                reviewer=asked["reviewer"],
                at=timezone.now(),
            )
        except TooMany as many:
            raise exceptions.Throttled(many.wait) from None
        answer = {
            "id": left.review_id,
            "token": left.token,
            "verified": left.verified,
            "receipt": receipt_answer(asked["receipt"], left.problem),
            "reviewer": left.reviewer,
        }
        return Response(answer, status=201)


class OneReview(TakingIn):
    throttled_by = {"DELETE": TokenPace}

    @extend_schema(
        operation_id="withdraw_review", parameters=[TOKEN], responses={204: OpenApiResponse(description="Withdrawn.")}
    )
    def delete(self, request: Request, token: str) -> Response:
        """Withdraw a review, with the token its author was given. Doing it again changes nothing."""
        try:
            withdraw_review(token=token, at=timezone.now())
        except UnknownTokenError:
            raise Http404 from None
        return Response(status=204)
