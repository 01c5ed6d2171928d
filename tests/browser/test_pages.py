"""The pages in Debian's Chromium: found, read, compared, with and without JavaScript, by keyboard, without a fault."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlparse

import pytest
from django.db import connection
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import LANGUAGES, MARKS, THEMES, WIDTHS, objections, opened
from tests.pages.published import suspend, world

MOST_BYTES = 150_000

pytestmark = MARKS


@pytest.fixture
def slugs(live_server: LiveServer) -> Iterator[dict[str, str]]:
    hosts = world(months=3)
    suspend(hosts["ruijie"])
    yield {key: str(host.slug) for key, host in hosts.items()}
    with connection.cursor() as cursor:  # the log of publications refuses DELETE, as it should
        cursor.execute("TRUNCATE ratings_run, influencers_influencer, influencers_category CASCADE")


def paths(slugs: dict[str, str]) -> dict[str, str]:
    three = f"{slugs['zhou']},{slugs['xinghe']},{slugs['lin']}"
    cards = {f"card {key}": f"/influencers/{slug}/" for key, slug in slugs.items()}
    return {
        "home": "/",
        "found": "/?q=小",
        "not found": "/?q=zzzz",
        "rankings": "/rankings/?dimension=compliance",
        "compare": f"/compare/?slugs={three}&q=瑞",
        "compare nobody": "/compare/",
        "methodology": "/methodology/",
        "transparency": "/transparency/",
        "no such host": "/influencers/nobody-1/",
        **cards,
    }


@pytest.mark.parametrize("script", [True, False])
def test_find_read_switch_compare(
    browser: Browser, live_server: LiveServer, slugs: dict[str, str], script: bool
) -> None:
    page, errors = opened(browser, java_script_enabled=script, locale="en-GB")
    page.goto(live_server.url)
    page.get_by_label("Find a host by name or handle").fill("农家")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="周小满农家铺").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("周小满农家铺")
    lead = page.locator(".lead").first
    expect(lead).to_contain_text("Most likely 88; we are 90% sure it lies between 84 and 92.")
    page.get_by_text("Every part of the").click()
    expect(page.get_by_role("cell", name="from its own evidence").first).to_be_visible()
    page.get_by_role("button", name="简体中文").click()
    expect(lead).to_contain_text("最可能是88分")
    expect(page).to_have_url(f"{live_server.url}/influencers/{slugs['zhou']}/")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Compare with others").click()
    for name in ("星河", "瑞姐"):
        page.get_by_label("Add another host").fill(name)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"+ {name}").click()
    expect(page.locator(".sides > li")).to_have_count(3)
    expect(page.get_by_text("their ranges do not overlap").first).to_be_visible()
    assert errors == []


def test_matches_appear_as_one_types(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    page, errors = opened(browser, locale="en-GB")
    page.goto(live_server.url)
    before = page.locator("#what-h").bounding_box()
    with page.expect_response(lambda answer: answer.url.endswith("q=xing")):  # what is shown is not replaced again
        page.get_by_label("Find a host by name or handle").press_sequentially("xing")
    match = page.locator("#matches").get_by_role("link", name="星河大牌日")
    match.wait_for()
    assert page.locator("#what-h").bounding_box() == before, "nothing moves when matches open"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/influencers/{slugs['xinghe']}/")
    assert errors == []


def test_the_calculator_moves_the_score(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    page, errors = opened(browser, locale="en-GB")
    page.goto(f"{live_server.url}/methodology/")
    score = page.locator("#calc-result .score data")
    before = score.get_attribute("value") or ""
    page.get_by_label("refunds, host or merchant at fault").fill("600")
    expect(score).not_to_have_attribute("value", before)
    assert float(score.get_attribute("value") or 0) < float(before)
    assert errors == []


def test_the_theme_is_kept(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    page, _errors = opened(browser, color_scheme="light", java_script_enabled=False, locale="en-GB")
    page.goto(f"{live_server.url}/rankings/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(f"{live_server.url}/rankings/")
    expect(page.locator("body")).not_to_have_css("background-color", light)
    page.goto(live_server.url)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("width", "theme", "language"), list(product(WIDTHS, THEMES, LANGUAGES)))
def test_no_violation_no_overflow_no_error(
    browser: Browser, live_server: LiveServer, slugs: dict[str, str], width: int, theme: str, language: str
) -> None:
    page, errors = opened(browser, viewport={"width": width, "height": 800}, color_scheme=theme)
    for name, path in paths(slugs).items():
        answer = page.goto(f"{live_server.url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer is not None
        assert answer.status < 500, name
        assert objections(page, f"{name} {width} {theme} {language}") == []
    assert [e for e in errors if "404" not in e] == []


def test_pages_are_light_and_ask_nobody_else(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    """Sizes as sent; the live server does not compress, so text counts a third."""
    host = urlparse(live_server.url).netloc
    for name, path in paths(slugs).items():
        page, _errors = opened(browser)
        sizes: dict[str, int] = {}

        def note(response: Any, sizes: dict[str, int] = sizes) -> None:
            text = any(kind in response.headers.get("content-type", "") for kind in ("text", "javascript", "svg"))
            sizes[response.url] = len(response.body()) // (3 if text else 1)

        page.on("response", note)
        page.goto(f"{live_server.url}{path}", wait_until="networkidle")
        assert {urlparse(url).netloc for url in sizes} == {host}, name
        assert sum(sizes.values()) <= MOST_BYTES, f"{name}: {sizes}"
        page.context.close()


def test_the_keyboard_reaches_everything(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    page, _errors = opened(browser)
    page.goto(f"{live_server.url}/influencers/{slugs['xinghe']}/")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]"
        ".filter(e => e.checkVisibility()).length"
    )
    reached = set()
    for _step in range(wanted + 12):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]"
                ".indexOf(document.activeElement)"
            )
        )
    assert len(reached - {-1}) >= wanted


def test_nothing_shifts(browser: Browser, live_server: LiveServer, slugs: dict[str, str]) -> None:
    page, _errors = opened(browser, viewport={"width": 360, "height": 740})
    for path in ("/", f"/influencers/{slugs['xinghe']}/", "/rankings/"):
        page.goto(f"{live_server.url}{path}", wait_until="networkidle")
        shift = page.evaluate(
            "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
            " sum += e.value; }).observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300); })"
        )
        assert shift < 0.01, f"{path}: {shift}"
