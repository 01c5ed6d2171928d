"""What is answered before Django: the same answers, and nothing that is not its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from config.front import Front
from influencers.models import Influencer
from ratings import publication
from ratings.publication import serving
from tests.publication.stored import AT, hosts, stored_run

pytestmark = pytest.mark.django_db
PASSED_ON = [b"the application"]


@pytest.fixture
def path() -> str:
    (anna,) = hosts(1)
    publication.publish(run=stored_run({anna: 88.5}), at=AT)
    slug = Influencer.objects.values_list("slug", flat=True).get(pk=anna.pk)
    return f"/api/v1/influencers/{slug}/scorecard/"


def asked(path: str, *, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body that the front gives, or that the application behind it does."""
    said: list[Any] = []

    def behind(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("299 Behind", [])
        return PASSED_ON

    request = RequestFactory().generic(method, path, **environ).environ  # type: ignore[arg-type]
    body = b"".join(Front(behind)(request, lambda status, headers: said.extend((status, dict(headers)))))
    return said[0], said[1], body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["", "gzip", "br, gzip;q=0"])
def test_it_answers_as_django_does(client: Client, path: str, method: str, encoding: str) -> None:
    known = {"HTTP_ACCEPT_ENCODING": encoding, "HTTP_X_REQUEST_ID": "same"}
    status, headers, body = asked(path, method=method, **known)
    through = client.generic(method, path, **known)  # type: ignore[arg-type]
    assert status == f"{through.status_code} {through.reason_phrase}"
    assert headers == dict(through.headers)
    assert body == through.content
    again = asked(path, method=method, **known, HTTP_IF_NONE_MATCH=headers["ETag"])
    assert again[0] == "304 Not Modified"
    assert again[2] == b""
    assert again[1] == dict(client.generic(method, path, **known, HTTP_IF_NONE_MATCH=headers["ETag"]).headers)  # type: ignore[arg-type]


def test_what_is_not_its_own_goes_on(path: str) -> None:
    for other in (
        asked(f"{path}?at=2026-01-01"),
        asked(path, method="POST"),
        asked(path, HTTP_HOST="evil.example"),
        asked("/api/v1/influencers/nobody-0/scorecard/"),
        asked("/"),
    ):
        assert other[0] == "299 Behind"


def test_plain_http_goes_on_where_one_must_be_sent_to_https(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert asked(path)[0] == "299 Behind"


def test_a_database_that_fails_is_for_the_application_to_explain(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(slug: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(serving, "ready", fails)
    assert asked(path)[0] == "299 Behind"
