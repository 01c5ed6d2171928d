"""The schema: no warnings, every public address in it, and answers of the shape it promises."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ratings import publication
from tests.publication.stored import AT, hosts, stored_run

PATHS = {
    "/api/v1/influencers/",
    "/api/v1/influencers/{slug}/",
    "/api/v1/influencers/{slug}/scorecard/",
    "/api/v1/influencers/{slug}/history/",
    "/api/v1/rankings/",
    "/api/v1/compare/",
    "/api/v1/transparency/",
    "/api/v1/methodology/",
    "/api/v1/methodology/{version}/",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_no_warnings_and_every_address(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    behind = {f"/api/v1/influencers/{{slug}}/{name}" for name in ("evidence/", "reviews/", "pieces/", "badge.svg")}
    assert set(schema["paths"]) >= PATHS | behind | {"/api/v1/runs/{run}/"}
    listed = {p["name"] for p in schema["paths"]["/api/v1/influencers/"]["get"]["parameters"]}
    assert {"q", "category", "tier", "platform", "grade", "status", "min_score", "order", "cursor"} <= listed


def promised(schema: dict[str, Any], path: str) -> dict[str, Any]:
    answer = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return resolve(schema, answer)


def resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def compare(schema: dict[str, Any], part: dict[str, Any], found: Any, where: str) -> None:
    """Keys of `found` are those that `part` promises, all the way down."""
    part = resolve(schema, part)
    if isinstance(found, dict) and "properties" in part:
        required = set(part.get("required", ()))
        assert required <= set(found) <= set(part["properties"]), where
        for key, value in found.items():
            compare(schema, part["properties"][key], value, f"{where}.{key}")
    elif isinstance(found, list):
        for value in found:
            compare(schema, part["items"], value, f"{where}[]")


@pytest.mark.django_db
def test_answers_have_the_promised_shape(client: Client, schema: dict[str, Any]) -> None:
    people = hosts(3)
    publication.publish(run=stored_run(dict.fromkeys(people, 80.0)), at=AT)
    for host in people:
        host.refresh_from_db()
    for path in PATHS:
        url = path.format(slug=people[0].slug, version="2026.1")
        query = {"slugs": ",".join(str(host.slug) for host in people)} if path.endswith("compare/") else {}
        response = client.get(url, query)
        assert response.status_code == 200, url
        compare(schema, promised(schema, path), response.json(), path)


@pytest.mark.django_db
def test_schema_and_documentation_are_served(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.django_db
def test_methodology_version(client: Client) -> None:
    (host,) = hosts(1)
    publication.publish(run=stored_run({host: 80.0}), at=AT)
    current = client.get("/api/v1/methodology/").json()
    assert [version["version"] for version in current["versions"]] == ["2026.1"]
    one = client.get("/api/v1/methodology/2026.1/").json()
    assert one["constants"] == current["constants"]
    assert client.get("/api/v1/methodology/1999.1/").status_code == 404
    assert client.get("/api/v1/methodology/2026.1/", {"x": "1"}).status_code == 400
