"""Cards by REST: the stored bytes, their ETags, and the ways around them."""

import gzip
import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from influencers.models import Influencer
from ratings import publication
from ratings.models import PublicDocument
from ratings.publication.serving import forget
from tests.pages.published import influencer
from tests.publication.stored import AT, DAY, hosts, stored_run

pytestmark = pytest.mark.django_db
KEYS = {
    *("influencer", "status", "overall", "dimensions", "contributions", "peer_group", "traffic", "standing", "refunds"),
    *("grade_cap", "evidence", "run", "policy", "published_at", "updated_at", "as_of"),
}


@pytest.fixture
def anna() -> Influencer:
    (found,) = hosts(1)
    publication.publish(run=stored_run({found: 88.5}), at=AT)
    found.refresh_from_db()
    return found


def url(anna: Influencer, rest: str = "scorecard/") -> str:
    return f"/api/v1/influencers/{anna.slug}/{rest}"


def test_the_api_sends_the_stored_bytes(client: Client, anna: Influencer) -> None:
    stored = PublicDocument.objects.get(influencer=anna)
    response = client.get(url(anna))
    assert response.content == bytes(stored.body)
    assert response["Content-Type"] == "application/json"
    assert response["ETag"] == f'"{stored.etag}"'
    assert int(response["Content-Length"]) == len(response.content)
    assert "Set-Cookie" not in response
    body = json.loads(response.content)
    assert set(body) == KEYS
    assert body["overall"]["score"] == 88.5
    assert body["peer_group"]["name"] == "beauty/medium"
    assert body["influencer"]["platforms"] == [{"platform": "douyin", "handle": "Host 000", "followers": 1234567}]


def test_each_encoding_has_its_own_etag(client: Client, anna: Influencer) -> None:
    plain, packed = client.get(url(anna)), client.get(url(anna), headers={"accept-encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    unwanted = client.get(url(anna), headers={"accept-encoding": "gzip;q=0"})
    assert "Content-Encoding" not in unwanted


@pytest.mark.parametrize("form", ['"{0}"', 'W/"{0}"', '"x", "{0}"', "*"])
def test_who_has_it_already_gets_304(client: Client, anna: Influencer, form: str) -> None:
    etag = client.get(url(anna))["ETag"].strip('"')
    response = client.get(url(anna), headers={"if-none-match": form.format(etag)})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == f'"{etag}"'


def test_head_has_the_headers_and_no_body(client: Client, anna: Influencer) -> None:
    response = client.head(url(anna))
    assert response.content == b""
    assert int(response["Content-Length"]) == len(PublicDocument.objects.get().body)


def test_a_warm_card_costs_no_query(
    client: Client,
    anna: Influencer,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ratings.publication.serving.time.monotonic", lambda: 100.0)
    forget()
    with django_assert_num_queries(1):
        client.get(url(anna))
    with django_assert_num_queries(0):
        client.get(url(anna))
    with django_assert_num_queries(1):
        client.get(url(anna, ""))  # the profile: who, beside the document at hand


def test_fixed_headers(client: Client, anna: Influencer) -> None:
    response = client.get(url(anna), headers={"x-request-id": "abc-1"})
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response["Cache-Control"] == "public, no-cache"
    assert response["X-Request-ID"] == "abc-1"
    assert client.get(url(anna), headers={"x-request-id": "a b\tc"})["X-Request-ID"] != "a b\tc"


def test_a_host_that_is_not_ours_is_refused(client: Client, anna: Influencer) -> None:
    assert client.get(url(anna), headers={"host": "evil.example"}).status_code == 400


def test_a_new_publication_is_seen(client: Client, anna: Influencer) -> None:
    before = client.get(url(anna))
    publication.publish(run=stored_run({anna: 70.0}), at=AT + timedelta(days=1))
    after = client.get(url(anna), headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["overall"]["score"] == 70.0


def test_the_card_of_another_day(client: Client, anna: Influencer) -> None:
    publication.publish(run=stored_run({anna: 70.0}, as_of=DAY + timedelta(days=10)), at=AT)
    for at, as_of, score in (("2025-06-01", "2026-01-01", 88.5), ("2026-01-09", "2026-01-11", 70.0)):
        response = client.get(url(anna), {"at": at})
        assert (response.json()["as_of"], response.json()["overall"]["score"]) == (as_of, score)
        assert client.get(url(anna), {"at": at}, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.get(url(anna), {"at": "yesterday"}).status_code == 400
    assert client.get(url(anna), {"on": "2026-01-01"}).json()["type"].endswith("unknown-parameter")


def test_profile(client: Client, anna: Influencer) -> None:
    body = client.get(url(anna, "")).json()
    assert body["influencer"]["name"] == anna.name
    assert {"agency", "operator", "joined_at"} <= set(body["influencer"])
    assert body["overall"]["score"] == 88.5
    assert "contributions" not in body


def test_history_pages_newest_first(client: Client, anna: Influencer) -> None:
    for n in range(1, 4):
        publication.publish(run=stored_run({anna: 70.0 + n}, as_of=DAY + timedelta(days=n)), at=AT)
    page = client.get(url(anna, "history/"), {"page_size": 3}).json()
    assert [point["score"] for point in page["results"]] == [73.0, 72.0, 71.0]
    last = client.get(page["next"]).json()
    assert [point["as_of"] for point in last["results"]] == ["2026-01-01"]
    assert last["next"] is None
    assert client.get(last["previous"]).json()["results"] == page["results"]


def test_compare(client: Client, anna: Influencer, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people = [anna, *(influencer(f"Other {n}") for n in range(5))]
    publication.publish(run=stored_run(dict.fromkeys(people, 80.0)), at=AT)
    for host in people:
        host.refresh_from_db()
    slugs = [str(host.slug) for host in people]
    with django_assert_num_queries(2):  # which publication, and all documents in one
        body = client.get("/api/v1/compare/", {"slugs": ",".join(slugs[2::-1])}).json()
    assert [card["influencer"]["slug"] for card in body["results"]] == slugs[2::-1]
    assert len({card["run"] for card in body["results"]}) == 1
    for bad in ("", slugs[0], ",".join(slugs), f"{slugs[0]},{slugs[0]}", f"{slugs[0]},"):
        response = client.get("/api/v1/compare/", {"slugs": bad})
        assert response.status_code == 400, bad
    assert client.get("/api/v1/compare/").status_code == 400
    missing = client.get("/api/v1/compare/", {"slugs": f"{slugs[0]},nobody-0"})
    assert missing.status_code == 404
    assert "nobody-0" in missing.json()["detail"]


def test_hostile_names_come_back_as_they_are(client: Client) -> None:
    name = '<script>alert("1")</script>\u202e\u200f' + "长" * 150
    odd = influencer(name, handle="=cmd|'/c calc'!A1")
    publication.publish(run=stored_run({odd: 80.0}), at=AT)
    odd.refresh_from_db()
    response = client.get(url(odd))
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.json()["influencer"]["name"] == name


def test_who_does_not_exist(client: Client, anna: Influencer) -> None:
    for rest in ("", "scorecard/", "history/", "scorecard/?at=2026-01-01"):
        response = client.get(f"/api/v1/influencers/nobody-0/{rest}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["type"] == "urn:clearhost:problem:not-found"
