"""One consumer's way in a real browser, with the worker running: found, read, compared, reviewed, seen, complained."""

import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from feedback.models import Case, Review
from influencers.models import Influencer
from ratings import ledger, pieces
from ratings.jobs.live_loop import work
from ratings.publication.serving import forget
from tests.browser.chromium import LANGUAGES, MARKS, THEMES, WIDTHS, objections, opened
from tests.feedback import files
from tests.feedback.people import Platform
from tests.pages.rated import rated_world

pytestmark = MARKS


@pytest.fixture
def hosts(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[dict[str, Influencer]]:
    settings.ATTACHMENTS_ROOT = tmp_path / "attachments"
    forget()
    pieces._kept.clear()
    ledger._state_named.cache_clear()
    yield rated_world(at=timezone.now())
    with connection.cursor() as cursor:  # the log of publications refuses DELETE, as it should
        cursor.execute(
            "TRUNCATE ratings_run, ratings_trustclose, ratings_reviewtrust, ratings_bucketday, ratings_orderday, "
            "influencers_influencer, influencers_category CASCADE"
        )


@pytest.fixture
def worker(hosts: dict[str, Influencer]) -> Iterator[None]:
    """The live loop of the worker, on a connection of its own."""
    done = threading.Event()

    def run() -> None:
        try:
            work(now=timezone.now, stopped=done.is_set)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    done.set()
    thread.join(timeout=120)
    assert not thread.is_alive()


@pytest.mark.parametrize("script", [True, False])
def test_a_consumers_way(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer], worker: None, script: bool
) -> None:
    page, errors = opened(browser, java_script_enabled=script, locale="en-GB")
    page.goto(live_server.url)
    page.get_by_label("Find a host by name or handle").fill("农家")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="周小满农家铺").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("周小满农家铺")
    card = page.url
    read_the_reasons(page, card)
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="为什么是这个分")).to_be_visible()
    expect(page).to_have_url(card)
    page.get_by_role("button", name="English").click()
    compare_three(page)
    page.goto(card)
    expect(page.locator(".sure")).to_contain_text("14 reviews")
    leave_a_verified_review(page)
    seen_on_the_card(page, card)
    complain(page)
    assert errors == []


def read_the_reasons(page: Page, card: str) -> None:
    """From a line of the reasons to the single pieces behind it, and back."""
    page.locator("details.lift summary").first.click()
    door = page.locator("details.lift[open] .doors a").first
    name = door.inner_text().removeprefix("Evidence: ")
    door.click()
    expect(page.get_by_label("Channel").locator("option:checked")).to_have_text(name)
    expect(page.locator(".pieces li").first).to_be_visible()
    page.get_by_role("link", name="Back to the scorecard").click()
    expect(page).to_have_url(card)


def compare_three(page: Page) -> None:
    page.get_by_role("link", name="Compare with others").click()
    for name in ("星河", "瑞姐"):
        page.get_by_label("Add another host").fill(name)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"+ {name}").click()
    expect(page.locator(".sides > li")).to_have_count(3)


def leave_a_verified_review(page: Page) -> None:
    page.locator("#reviews").get_by_role("link", name="Leave a review").click()
    for name, mark in (
        ("Professionalism", "1, very poor"),
        ("Service attitude", "2, poor"),
        ("As described", "3, fair"),
    ):
        page.get_by_role("group", name=name).get_by_label(mark).check()
    page.get_by_label("In your words").fill("The honey was watered down. 🍯")
    page.get_by_label("Order receipt").fill(Platform().receipt("A-1"))
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your review is in.")
    assert Review.objects.get(text__contains="watered").verified is True


def seen_on_the_card(page: Page, card: str) -> None:
    """Looked at again until the worker has taken it up: within seconds, here generously."""
    for _look in range(60):
        page.goto(card)
        if "15 reviews" in page.locator(".sure").inner_text():
            break
        page.wait_for_timeout(500)
    expect(page.locator(".sure")).to_contain_text("15 reviews")
    newest = page.locator(".reviews > li").first
    for words in ("The honey was watered down. 🍯", "Verified purchase", "fixed at the close of the day"):
        expect(newest).to_contain_text(words)


def complain(page: Page) -> None:
    page.locator("#reviews").get_by_role("link", name="File a complaint").click()
    page.get_by_label("What is it about?").select_option("quality")
    page.get_by_label("What happened?").fill("It broke on the first day.")
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg()}
    page.get_by_label("Photos or PDF").set_input_files(photo)  # type: ignore[arg-type]
    page.get_by_role("button", name="File the complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your complaint is filed")
    page.goto(page.locator("a.keep").inner_text())
    expect(page.get_by_role("link", name="Attachment 1")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("It broke on the first day.")
    assert Case.objects.count() == 1


def test_filters_change_the_list_in_place(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer]
) -> None:
    page, errors = opened(browser, locale="en-GB")
    page.goto(f"{live_server.url}/influencers/{hosts['h1'].slug}/")
    page.get_by_label("Purchase").select_option("false")
    expect(page.locator(".proven")).to_have_count(0)
    expect(page.locator(".reviews > li")).to_have_count(5)
    page.get_by_label("Marks").select_option("low")
    page.get_by_text("No review in this selection.").wait_for()
    expect(page).to_have_url(f"{live_server.url}/influencers/{hosts['h1'].slug}/")
    assert errors == []


def test_what_stands_behind_a_card_is_within_everyones_reach(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer]
) -> None:
    found: list[str] = []
    paths = [f"/influencers/{hosts['h2'].slug}/{rest}" for rest in ("", "reviews/?verified=true", "evidence/")]
    for width, theme, language in product(WIDTHS, THEMES, LANGUAGES):
        page, errors = opened(browser, viewport={"width": width, "height": 800}, color_scheme=theme)
        for path in paths:
            where = f"{path} {width} {theme} {language}"
            page.goto(f"{live_server.url}{path}{'&' if '?' in path else '?'}lang={language}")
            found += objections(page, where)
        found += [f"{width} {theme} {language}: {error}" for error in errors]
        page.context.close()
    assert found == []
