"""What all public views share: no credentials, known query parameters only, an ETag on every answer."""

from __future__ import annotations

from typing import Any

from django.middleware.http import ConditionalGetMiddleware
from django.utils.decorators import decorator_from_middleware, method_decorator
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ratings import publication
from ratings.api.errors import Problem
from ratings.models import PublicRun


class NoParameters(serializers.Serializer[Any]):
    """For views that take none."""


class PageParameters(serializers.Serializer[Any]):
    cursor = serializers.CharField(required=False, help_text="From `next` or `previous` of another page.")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)


@method_decorator(decorator_from_middleware(ConditionalGetMiddleware), name="dispatch")
class PublicView(APIView):
    """A public GET; `query` declares what its query may hold, for the check and for the schema alike."""

    authentication_classes = ()
    permission_classes = ()
    query: type[serializers.Serializer[Any]] = NoParameters
    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        given = self.query(data=request.query_params.dict())  # a form's empty field is not left out here
        for name in request.query_params:
            if name not in given.fields:
                known = ", ".join(given.fields) or "none"
                raise Problem("unknown-parameter", 400, f"There is no parameter “{name}” here; known: {known}.")
        given.is_valid(raise_exception=True)
        self.asked = dict(given.validated_data)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Access-Control-Allow-Origin", "*")
        if final.status_code == 200:
            final.headers.setdefault("Cache-Control", "public, no-cache")
        return final


def the_public_run() -> PublicRun:
    public = publication.public_run()
    if public is None:
        raise Problem("not-published", 503, "No run of the rating has been published yet.")
    return public


def listed(request: Request, rows: list[dict[str, Any]], page: publication.Page[Any], **more: Any) -> dict[str, Any]:
    """A list as it is answered, its neighbours as whole addresses."""
    return {**more, "results": rows, "next": _link(request, page.next), "previous": _link(request, page.previous)}


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
