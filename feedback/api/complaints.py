"""`complaints/`: file a complaint, follow it by its token."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import attachments, complaints, texts
from feedback.api import idempotency
from feedback.api.base import (
    CleanText,
    Conflict,
    IdText,
    InfluencerField,
    TakingIn,
    receipt_answer,
)
from feedback.api.parsers import FlatJSONParser
from feedback.api.reviews import TOKEN, ReceiptStatus
from feedback.attachments import AttachmentError, download, examine
from feedback.clocks import ClockName, clocks
from feedback.models import Against, Attachment, Case, CaseEvent, Fault, Remedy, Role, State, Topic
from feedback.pace import ComplaintPace, TokenPace, TooMany
from feedback.receipts import TOKEN_LENGTH
from feedback.reviews import UnknownTokenError, digest
from feedback.timeline import timeline


class ComplaintIn(serializers.Serializer[Any]):
    influencer = InfluencerField(help_text="The influencer's slug.")
    topic = serializers.ChoiceField(Topic.choices)
    text = CleanText(length=texts.COMPLAINT_LENGTH)
    wish = serializers.ChoiceField(Remedy.choices, required=False, allow_blank=True, default="")
    order_id = IdText(length=128, required=False, allow_blank=True, default="")
    receipt = serializers.CharField(required=False, allow_blank=True, default="", max_length=TOKEN_LENGTH)


class ComplaintUpload(ComplaintIn):
    attachments = serializers.ListField(
        child=extend_schema_field(OpenApiTypes.BINARY)(serializers.FileField)(),
        required=False,
        max_length=attachments.MOST_FILES,
        help_text="Photos (JPEG, PNG, WebP) and PDF, 10 MB each.",
    )


class ClockOut(serializers.Serializer[Any]):
    name = serializers.ChoiceField(ClockName.choices)
    due = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()


class EventOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    event = serializers.ChoiceField(CaseEvent.Kind.choices, source="kind")
    by = serializers.ChoiceField(Role.choices, source="role")
    text = serializers.CharField()


class AttachmentOut(serializers.Serializer[Any]):
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.CharField()


class ComplaintOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    influencer = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(State.choices)
    topic = serializers.ChoiceField(Topic.choices)
    text = serializers.CharField()
    order_verified = serializers.BooleanField()
    opened_at = serializers.DateTimeField()
    against = serializers.ChoiceField(Against.choices)
    fault = serializers.ChoiceField(Fault.choices, allow_null=True)
    shares = serializers.DictField(child=serializers.IntegerField(), help_text="Fault, split, in per cent.")
    remedy = serializers.ChoiceField(Remedy.choices, allow_null=True)
    remedied_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    clocks = ClockOut(many=True)
    timeline = EventOut(many=True)
    attachments = AttachmentOut(many=True)


class FiledOut(ComplaintOut):
    token = serializers.CharField(help_text="Follows the complaint; shown once.")
    receipt = ReceiptStatus(allow_null=True)


def shown(case: Case, token: str) -> dict[str, Any]:
    """The case as its author may see it."""
    files = [
        {
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.digest,
            "url": reverse("feedback:attachment", args=[token, file.name]),
        }
        for file in case.attachments.all()
    ]
    content = {
        "id": case.complaint_id,
        "influencer": case.influencer.slug,
        "state": case.state,
        "topic": case.topic,
        "text": case.text,
        "order_verified": case.verified,
        "opened_at": case.opened_at,
        "against": case.against,
        "fault": case.fault or None,
        "shares": case.shares,
        "remedy": case.remedy or None,
        "remedied_at": case.remedied_at,
        "reason": case.reason or None,
        "clocks": clocks(case, at=timezone.now()),
        "timeline": timeline(case),
        "attachments": files,
    }
    return dict(ComplaintOut(content).data)


class Complaints(TakingIn):
    throttled_by = {"POST": ComplaintPace}
    parser_classes = (FlatJSONParser, MultiPartParser)
    most_bytes = attachments.MOST_IN_ALL

    @extend_schema(
        operation_id="file_complaint",
        parameters=[idempotency.PARAMETER],
        request={"application/json": ComplaintIn, "multipart/form-data": ComplaintUpload},
        responses={201: FiledOut},
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """File a complaint; as multipart/form-data it may carry up to 5 `attachments`."""
        given = ComplaintIn(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        try:
            files = examine(request.FILES.getlist("attachments"))
        except AttachmentError as error:
            said = {"attachments": {str(error.index): [str(error.message)]}}
            raise serializers.ValidationError(said, code=error.refusal) from None
        try:
            filed = complaints.file_complaint(
                influencer=asked["influencer"],
                topic=Topic(asked["topic"]),
                text=asked["text"],
                wish=asked["wish"],
                order_id=asked["order_id"],
                receipt=asked["receipt"],
                files=files,
                at=timezone.now(),
            )
        except TooMany as many:
            raise exceptions.Throttled(many.wait) from None
        more = {"token": filed.token, "receipt": receipt_answer(asked["receipt"], filed.problem)}
        return Response({**shown(filed.case, filed.token), **more}, status=201)


class OneComplaint(TakingIn):
    throttled_by = {"GET": TokenPace, "DELETE": TokenPace}

    @extend_schema(operation_id="follow_complaint", parameters=[TOKEN], responses=ComplaintOut)
    def get(self, request: Request, token: str) -> Response:
        """Follow a complaint: where it stands, what is due by when, what happened."""
        return Response(shown(self.case(token), token))

    @extend_schema(operation_id="withdraw_complaint", parameters=[TOKEN], request=None, responses=ComplaintOut)
    def delete(self, request: Request, token: str) -> Response:
        """Withdraw a complaint that is not decided yet; the timeline stays."""
        try:
            case = complaints.withdraw(case=self.case(token), at=timezone.now())
        except complaints.NotPossibleError as error:
            raise Conflict(str(error)) from None
        return Response(shown(case, token))

    def case(self, token: str) -> Case:
        try:
            return complaints.case_of(token)
        except UnknownTokenError:
            raise Http404 from None


@require_safe
def attachment(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """Hand out a file to who holds the case's token: as a download, whose type no browser guesses at."""
    file = Attachment.objects.filter(case__token_digest=digest(token), name=name).first()
    if file is None:
        raise Http404
    return download(file)
