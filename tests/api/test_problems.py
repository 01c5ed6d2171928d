"""Errors under /api/ are problem documents, whoever notices them."""

import json

import pytest
from django.test import Client, RequestFactory
from rest_framework.settings import api_settings
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import AnonRateThrottle

from ratings.api import errors
from ratings.api.views import Methodology

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/influencers/", "/api/v1/Influencers/"]
)
def test_no_such_address(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:clearhost:problem:not-found"
    assert response.json()["instance"] == path


def test_elsewhere_errors_are_pages(client: Client) -> None:
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_is_all_one_can_do(client: Client, method: str) -> None:
    response = getattr(client, method)("/api/v1/rankings/")
    assert response.status_code == 405
    assert response.json()["type"] == "urn:clearhost:problem:method-not-allowed"


def test_a_crash_is_a_problem_without_its_cause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("ratings.publication.public_run", crash)
    client.raise_request_exception = False
    response = client.get("/api/v1/rankings/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:clearhost:problem:server-error"
    assert b"secret" not in response.content


def test_too_many_requests_say_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Strict(AnonRateThrottle):
        rate = "1/min"
        scope = "strict-test"

    monkeypatch.setattr(Methodology, "throttle_classes", [Strict])
    view = Methodology.as_view()
    request = APIRequestFactory().get("/api/v1/methodology/", REMOTE_ADDR="192.0.2.7")
    first, second = view(request).render(), view(request).render()
    assert first.status_code == 503  # nothing published, but let in
    assert second.status_code == 429
    assert int(second["Retry-After"]) > 0
    assert json.loads(second.content)["type"] == "urn:clearhost:problem:throttled"


def test_every_kind_of_problem_has_a_title() -> None:
    assert set(errors.BY_STATUS.values()) <= set(errors.TITLES)
    assert api_settings.EXCEPTION_HANDLER is errors.handler
    request = RequestFactory().get("/api/x")
    assert json.loads(errors.plain(request, 418).content)["type"] == "urn:clearhost:problem:bad-request"
