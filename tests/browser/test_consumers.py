"""A consumer in a real browser, with and without JavaScript: a verified review, a complaint with a photo, followed."""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from feedback.models import Case, Review
from tests.feedback import files
from tests.feedback.people import Platform, host

CHROMIUM = "/usr/bin/chromium"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
WIDTHS, THEMES, LANGUAGES = (360, 1280), ("light", "dark"), ("en", "zh-hans")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason=f"needs Debian's chromium at {CHROMIUM}"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop running beside the tests' own queries
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server: LiveServer, settings: Settings, tmp_path: Path) -> str:
    settings.ATTACHMENTS_ROOT = tmp_path / "attachments"
    host(name="周小满农家铺 <b>x</b>")
    return live_server.url


def opened(browser: Browser, **options: Any) -> tuple[Page, list[str]]:
    page = browser.new_context(**options).new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


@pytest.mark.parametrize("script", [True, False])
def test_a_verified_review_and_its_withdrawal(browser: Browser, site: str, script: bool) -> None:
    page, errors = opened(browser, java_script_enabled=script)
    page.goto(f"{site}/reviews/new/?influencer=host-h1")
    page.get_by_role("group", name="Professionalism").get_by_label("5, very good").check()
    page.get_by_role("group", name="Service attitude").get_by_label("4, good").check()
    page.get_by_label("In your words").fill("Fresh, and as shown.")
    page.get_by_label("Order receipt").fill(Platform().receipt("A-1")[:-1])
    page.get_by_role("button", name="Send the review").click()
    problems = page.get_by_role("alert")
    assert "As described" in problems.inner_text()
    assert page.get_by_text("changed after the platform signed it").count() == 2
    assert page.get_by_label("In your words").input_value() == "Fresh, and as shown."
    page.get_by_role("group", name="As described").get_by_label("5, very good").check()
    page.get_by_label("Order receipt").fill(Platform().receipt("A-1"))
    page.get_by_role("button", name="Send the review").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you. Your review is in."
    assert "proven purchase" in page.locator(".lead").inner_text()
    assert Review.objects.get().verified is True
    page.goto(page.locator("a.keep").inner_text())
    page.get_by_role("button", name="Withdraw the review").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your review is withdrawn"
    assert [error for error in errors if "400" not in error] == []


@pytest.mark.parametrize("script", [True, False])
def test_a_complaint_with_a_photo(browser: Browser, site: str, script: bool) -> None:
    page, errors = opened(browser, java_script_enabled=script)
    page.goto(f"{site}/complaints/new/?influencer=host-h1")
    page.get_by_label("What is it about?").select_option("quality")
    page.get_by_label("What happened?").fill("It broke on the first day.")
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg"}
    page.get_by_label("Photos or PDF").set_input_files({**photo, "buffer": files.EXECUTABLE})  # type: ignore[arg-type]
    page.get_by_role("button", name="File the complaint").click()
    assert "This is not a JPEG" in page.get_by_role("alert").inner_text()
    assert not Case.objects.exists()
    page.get_by_label("Photos or PDF").set_input_files({**photo, "buffer": files.jpeg()})  # type: ignore[arg-type]
    page.get_by_role("button", name="File the complaint").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your complaint is filed"
    page.goto(page.locator("a.keep").inner_text())
    with page.expect_download() as download:
        page.get_by_role("link", name="Attachment 1").click()
    assert download.value.path().read_bytes() == files.jpeg()
    page.get_by_role("button", name="Withdraw the complaint").click()
    assert "Withdrawn" in page.locator(".lead").inner_text()
    assert [error for error in errors if "400" not in error] == []


def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser: Browser, site: str) -> None:
    page, _errors = opened(browser)
    page.goto(f"{site}/complaints/new/?influencer=host-h1")
    page.get_by_label("What is it about?").select_option("quality")
    page.get_by_label("What happened?").fill("It broke. " + "long" * 200)
    page.get_by_role("button", name="File the complaint").click()
    case = page.url
    page.goto(f"{site}/reviews/new/?influencer=host-h1")
    for name in ("Professionalism", "Service attitude", "As described"):
        page.get_by_role("group", name=name).get_by_label("5, very good").check()
    page.get_by_role("button", name="Send the review").click()
    joint = {path: "&" if "?" in path else "?" for path in (case, page.url)}
    for path in ("/reviews/new/", "/complaints/new/?q=x"):
        joint[f"{site}{path}"] = "&" if "?" in path else "?"
    forms = [f"{site}/reviews/new/?influencer=host-h1", f"{site}/complaints/new/?influencer=host-h1"]
    found: list[str] = []
    for width, theme, language in product(WIDTHS, THEMES, LANGUAGES):
        page, errors = opened(browser, viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=False)
        where = f"{width} {theme} {language}"
        for address, sign in joint.items():
            page.goto(f"{address}{sign}lang={language}")
            found += [f"{where} {address}: {problem}" for problem in look(page)]
        for address in forms:
            page.goto(f"{address}&lang={language}")
            found += [f"{where} {address}: {problem}" for problem in look(page)]
            page.locator("main form.sheet button").click()
            found += [f"{where} {address} with errors: {problem}" for problem in look(page)]
        found += [f"{where}: {error}" for error in errors if "400" not in error]
        page.context.close()
    assert found == []


def look(page: Page) -> list[str]:
    """What axe objects to, and whether the page scrolls sideways."""
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    problems = [f"{v['id']} {v['nodes'][0]['html'][:150]}" for v in result["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        problems.append("scrolls sideways")
    return problems
