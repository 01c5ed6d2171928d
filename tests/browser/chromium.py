"""Debian's Chromium: where it is, a page that keeps what its console says, and what axe objects to."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS, THEMES, LANGUAGES = (360, 1280), ("light", "dark"), ("en", "zh-hans")
PATIENCE = 120_000  # milliseconds: a busy machine is no fault of the page

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason=f"needs Debian's chromium at {CHROMIUM}"),
    pytest.mark.django_db(transaction=True),
]


def opened(browser: Browser, **options: Any) -> tuple[Page, list[str]]:
    """A page of its own, and the list its console's errors go to."""
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


def confirmed(page: Page) -> None:
    """Click the one button of the page from the letter; where it leads is all there when this returns."""
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()


def objections(page: Page, where: str) -> list[str]:
    """What axe objects to with everything unfolded, and whether the page scrolls sideways."""
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    page.evaluate(AXE)
    result = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
    found = [f"{where}: {violation}" for violation in result]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{where}: scrolls sideways")
    return found


def look(page: Page, site: str, paths: list[str], where: str, language: str) -> list[str]:
    """What there is to object to on pages that must be there."""
    found = []
    for path in paths:
        answer = page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer is not None
        assert answer.status == 200, path
        found += objections(page, f"{where} {path}")
    return found
