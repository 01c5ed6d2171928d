"""The scorecard page: the same figures as its JSON twin, nothing broken by odd input."""

import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from ratings.publication import document
from ratings.publication.serving import forget
from tests.pages.published import suspend, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    forget()


def read(client: Client, slug: str | None, language: str = "en") -> str:
    response = client.get(f"/influencers/{slug}/", {"lang": language})
    assert response.status_code == 200
    return response.content.decode()


def test_page_and_json_show_the_same_figures_of_the_same_run(client: Client) -> None:
    slug = world()["zhou"].slug
    page = read(client, slug)
    data = json.loads(client.get(f"/api/v1/influencers/{slug}/scorecard/").content)
    shown = [float(v) for v in re.findall(r'<data value="([^"]+)"', page)]
    assert data["overall"]["score"] in shown
    assert {d["score"] for d in data["dimensions"].values()} <= set(shown)
    assert f"run {data['run']}" in page
    assert f"/api/v1/influencers/{slug}/scorecard/" in page


def test_the_parts_on_the_page_add_up_to_the_score(client: Client) -> None:
    slug = world()["zhou"].slug
    page = read(client, slug)
    table = page[page.index('class="parts"') : page.index("</table>", page.index('class="parts"'))]
    sums = [float(v) for v in re.findall(r'scope="rowgroup"[^<]*<?[^>]*>?.*?<td class="num">([\d.]+)', table)]
    found = document(str(slug))
    assert found is not None
    assert sum(sums) == pytest.approx(found.data["overall"]["score"], abs=0.001)


def test_interval_rank_and_reason_are_said_in_words(client: Client) -> None:
    page = read(client, world()["xinghe"].slug)
    assert "Most likely 66; we are 90% sure it lies between 64 and 68." in page
    assert "Ranked 2nd; 90% sure the rank is between 1 and 21." in page
    assert "Graded C because after-sales is weak, although the average is higher." in page
    assert "3.11 million viewers shown; activity supports about 110,000. This does not say who caused it." in page
    assert "32 reviews arrived unusually fast; they stay visible and count less." in page


def test_provisional_is_no_verdict(client: Client) -> None:
    page = read(client, world()["lin"].slug)
    assert "Not rated yet does not mean bad: we know too little." in page
    assert 'class="letter"' not in page


def test_an_empty_card_says_that_there_is_no_evidence(client: Client) -> None:
    page = read(client, world(months=2)["empty"].slug)
    assert "There is no evidence yet: what is shown is what its peers usually look like." in page
    assert "No review yet." in page
    assert "Refunds against peers" not in page


def test_a_suspended_card_is_frozen_and_says_why_and_that_it_is_appealed(client: Client) -> None:
    host = world(months=2)["ruijie"]
    suspend(host)
    forget()
    page = read(client, host.slug)
    assert "The card is frozen as it stood when the suspension began." in page
    assert 'class="letter"' not in page
    assert "Claims about a cure were repeated after a warning." in page
    assert "false or misleading claim" in page
    assert "Suspension: under appeal; the decision is due by 3 January." in page
    assert "申诉中，1月3日前给出结论" in read(client, host.slug, "zh-hans")


def test_refunds_stand_against_what_is_usual(client: Client) -> None:
    hosts = world(months=2)
    page = read(client, hosts["zhou"].slug)
    assert "24 of 100 orders refunded so far; for this category 18 to 30 is usual." in page
    assert "目前每100单退24单,同类通常为18至30单。" in read(client, hosts["zhou"].slug, "zh-hans")


def test_a_hostile_name_stays_text(client: Client) -> None:
    page = read(client, world()["odd"].slug)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_inline_style_or_script_anywhere(client: Client) -> None:
    hosts = world(months=2)
    for path in ("/", "/rankings/", "/methodology/", f"/influencers/{hosts['xinghe'].slug}/", "/?q=小"):
        page = client.get(path).content.decode()
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*ld\+json)", page), path
        assert not re.search(r"\son\w+=", page), path


def test_unknown_host_is_404(client: Client) -> None:
    assert client.get("/influencers/nobody-1/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/?q=小", "/rankings/", "/rankings/?category=food&dimension=compliance", "/methodology/"]
)
def test_few_queries(client: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    world(months=2)
    with django_assert_max_num_queries(7):
        assert client.get(path).status_code == 200


def test_few_queries_for_a_card(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    slug = world(months=2)["xinghe"].slug
    with django_assert_max_num_queries(6):
        read(client, slug)


def test_pages_answer_before_anything_is_published(client: Client) -> None:
    for path in ("/", "/rankings/", "/methodology/", "/?q=a"):
        assert client.get(path).status_code == 200
    assert "Nothing is published yet" in client.get("/").content.decode()
