"""The scorecard page as a browser gets it: how long one client waits, and what comes with everything it loads.

On a running service, started with `THROTTLE=off`: `python -m tests.benchmarks.page --base http://127.0.0.1:8000`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urljoin

from tests.benchmarks.servers import serving
from tests.benchmarks.timing import Result, measure, quantile
from tests.benchmarks.world import published

PRODUCTION = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}  # styles and scripts packed, as they are sent
LOADED = re.compile(rb'<(?:link[^>]+rel="(?:stylesheet|icon|preload)"[^>]+href|script[^>]+src|img[^>]+src)="([^"]+)"')


def run(*, size: int, runs: int = 3) -> Result:
    """Milliseconds and bytes of the cards of a world of this size, under granian with two workers."""
    published(size)
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=PRODUCTION, check=True)
    with serving("config.wsgi:application", "/healthz", DJANGO_SETTINGS_MODULE="config.settings") as base:
        slugs = slugs_of(base, cards=min(100, size))
        _times(base, slugs[:20])
        times = [_times(base, slugs) for _ in range(runs)]
        bytes_ = [transfer(base, f"{base}/influencers/{slug}/") / 1000 for slug in slugs[:10]]
    result = Result(f"{size:,} influencers, one client")
    result.figures = {"p99": f"{quantile([one for round_ in times for one in round_], 0.99):.1f} ms"}
    result.measures = [
        measure("server time, p50, ms", [quantile(round_, 0.5) for round_ in times], "ms"),
        measure("transfer with everything it loads, kB", bytes_, "kB"),
    ]
    result.notes = ["usable without JavaScript: the tests of the pages read them without, `tests/pages`"]
    return result


def slugs_of(base: str, *, cards: int) -> list[str]:
    """Addresses of so many cards."""
    with urllib.request.urlopen(f"{base}/api/v1/influencers/?page_size={cards}") as answer:
        return [row["slug"] for row in json.load(answer)["results"]]


def transfer(base: str, page: str) -> int:
    """Bytes of a page and of the styles, scripts and pictures in it, compressed where the server does so."""
    body, length = _get(page)
    loaded = {urljoin(page, found.decode()) for found in LOADED.findall(body)}
    return length + sum(_get(address)[1] for address in loaded if address.startswith(base))


def _get(address: str) -> tuple[bytes, int]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        sent = answer.read()
        return (gzip.decompress(sent) if answer.headers["Content-Encoding"] == "gzip" else sent), len(sent)


def _times(base: str, slugs: list[str]) -> list[float]:
    times = []
    for slug in slugs:
        began = time.perf_counter()
        with urllib.request.urlopen(f"{base}/influencers/{slug}/") as answer:
            assert b"<h1" in answer.read()
        times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    """Print what one client waits, from asking to the last byte, each card once cold and then again."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--base", default="http://127.0.0.1:8000")
    asked.add_argument("--cards", type=int, default=100)
    options = asked.parse_args()
    slugs = slugs_of(options.base, cards=options.cards)
    for name in ("first", "again", "once more"):
        times = _times(options.base, slugs)
        print(f"{name:>9}: p50 {quantile(times, 0.5):.1f} ms, p99 {quantile(times, 0.99):.1f} ms, {len(times)} cards")
    print(f"{transfer(options.base, f'{options.base}/influencers/{slugs[0]}/') / 1000:.0f} kB with all it loads")


if __name__ == "__main__":
    main()
