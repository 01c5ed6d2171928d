"""Reading what was sent, within bounds: known before anything else, so without models or views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

KILOBYTE = 1024
MOST_JSON = 256 * KILOBYTE
MOST_LEVELS = 20


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "This request is too large."
    default_code = "too_large"


class FlatJSONParser(JSONParser):
    """JSON that exhausts neither memory nor the stack: bounded in bytes before it is read, and in depth."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = parser_context or {}
        refuse_large(context.get("request"), most=getattr(context.get("view"), "most_bytes", MOST_JSON))
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError:
            found = None
        else:
            if not is_deeper(found, MOST_LEVELS):
                return found
        raise exceptions.ParseError(f"This JSON is nested too deeply; at most {MOST_LEVELS} levels.")


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects lie in each other more than so many levels deep."""
    within: list[Any] = [value]
    for _level in range(levels):
        within = [
            part
            for one in within
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
        if not within:
            return False
    return any(isinstance(one, dict | list) for one in within)


def refuse_large(request: Request | None, *, most: int) -> None:
    """Refuse a body by the length it was announced with; a server reads no more than that."""
    if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge(f"At most {most // KILOBYTE:,} kB can be sent here.")
