"""The browser tests wait for what they claim: a page that is still coming is no fault."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
AT_ONCE = {
    "count",
    "inner_text",
    "inner_html",
    "text_content",
    "all_inner_texts",
    "is_visible",
    "is_hidden",
    "input_value",
}


def looked_once(text: str) -> list[int]:
    """Lines of assertions about what a page shows at this moment, where `expect` would wait for it."""
    found = []
    for claim in ast.walk(ast.parse(text)):
        if isinstance(claim, ast.Assert):
            for node in ast.walk(claim.test):
                called = node.func if isinstance(node, ast.Call) else None
                asked = isinstance(called, ast.Attribute) and called.attr in AT_ONCE
                rows = isinstance(called, ast.Attribute) and "objects" in ast.unparse(called.value)
                address = isinstance(node, ast.Attribute) and ast.unparse(node) == "page.url"
                if address or (asked and not rows):
                    found.append(claim.lineno)
    return found


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("test_*.py")))
def test_no_assertion_looks_only_once(file: str) -> None:
    assert looked_once((FOLDER / file).read_text(encoding="utf-8")) == []


def test_one_that_does_is_found() -> None:
    assert looked_once('x = 1\nassert page.locator("li").count() == 3\nassert Case.objects.count() == 3') == [2]
    assert looked_once('assert "a" in page.locator("p").first.inner_text()\nassert page.url == card') == [1, 2]
