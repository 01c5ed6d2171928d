"""Pictures of every page in both languages and themes and at both widths: `make screenshots` on a running server."""

import argparse
import itertools
import json
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM, LANGUAGES, THEMES

WIDTHS = {"phone": (360, 780), "desk": (1280, 860)}


def slugs(base: str) -> list[str]:
    """Three hosts to look at: the first of the ranking and what the first search finds."""
    with urllib.request.urlopen(f"{base}/api/v1/influencers/?page_size=5") as answer:
        return [row["slug"] for row in json.load(answer)["results"]]


def addresses(found: list[str]) -> dict[str, str]:
    some = ",".join(found[:3])
    pages = {
        "home": "/",
        "search": f"/?q={urllib.parse.quote('小')}",
        "nothing-found": "/?q=zzzzzz",
        "rankings": "/rankings/",
        "compare": f"/compare/?slugs={some}",
        "methodology": "/methodology/",
        "transparency": "/transparency/",
        "not-found": "/influencers/nobody-at-all/",
    }
    first = f"/influencers/{found[0]}/"
    pages |= {
        "reviews": f"{first}reviews/",
        "evidence": f"{first}evidence/",
        "review-form": f"/reviews/new/?influencer={found[0]}",
        "complaint-form": f"/complaints/new/?influencer={found[0]}",
        "choose-host": "/reviews/new/",
    }
    return pages | {f"card-{slug}": f"/influencers/{slug}/" for slug in found}


def shoot(browser: Browser, base: str, pages: dict[str, str], out: Path, *, full: bool) -> int:
    """One file per page, width, theme and language."""
    count = 0
    for (width, size), theme, language in itertools.product(WIDTHS.items(), THEMES, LANGUAGES):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
        page = context.new_page()
        for name, path in pages.items():
            page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={language}")
            page.screenshot(path=out / f"{name}.{width}.{theme}.{language}.png", full_page=full)
            count += 1
        context.close()
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--slug", action="append", help="a host to show; may be given more than once")
    parser.add_argument("--only", help="only pages whose name starts with this")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    pages = addresses(args.slug or slugs(args.base))
    if args.only:
        pages = {name: path for name, path in pages.items() if name.startswith(args.only)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        count = shoot(browser, args.base, pages, args.out, full=True)
        browser.close()
    print(f"{count} pictures in {args.out}")


if __name__ == "__main__":
    main()
