"""Reading what is public. Documents are cached in process, trusted for a second, then revalidated by one key read."""

from __future__ import annotations

import gzip
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import OperationalError, connection

from ratings.models import KeptDocument, PublicDocument, PublicRun

TRUST_SECONDS = 1.0
ROOM: int = settings.DOCUMENTS_IN_PROCESS  # 2,000 take about 40 MB

# without the plain body: most want it packed, and unpacking it here costs less than having the database do so
READ = (
    "SELECT slug, influencer_id, run_id, body_gzip, etag, updated_at, live FROM ratings_publicdocument WHERE slug = %s"
)
PROBE = "SELECT etag FROM ratings_publicdocument WHERE slug = %s"


@dataclass(frozen=True)
class Ready:
    """A document as it is sent."""

    slug: str
    influencer_id: int
    run_id: int
    body_gzip: bytes
    etag: str
    updated_at: datetime
    live: bool

    @cached_property
    def body(self) -> bytes:
        """The plain one, for who takes no other."""
        return gzip.decompress(self.body_gzip)


_cache: dict[str, tuple[float, Ready]] = {}
_token: tuple[float, tuple[int, datetime] | None] | None = None


def forget() -> None:
    """Empties this process's cache; the others notice within a second."""
    global _token
    _cache.clear()
    _token = None


def ready(slug: str) -> Ready | None:
    """The bytes of one document, at most `TRUST_SECONDS` old."""
    held = _cache.get(slug)
    now = time.monotonic()
    if held is not None and now - held[0] < TRUST_SECONDS:
        return held[1]
    if held is not None:
        row = _row(PROBE, slug)
        if row is not None and row[0] == held[1].etag:
            _cache[slug] = (now, held[1])
            return held[1]
    row = _row(READ, slug)
    if row is None:
        _cache.pop(slug, None)
        return None
    found = Ready(*row)
    if ROOM:
        while len(_cache) >= ROOM:
            _cache.pop(next(iter(_cache), slug), None)
        _cache[slug] = (now, found)
    return found


def _row(question: str, slug: str) -> tuple[Any, ...] | None:
    """One row by its key, planned once and in binary; a connection that died since its last use is replaced."""
    if connection.queries_logged:  # whoever counts what is asked sees this, too
        with connection.cursor() as told:
            told.execute(question, [slug])
            return cast("tuple[Any, ...] | None", told.fetchone())
    connection.ensure_connection()
    try:
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            row: tuple[Any, ...] | None = cursor.execute(question, [slug], prepare=True, binary=True).fetchone()
    except OperationalError:
        if connection.in_atomic_block or not connection.connection.closed:
            raise
        connection.close()
        return _row(question, slug)
    return row


def document(slug: str) -> PublicDocument | None:
    """The public document of one influencer, from the same bytes that the API sends."""
    found = ready(slug)
    if found is None:
        return None
    names = ("slug", "influencer_id", "run_id", "body", "body_gzip", "etag", "updated_at", "live")
    return PublicDocument(**{name: getattr(found, name) for name in names})


def documents(slugs: Sequence[str]) -> list[PublicDocument]:
    """Documents in the order asked for, read in one statement and so from one run; unknown slugs are left out."""
    found = PublicDocument.objects.in_bulk(slugs)
    return [found[slug] for slug in slugs if slug in found]


def kept_document(*, slug: str, at: date) -> bytes | None:
    """The body of the kept document nearest to `at`, the earlier of two that are equally near."""
    kept = KeptDocument.objects.filter(influencer__document__slug=slug)
    days = sorted(kept.values_list("as_of", flat=True))
    if not days:
        return None
    nearest = min(days, key=lambda day: abs(day - at))
    return gzip.decompress(bytes(kept.values_list("body_gzip", flat=True).get(as_of=nearest)))


def public_run(*, whole: bool = False) -> PublicRun | None:
    """The one row that says which run is public; None before the first publication.

    Its run comes without what only recomputing needs (parameters, peer groups, policy), unless `whole`.
    """
    if whole:
        return PublicRun.objects.select_related("run__policy").first()
    heavy = [f"{run}__{field}" for run in ("run", "previous") for field in ("parameters", "peer_groups")]
    return PublicRun.objects.select_related("run", "previous").defer(*heavy).first()


def publication_token() -> tuple[int, datetime] | None:
    """Which publication the public sees, at most `TRUST_SECONDS` old; lists change only with it."""
    global _token
    now = time.monotonic()
    if _token is not None and now - _token[0] < TRUST_SECONDS:
        return _token[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT run_id, published_at FROM ratings_publicrun WHERE id = %s", [PublicRun.THE_ONE])
        row: tuple[int, datetime] | None = cursor.fetchone()
    _token = (now, row)
    return row
