"""What the views share that take something in: limits of size and pace, plain JSON, no query parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from feedback import texts
from feedback.api.parsers import MOST_JSON, FlatJSONParser, refuse_large
from feedback.receipts import MESSAGES, Problem
from influencers.models import Influencer

SLUG = re.compile("[a-z0-9-]{1,120}")


class Conflict(exceptions.APIException):
    status_code = 409
    default_detail = "What is stored does not allow this."
    default_code = "conflict"


def refuse_parameters(request: Request, known: Iterable[str] = ()) -> None:
    """Refuse a query parameter that means nothing here: who sent it expected something of it."""
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        raise exceptions.ParseError(f"There is no query parameter {', '.join(unknown)[:200]} here.")
    if any(len(given) > 1 for _name, given in request.query_params.lists()):
        raise exceptions.ParseError("A query parameter is given once.")


class TakingIn(APIView):
    """A view that needs no session, so that there is nothing to forge."""

    authentication_classes: Any = ()
    permission_classes: Any = ()
    parser_classes: Any = (FlatJSONParser,)
    throttled_by: Mapping[str, type[BaseThrottle]] = {}
    most_bytes = MOST_JSON
    known_parameters: frozenset[str] = frozenset()

    def get_throttles(self) -> list[BaseThrottle]:
        throttle = self.throttled_by.get(self.request.method or "")
        return [throttle()] if throttle and settings.THROTTLE else []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_parameters(request, known=self.known_parameters)
        refuse_large(request, most=self.most_bytes)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-store")
        return final


class CleanText(serializers.CharField):
    """Text as `texts.clean` keeps it."""

    cleaned = staticmethod(texts.clean)

    def __init__(self, *, length: int, **options: Any) -> None:
        super().__init__(trim_whitespace=True, **options)
        self.length = length

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            try:
                data = self.cleaned(data, length=self.length)
            except DjangoValidationError as error:
                raise serializers.ValidationError(error.messages, code=error.code) from None
        return super().run_validation(data)


class IdText(CleanText):
    """An id as `texts.clean_id` keeps it."""

    cleaned = staticmethod(texts.clean_id)


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
