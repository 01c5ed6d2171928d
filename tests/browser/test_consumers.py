"""A consumer in a real browser, with and without JavaScript: a verified review, a complaint with a photo, followed."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from feedback.models import Case, Review
from tests.browser.chromium import LANGUAGES, MARKS, THEMES, WIDTHS, objections, opened
from tests.feedback import files
from tests.feedback.people import Platform, host

pytestmark = MARKS


@pytest.fixture
def site(live_server: LiveServer, settings: Settings, tmp_path: Path) -> str:
    settings.ATTACHMENTS_ROOT = tmp_path / "attachments"
    host(name="周小满农家铺 <b>x</b>")
    return live_server.url


@pytest.mark.parametrize("script", [True, False])
def test_a_verified_review_and_its_withdrawal(browser: Browser, site: str, script: bool) -> None:
    page, errors = opened(browser, java_script_enabled=script)
    page.goto(f"{site}/reviews/new/?influencer=host-h1")
    page.get_by_role("group", name="Professionalism").get_by_label("5, very good").check()
    page.get_by_role("group", name="Service attitude").get_by_label("4, good").check()
    page.get_by_label("In your words").fill("Fresh, and as shown.")
    page.get_by_label("Order receipt").fill(Platform().receipt("A-1")[:-1])
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("alert")).to_contain_text("As described")
    expect(page.get_by_text("changed after the platform signed it")).to_have_count(2)
    expect(page.get_by_label("In your words")).to_have_value("Fresh, and as shown.")
    page.get_by_role("group", name="As described").get_by_label("5, very good").check()
    page.get_by_label("Order receipt").fill(Platform().receipt("A-1"))
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your review is in.")
    expect(page.locator(".lead")).to_contain_text("proven purchase")
    assert Review.objects.get().verified is True
    page.goto(page.locator("a.keep").inner_text())
    page.get_by_role("button", name="Withdraw the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your review is withdrawn")
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
    expect(page.get_by_role("alert")).to_contain_text("This is not a JPEG")
    assert not Case.objects.exists()
    page.get_by_label("Photos or PDF").set_input_files({**photo, "buffer": files.jpeg()})  # type: ignore[arg-type]
    page.get_by_role("button", name="File the complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your complaint is filed")
    page.goto(page.locator("a.keep").inner_text())
    with page.expect_download() as download:
        page.get_by_role("link", name="Attachment 1").click()
    assert download.value.path().read_bytes() == files.jpeg()
    page.get_by_role("button", name="Withdraw the complaint").click()
    expect(page.locator(".lead")).to_contain_text("Withdrawn")
    assert [error for error in errors if "400" not in error] == []


def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser: Browser, site: str) -> None:
    page, _errors = opened(browser)
    page.goto(f"{site}/complaints/new/?influencer=host-h1")
    page.get_by_label("What is it about?").select_option("quality")
    page.get_by_label("What happened?").fill("It broke. " + "long" * 200)
    page.get_by_role("button", name="File the complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your complaint is filed")
    case = page.url
    page.goto(f"{site}/reviews/new/?influencer=host-h1")
    for name in ("Professionalism", "Service attitude", "As described"):
        page.get_by_role("group", name=name).get_by_label("5, very good").check()
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your review is in.")
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
            found += objections(page, f"{where} {address}")
        for address in forms:
            page.goto(f"{address}&lang={language}")
            found += objections(page, f"{where} {address}")
            page.locator("main form.sheet button").click()
            page.wait_for_load_state()
            found += objections(page, f"{where} {address} with errors")
        found += [f"{where}: {error}" for error in errors if "400" not in error]
        page.context.close()
    assert found == []
