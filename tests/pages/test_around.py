"""What stands around the pages: badge, shared links, crawlers, comparing, errors."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from ratings.publication import serving
from tests.pages.published import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    serving.forget()


@pytest.mark.parametrize(("lang", "said"), [("en", "412 reviews · 88 shows"), ("zh-hans", "412条评价 · 88场直播")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_badge_is_one_size_and_says_score_grade_sample_and_date(
    client: Client, lang: str, said: str, theme: str
) -> None:
    slug = world(months=2)["zhou"].slug
    answer = client.get(f"/api/v1/influencers/{slug}/badge.svg", {"lang": lang, "theme": theme})
    assert answer["Content-Type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(answer.content)
    assert (root.get("width"), root.get("height")) == ("260", "84")
    words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"88", "A", said} <= set(words)
    assert any("2026" in str(word) for word in words)
    assert b"style=" not in answer.content


def test_the_badge_is_sent_once(client: Client) -> None:
    slug = world(months=2)["zhou"].slug
    first = client.get(f"/api/v1/influencers/{slug}/badge.svg")
    again = client.get(f"/api/v1/influencers/{slug}/badge.svg", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    other = client.get(f"/api/v1/influencers/{slug}/badge.svg?theme=dark")
    assert other["ETag"] != first["ETag"]


def test_a_badge_without_a_grade_says_why(client: Client) -> None:
    slug = world(months=2)["lin"].slug
    assert "Provisional" in client.get(f"/api/v1/influencers/{slug}/badge.svg").content.decode()


@pytest.mark.parametrize("query", ["lang=fr", "theme=pink", "size=9"])
def test_a_badge_nobody_offers_is_a_bad_request(client: Client, query: str) -> None:
    slug = world(months=2)["zhou"].slug
    answer = client.get(f"/api/v1/influencers/{slug}/badge.svg?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_badge_of_nobody_is_404(client: Client) -> None:
    assert client.get("/api/v1/influencers/nobody-1/badge.svg").status_code == 404


def test_linked_data_names_the_score_and_its_date_and_cannot_break_out(client: Client) -> None:
    slug = world(months=2)["odd"].slug
    page = client.get(f"/influencers/{slug}/?lang=en").content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])
    assert data["itemReviewed"]["name"].startswith("<script>alert(1)</script>")
    assert data["reviewRating"]["ratingValue"] == 66.4
    assert data["datePublished"] == "2026-01-01"


def test_shared_links_and_languages_are_declared(client: Client) -> None:
    slug = world(months=2)["zhou"].slug
    page = client.get(f"/influencers/{slug}/?lang=zh-hans").content.decode()
    assert f'rel="canonical" href="http://testserver/influencers/{slug}/?lang=zh-hans"' in page
    for tag in ("en", "zh-Hans", "x-default"):
        assert f'hreflang="{tag}"' in page
    image = re.search(r'property="og:image" content="([^"]+)"', page)
    assert image
    assert client.get(image[1].removeprefix("http://testserver")).status_code == 200


def test_robots_and_sitemap_lead_to_every_card(client: Client) -> None:
    hosts = world(months=2)
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    parts = [e.text or "" for e in index.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    pages = "".join(client.get(part.removeprefix("http://testserver")).content.decode() for part in parts)
    for host in hosts.values():
        assert f"/influencers/{host.slug}/</loc>" in pages
    assert client.get("/sitemap-9.xml").status_code == 404


def test_compare_says_what_is_certain(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    hosts = world(months=2)
    slugs = ",".join(str(hosts[name].slug) for name in ("zhou", "ruijie", "odd"))
    with django_assert_max_num_queries(6):
        page = client.get("/compare/", {"slugs": slugs, "q": "星河", "lang": "en"}).content.decode()
    assert "is ahead of" in page
    assert "their ranges overlap" in page
    assert f"slugs={slugs},{hosts['xinghe'].slug}" in page


@pytest.mark.parametrize("slugs", ["", "nobody-1", "a,b,c,d,e,f,g", "\x00", "<script>", "," * 500])
def test_compare_with_nonsense_is_a_clear_page(client: Client, slugs: str) -> None:
    world(months=2)
    answer = client.get("/compare/", {"slugs": slugs})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "q=%F0%9F%8D%B5", "q=%E2%80%AE", "q=%25_%5C"])
def test_search_with_nonsense_is_a_clear_page(client: Client, query: str) -> None:
    world(months=2)
    assert client.get(f"/?{query}").status_code == 200
    assert client.get(f"/search/?{query}").status_code == 200


def test_an_old_cursor_leads_to_the_first_page(client: Client) -> None:
    world(months=2)
    assert client.get("/rankings/?cursor=nonsense&league=medium")["Location"] == "/rankings/?league=medium"


def test_without_a_database_the_page_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("ratings.publication.public_run", away)
    client.raise_request_exception = False
    answer = client.get("/rankings/")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "Our database does not answer just now" in answer.content.decode()


def test_our_own_fault_is_a_page_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ratings.publication.public_run", lambda: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/rankings/")
    assert answer.status_code == 500
    assert "This is our fault" in answer.content.decode()


def test_the_theme_is_a_cookie_and_goes_back_where_it_came_from(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "/rankings/"})
    assert answer["Location"] == "/rankings/"
    assert answer.cookies["theme"].value == "dark"
    assert client.post("/theme/", {"theme": "dark", "next": "https://example.org/"})["Location"] == "/"
    assert client.get("/theme/").status_code == 405
