"""Lists: filters, orders, pages that stay within their run, and what is refused."""

from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from influencers.models import Influencer
from influencers.search import refresh
from ratings import publication
from ratings.models import DIMENSIONS
from ratings.publication.serving import forget
from tests.pages.published import influencer
from tests.publication.stored import AT, hosts, stored_run

pytestmark = pytest.mark.django_db
LIST, RANKINGS = "/api/v1/influencers/", "/api/v1/rankings/"


@pytest.fixture
def people() -> list[Influencer]:
    """Seven of falling score; the last two are provisional."""
    found = hosts(7)
    publication.publish(run=stored_run({host: 90.0 - n if n < 5 else None for n, host in enumerate(found)}), at=AT)
    for host in found:
        host.refresh_from_db()
    return found


def get(client: Client, url: str, /, **query: Any) -> dict[str, Any]:
    response = client.get(url, query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def refused(client: Client, status: int, kind: str, url: str, **query: Any) -> dict[str, Any]:
    response = client.get(url, query)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:clearhost:problem:{kind}"
    assert {"title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    return body


def follow(client: Client, url: str | None) -> dict[str, Any]:
    assert url is not None
    parts = urlsplit(url)
    return get(client, parts.path, **dict(parse_qsl(parts.query)))


def names(body: dict[str, Any]) -> list[str]:
    return [row["name"] for row in body["results"]]


def test_before_the_first_publication_lists_say_so(client: Client) -> None:
    for url in (LIST, RANKINGS):
        refused(client, 503, "not-published", url)


def test_a_row(client: Client, people: list[Influencer]) -> None:
    body = get(client, LIST)
    assert set(body) == {"run", "as_of", "policy", "updated_at", "results", "next", "previous"}
    assert body["as_of"] == "2026-01-01"
    row = body["results"][0]
    assert row["slug"] == people[0].slug
    assert row["place"] == row["overall"]["rank"] == 1
    assert row["platforms"] == ["douyin"]
    assert row["category"] == {"code": "beauty", "name_en": "Beauty", "name_zh": "美妆"}
    assert set(row["dimensions"]) == set(DIMENSIONS)
    provisional = body["results"][-1]
    assert provisional["status"] == "provisional"
    assert provisional["overall"]["rank"] is None
    assert provisional["overall"]["grade"] is None


def test_orders(client: Client, people: list[Influencer]) -> None:
    forwards = [host.name for host in people]
    assert names(get(client, LIST)) == forwards
    assert names(get(client, LIST, order="-rank")) == forwards[::-1]
    assert names(get(client, LIST, order="name")) == forwards
    assert names(get(client, LIST, order="-name")) == forwards[::-1]
    by_compliance = [row["dimensions"]["compliance"] for row in get(client, LIST, order="-compliance")["results"]]
    assert by_compliance == sorted(by_compliance, reverse=True)


@pytest.mark.parametrize("order", ["rank", "-rank", "name", "-name", "compliance", "-after_sales"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_walk_there_and_back(client: Client, people: list[Influencer], order: str, size: int) -> None:
    whole = names(get(client, LIST, order=order))
    page, seen, places = get(client, LIST, order=order, page_size=size), [], []
    assert page["previous"] is None
    while True:
        seen += names(page)
        places += [row["place"] for row in page["results"]]
        if page["next"] is None:
            break
        page = follow(client, page["next"])
    assert seen == whole
    assert places == [1, 2, 3, 4, 5, 6, 7]
    back = names(page)
    while page["previous"] is not None:
        page = follow(client, page["previous"])
        assert page["results"][0]["place"] >= 1
        back = names(page) + back
    assert back == whole


def test_filters(client: Client, people: list[Influencer]) -> None:
    food = influencer("周小满农家铺", category="food", platform="kuaishou")
    publication.publish(run=stored_run({food: 95.0, people[0]: 80.0, people[1]: None}), at=AT)
    assert names(get(client, LIST, category="food")) == [food.name]
    assert names(get(client, LIST, platform="kuaishou")) == [food.name]
    assert names(get(client, LIST, status="provisional")) == [people[1].name]
    assert names(get(client, LIST, grade="A+")) == [food.name]
    assert names(get(client, LIST, min_score="80", status="rated")) == [food.name, people[0].name]
    assert names(get(client, LIST, category="nothing")) == []
    assert names(get(client, LIST, tier="tiny")) == []


def test_rankings_list_the_rated_only(client: Client, people: list[Influencer]) -> None:
    rated = [host.name for host in people[:5]]
    assert names(get(client, RANKINGS)) == rated
    assert names(get(client, RANKINGS, by="p_top10")) == rated
    assert names(get(client, RANKINGS, dimension="compliance", page_size=2)) == rated[:2]
    assert names(get(client, RANKINGS, league="medium", category="beauty", tier="medium")) == rated
    assert names(get(client, RANKINGS, league="newcomers")) == []
    refused(client, 400, "invalid", RANKINGS, dimension="compliance", by="p_top10")


@pytest.mark.parametrize(
    ("url", "query", "kind"),
    [
        (LIST, {"colour": "red"}, "unknown-parameter"),
        (LIST, {"page": "2"}, "unknown-parameter"),
        (LIST, {"format": "xml"}, "unknown-parameter"),
        (RANKINGS, {"q": "x"}, "unknown-parameter"),
        (LIST, {"page_size": "201"}, "invalid"),
        (LIST, {"page_size": "0"}, "invalid"),
        (LIST, {"page_size": "many"}, "invalid"),
        (LIST, {"min_score": "nan"}, "invalid"),
        (LIST, {"min_score": "101"}, "invalid"),
        (LIST, {"order": "name; DROP TABLE"}, "invalid"),
        (LIST, {"tier": "huge"}, "invalid"),
        (LIST, {"q": "a\x00b"}, "invalid"),
        (LIST, {"q": "x" * 201}, "invalid"),
        (LIST, {"cursor": "no-cursor"}, "bad-cursor"),
        (LIST, {"cursor": "é\u202e"}, "bad-cursor"),
        (RANKINGS, {"by": "luck"}, "invalid"),
        (RANKINGS, {"dimension": "beauty"}, "invalid"),
    ],
)
def test_what_is_refused(client: Client, people: list[Influencer], url: str, query: dict[str, str], kind: str) -> None:
    refused(client, 400, kind, url, **query)


def test_a_cursor_serves_its_own_list_untampered(client: Client, people: list[Influencer]) -> None:
    cursor = dict(parse_qsl(urlsplit(get(client, LIST, page_size=2)["next"]).query))["cursor"]
    refused(client, 400, "bad-cursor", LIST, cursor=cursor[:-1] + ("A" if cursor[-1] != "A" else "B"))
    refused(client, 400, "bad-cursor", LIST, cursor=cursor, order="name")
    refused(client, 400, "bad-cursor", LIST, cursor=cursor, category="beauty")
    refused(client, 400, "bad-cursor", RANKINGS, cursor=cursor)
    assert names(get(client, LIST, cursor=cursor, page_size=1)) == [people[2].name]


def test_a_reader_stays_in_the_run_it_began_with_until_that_is_gone(client: Client, people: list[Influencer]) -> None:
    first = get(client, LIST, page_size=3)
    turned = {host: 50.0 + n for n, host in enumerate(people)}
    publication.publish(run=stored_run(turned), at=AT)
    second = follow(client, first["next"])
    assert second["run"] == first["run"] != get(client, LIST)["run"]
    assert names(first) + names(second) == [host.name for host in people[:6]]
    publication.publish(run=stored_run(turned), at=AT)
    parts = urlsplit(first["next"])
    refused(client, 410, "cursor-gone", parts.path, **dict(parse_qsl(parts.query)))


def test_queries_do_not_grow_with_the_page(
    client: Client,
    people: list[Influencer],
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    for url, size, category in product((LIST, RANKINGS), (1, 5), ({}, {"category": "beauty"})):
        asked = {"page_size": size, **category}
        forget()
        with django_assert_num_queries(5):  # which publication, its run, the categories, the page, its platforms
            client.get(url, asked)
        with django_assert_num_queries(0):
            client.get(url, asked)


def test_lists_carry_an_etag(client: Client, people: list[Influencer]) -> None:
    for url in (LIST, RANKINGS, "/api/v1/methodology/", "/api/v1/transparency/", "/api/schema/"):
        response = client.get(url)
        assert response["ETag"]
        again = client.get(url, headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(url, headers={"if-none-match": '"other"'}).status_code == 200


def test_search_gives_the_closest_first_and_pages(client: Client) -> None:
    people = [influencer(f"小满{n}号", handle=f"shop{n}") for n in range(5)]
    exact = influencer("小满", handle="xiaoman")
    other = influencer("大满", handle="xiaoman_fan")
    for host in (*people, exact, other):
        refresh(influencers=[host.pk])
    publication.publish(run=stored_run({host: 90.0 - n for n, host in enumerate([*people, other, exact])}), at=AT)
    first = get(client, LIST, q="小满", page_size=3)
    assert names(first) == ["小满", "小满0号", "小满1号"]
    assert names(follow(client, first["next"])) == ["小满2号", "小满3号", "小满4号"]
    assert names(get(client, LIST, q="@xiaoman")) == ["小满", "大满"]
    assert names(get(client, LIST, q="小满", order="-rank"))[0] == "小满"
    exact.refresh_from_db()
    assert names(get(client, LIST, q=exact.slug)) == ["小满"]
    assert names(get(client, LIST, q="%_'\"\\")) == []


def test_a_list_is_answered_again_without_being_made_again(
    client: Client, people: list[Influencer], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    first = client.get(LIST, headers={"x-request-id": "one"})
    again = client.get(LIST, headers={"x-request-id": "two"})
    assert again.content == first.content
    different = {name for name in {*first.headers, *again.headers} if first.get(name) != again.get(name)}
    assert different == {"X-Request-ID"}
    assert again["X-Request-ID"] == "two"
    assert client.get(LIST, headers={"if-none-match": first["ETag"]}).status_code == 304
    Influencer.objects.filter(pk=people[0].pk).update(voided_at=AT)
    assert len(client.get(LIST).json()["results"]) == 7
    now[0] += 10.0
    assert len(client.get(LIST).json()["results"]) == 6
    publication.publish(run=stored_run({people[1]: 80.0}), at=AT)
    assert names(get(client, LIST)) == [people[1].name]
    assert client.get(LIST, headers={"host": "localhost"}).json()["results"]
    assert client.get(LIST, headers={"host": "evil.example"}).status_code == 400


def test_errors_are_not_kept(client: Client) -> None:
    refused(client, 503, "not-published", LIST)
    (host,) = hosts(1)
    publication.publish(run=stored_run({host: 80.0}), at=AT)
    assert names(get(client, LIST)) == [host.name]
