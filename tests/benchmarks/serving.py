"""What is read over HTTP, beside a bare view on the same server and the naive serializers."""

from __future__ import annotations

import re
import time
import urllib.request

from ratings.models import PublicDocument
from tests.benchmarks.servers import requests_a_second, serving
from tests.benchmarks.timing import Result, quantile, rate, ratio, rounds
from tests.benchmarks.world import published

NAIVE = "tests.benchmarks.naive_settings"
PAGES = 200  # requests that the page's time is taken from


def run(*, size: int, runs: int = 3) -> Result:
    """Requests a second with `size` influencers published, all servers up at once, one asked at a time."""
    published(size)
    slugs = list(PublicDocument.objects.order_by("slug").values_list("slug", flat=True))
    slug = slugs[len(slugs) // 2]
    with (
        serving("tests.benchmarks.hello:application", "/hello") as hello,
        serving("config.wsgi:application", "/healthz") as ours,
        serving(
            "tests.benchmarks.naive:application",
            f"/naive/{slug}",
            DJANGO_SETTINGS_MODULE="tests.benchmarks.naive_settings",
        ) as naive,
    ):
        card = f"{ours}/api/v1/influencers/{slug}/scorecard/"
        etag = _etag(card)
        pieces = {
            "a bare view": lambda: requests_a_second(f"{hello}/hello"),
            "scorecard": lambda: requests_a_second(card),
            "scorecard, gzip": lambda: requests_a_second(card, "Accept-Encoding: gzip"),
            "its 304": lambda: requests_a_second(card, f"If-None-Match: {etag}"),
            "rankings, 50 rows": lambda: requests_a_second(f"{ours}/api/v1/rankings/?page_size=50"),
            "naive serializers": lambda: requests_a_second(f"{naive}/naive/{slug}"),
        }
        said = rounds(pieces, runs=runs)
        page = _page_times(f"{ours}/influencers/{{}}/", slugs)
    result = Result(f"{size:,} influencers, 2 workers, 16 clients")
    result.figures = {name: rate(values, "requests") for name, values in said.items()}
    result.figures["scorecard page, p50 · p99"] = f"{quantile(page, 0.5):.1f} · {quantile(page, 0.99):.1f} ms"
    result.measures = [
        ratio(said, "scorecard", "a bare view"),
        ratio(said, "its 304", "a bare view"),
        ratio(said, "scorecard", "naive serializers"),
        ratio(said, "rankings, 50 rows", "a bare view"),
    ]
    return result


def _etag(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.headers["ETag"])


def _page_times(url: str, slugs: list[str]) -> list[float]:
    """Milliseconds from asking to the whole page, one client, cards in turn."""
    times = []
    for number in range(PAGES + 20):
        began = time.perf_counter()
        with urllib.request.urlopen(url.format(slugs[number % len(slugs)])) as answer:
            assert re.search(rb"<h1", answer.read())
        times.append((time.perf_counter() - began) * 1000)
    return times[20:]
