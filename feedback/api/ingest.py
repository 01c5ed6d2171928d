"""`ingest/{kind}/`: evidence from platforms, row by row; the whole request may be repeated safely."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import intake
from feedback.api.base import TakingIn
from feedback.api.parsers import TooLarge
from feedback.authentication import HasScope, KeyAuthentication
from feedback.columns import ID_LENGTH, Kind
from feedback.ingest.rejects import Refused
from feedback.keys import OWN_SOURCE
from feedback.kinds import KINDS
from feedback.models import ApiKey, Ingest, Scope
from feedback.pace import KeyPace
from feedback.rows import Status, TooManyRowsError, Verdict, assume_covered_from_now, take_in, take_in_lines

MOST_ROWS = 10_000
MOST_BYTES = 32 * 1024 * 1024
RESERVED = f"{OWN_SOURCE}:"
KIND = OpenApiParameter("kind", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(KINDS))


@dataclass(frozen=True)
class Body:
    """What was sent, as a file of this ending would hold it."""

    content: bytes
    ending: str


class Lines(BaseParser):
    """JSON Lines or CSV, as they are."""

    media_type = "application/x-ndjson"
    ending = ".jsonl"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return Body(stream.read(), self.ending)


class OtherLines(Lines):
    media_type = "application/jsonl"


class Csv(Lines):
    media_type = "text/csv"
    ending = ".csv"


class Array(Lines):
    """A JSON array; from here on one element a line."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            rows = json.loads(stream.read().decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {str(error)[:200]}.") from None
        if not isinstance(rows, list):
            raise ParseError("The body has to be a JSON array of rows.")
        return Body("".join(f"{json.dumps(row)}\n" for row in rows).encode(), self.ending)


PARSERS = (Array, Lines, OtherLines, Csv)
BODIES: dict[str, Any] = {
    Array.media_type: {"type": "array", "items": {"type": "object"}, "maxItems": MOST_ROWS},
    **{parser.media_type: OpenApiTypes.STR for parser in (Lines, OtherLines, Csv)},
}


class RowOut(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Its number, from 1; of a CSV the header does not count.")
    line = serializers.IntegerField(help_text="The line it begins on.")
    id = serializers.CharField(required=False, help_text="Its id, where it could be read.")
    status = serializers.ChoiceField([status.value for status in Status])
    column = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)


class IngestOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    older = serializers.IntegerField(help_text="Revisions that a later one had replaced already; kept as history.")
    duplicate = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = RowOut(many=True)


class VoidIn(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.CharField(max_length=ID_LENGTH), max_length=MOST_ROWS)
    reason = serializers.CharField(max_length=1000)


class VoidedOut(serializers.Serializer[Any]):
    voided = serializers.IntegerField()
    already = serializers.IntegerField()
    unknown = serializers.ListField(child=serializers.CharField())


class FromPlatforms(TakingIn):
    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasScope,)
    scope = Scope.INGEST
    throttled_by = {"POST": KeyPace}
    most_bytes = MOST_BYTES

    def key(self) -> ApiKey:
        assert isinstance(self.request.auth, ApiKey)
        return self.request.auth

    def kind(self, name: str) -> Kind:
        if name not in KINDS:
            raise Http404
        return KINDS[name]


class TakeIn(FromPlatforms):
    parser_classes = PARSERS

    @extend_schema(
        operation_id="ingest",
        parameters=[KIND],
        request=BODIES,
        responses=IngestOut,
    )
    def post(self, request: Request, kind: str) -> Response:
        """Send up to 10,000 rows of one kind as a JSON array, JSON Lines or CSV, with the columns of the files."""
        wanted, key = self.kind(kind), self.key()
        body: Any = request.data
        if not isinstance(body, Body):  # nothing was sent, and so nothing was parsed
            if request.content_type not in (Lines.media_type, OtherLines.media_type):
                raise ParseError("Send a JSON array, JSON Lines or a CSV; an empty array says that nothing happened.")
            body = Body(b"", Lines.ending)
        verdicts = taken(kind=wanted, key=key, body=body, at=timezone.now())
        counts = Counter(verdict.status for verdict in verdicts)
        answer = {
            "kind": wanted.name,
            "rows": len(verdicts),
            **{status.value: counts[status] for status in Status},
            "results": [_row(number, verdict, key.source) for number, verdict in enumerate(verdicts, 1)],
        }
        return Response(answer)


def _row(number: int, verdict: Verdict, source: str) -> dict[str, Any]:
    row: dict[str, Any] = {"row": number, "line": verdict.line, "status": verdict.status.value}
    if verdict.source_id:
        row["id"] = verdict.source_id.removeprefix(f"{source}:") if source else verdict.source_id
    if verdict.status is Status.REJECTED:
        row |= {"column": verdict.column, "reason": verdict.reason}
    return row


@transaction.atomic
def taken(*, kind: Kind, key: ApiKey, body: Body, at: datetime) -> list[Verdict]:
    """Take a request in: its rows, what it says is covered, and a line in the log of loads."""
    verdicts: list[Verdict] = []
    if body.content.strip():
        verdicts = _by_the_single_road(kind, key, body, at) or _by_the_bulk_road(kind, key, body, at)
    elif body.ending == Csv.ending:
        raise ParseError("A CSV begins with a line that names its columns.")
    counts = Counter(verdict.status for verdict in verdicts)
    if counts[Status.REJECTED] < len(verdicts) or not verdicts:
        assume_covered_from_now(kind=kind, at=at)
    Ingest.objects.create(
        kind=kind.name,
        file=f"REST, key {key.prefix}",
        digest=hashlib.sha256(body.content).hexdigest(),
        rows=len(verdicts),
        loaded=counts[Status.ACCEPTED],
        older=counts[Status.OLDER],
        duplicate=counts[Status.DUPLICATE],
        skipped=0,
        rejected=counts[Status.REJECTED],
    )
    return verdicts


def _by_the_single_road(kind: Kind, key: ApiKey, body: Body, at: datetime) -> list[Verdict] | None:
    """A few rows that are plainly new, or come again; a tenth of the work of the other road, which answers the same."""
    if body.ending == Csv.ending:
        return None
    return take_in_lines(kind=kind, content=body.content, at=at, source=key.source, reserved=RESERVED)


def _by_the_bulk_road(kind: Kind, key: ApiKey, body: Body, at: datetime) -> list[Verdict]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{kind.name}{body.ending}"
        file.write_bytes(body.content)
        try:
            return take_in(kind=kind, file=file, at=at, source=key.source, most=MOST_ROWS, reserved=RESERVED)
        except Refused as refused:
            raise ParseError(f"Line {refused.line}: {refused.reason}") from None
        except TooManyRowsError:
            raise TooLarge(f"At most {MOST_ROWS:,} rows can be sent at once.") from None


class TakeOut(FromPlatforms):
    @extend_schema(operation_id="ingest_void", parameters=[KIND], request=VoidIn, responses=VoidedOut)
    def post(self, request: Request, kind: str) -> Response:
        """Take out evidence that never was. The rows stay, marked with the reason; doing it again changes nothing."""
        wanted, key = self.kind(kind), self.key()
        given = VoidIn(data=request.data)
        given.is_valid(raise_exception=True)
        prefix = f"{key.source}:" if key.source else ""
        ids = [f"{prefix}{own}" for own in given.validated_data["ids"]]
        mine = [source_id for source_id in ids if not source_id.startswith(f"{OWN_SOURCE}:")]
        done = intake.void(kind=wanted, ids=mine, reason=given.validated_data["reason"], at=timezone.now())
        unknown = {*done.unknown, *(set(ids) - set(mine))}
        answer = [own.removeprefix(prefix) for own in ids if own in unknown]
        return Response({"voided": done.voided, "already": done.already, "unknown": answer})
