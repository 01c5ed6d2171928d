"""`complaints/{token}/evidence/`: the evidence pack, for who holds the token."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import complaints
from feedback.api.base import TakingIn
from feedback.api.reviews import TOKEN
from feedback.models import Case
from feedback.pace import TokenPace, pause
from feedback.pack import evidence_pack
from feedback.pack_pdf import pdf
from feedback.reviews import UnknownTokenError


class Pack(TakingIn):
    throttled_by = {"GET": TokenPace}

    @extend_schema(operation_id="evidence_pack", parameters=[TOKEN], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, token: str) -> Response:
        """Everything of a complaint that its author may take to 12315 or a court; `evidence.pdf` beside it prints."""
        answer = Response(evidence_pack(held(token), at=timezone.now()))
        answer["Content-Disposition"] = 'attachment; filename="evidence.json"'
        return answer


@require_safe
@never_cache
def as_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a PDF, in the reader's language."""
    if wait := pause(request, TokenPace):
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    body = pdf(evidence_pack(held(token), at=timezone.now()))
    headers = {"Content-Disposition": 'attachment; filename="evidence.pdf"', "X-Robots-Tag": "noindex"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


def held(token: str) -> Case:
    try:
        return complaints.case_of(token)
    except UnknownTokenError:
        raise Http404 from None
