"""What the views share that take something in: limits of size and pace, plain JSON, no query parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, BaseThrottle
from rest_framework.views import APIView

from feedback import texts
from feedback.receipts import MESSAGES, Problem
from influencers.models import Influencer

KILOBYTE = 1024
SLUG = re.compile("[a-z0-9-]{1,120}")


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "This request is too large."
    default_code = "too_large"


class Conflict(exceptions.APIException):
    status_code = 409
    default_detail = "What is stored does not allow this."
    default_code = "conflict"


class FlatJSONParser(JSONParser):
    """JSON whose nesting cannot exhaust the stack."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError("This JSON is nested too deeply.") from None


class ReviewThrottle(AnonRateThrottle):
    scope = "reviews"
    rate = "60/hour"


class ComplaintThrottle(AnonRateThrottle):
    scope = "complaints"
    rate = "20/hour"


class TokenThrottle(AnonRateThrottle):
    """For those who try tokens, and those who look often."""

    scope = "tokens"
    rate = "120/min"


def pause(request: HttpRequest, throttle: type[AnonRateThrottle]) -> float | None:
    """For pages: the seconds to wait when this address asks too often, else None."""
    if not settings.THROTTLE:
        return None
    counter = throttle()
    return None if counter.allow_request(Request(request), APIView()) else counter.wait() or 1


class TakingIn(APIView):
    """A view that needs no session, so that there is nothing to forge."""

    authentication_classes: Any = ()
    permission_classes: Any = ()
    parser_classes: Any = (FlatJSONParser,)
    throttled_by: Mapping[str, type[BaseThrottle]] = {}
    most_bytes = 256 * KILOBYTE

    def get_throttles(self) -> list[BaseThrottle]:
        throttle = self.throttled_by.get(self.request.method or "")
        return [throttle()] if throttle and settings.THROTTLE else []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.query_params:
            names = ", ".join(sorted(request.query_params))
            raise exceptions.ParseError(f"There is no query parameter here; given: {names[:200]}.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.most_bytes:
            raise TooLarge(f"At most {self.most_bytes // KILOBYTE:,} kB can be sent here.")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-store")
        return final


class CleanText(serializers.CharField):
    """Text as `texts.clean` keeps it."""

    def __init__(self, *, length: int, **options: Any) -> None:
        super().__init__(trim_whitespace=True, **options)
        self.length = length

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            try:
                data = texts.clean(data, length=self.length)
            except DjangoValidationError as error:
                raise serializers.ValidationError(error.messages, code=error.code) from None
        return super().run_validation(data)


class InfluencerField(serializers.CharField):
    """An influencer by its slug."""

    def to_internal_value(self, data: Any) -> Any:
        slug = str(super().to_internal_value(data))
        known = Influencer.objects.defer("search").filter(slug=slug, voided_at=None)
        found = known.first() if SLUG.fullmatch(slug) else None
        if found is None:
            raise serializers.ValidationError("There is no such influencer; give its slug.", code="does_not_exist")
        return found


def receipt_answer(given: str, problem: Problem | None) -> dict[str, str] | None:
    """Say what became of a receipt: nothing when there was none."""
    if not given:
        return None
    if problem is None:
        return {"status": "accepted", "message": ""}
    return {"status": problem.value, "message": str(MESSAGES[problem])}
