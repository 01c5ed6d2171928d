"""What is read over HTTP, beside a bare view on the same server and the naive serializers."""

from __future__ import annotations

import urllib.request

from ratings.models import PublicDocument
from tests.benchmarks.servers import CLIENTS, requests_a_second, serving
from tests.benchmarks.timing import Result, rate, ratio, rounds
from tests.benchmarks.world import published

NAIVE = "tests.benchmarks.naive_settings"
PATH = "/api/v1/influencers/{}/scorecard/"


def run(*, size: int, runs: int = 3) -> Result:
    """Requests a second with `size` influencers published, all servers up at once, one asked at a time."""
    published(size)
    slugs = list(PublicDocument.objects.order_by("slug").values_list("slug", flat=True))
    slug = slugs[len(slugs) // 2]
    with (
        serving("tests.benchmarks.hello:application", "/hello") as hello,
        serving("config.wsgi:application", "/healthz") as ours,
        serving("config.wsgi:application", "/healthz", DOCUMENTS_IN_PROCESS="0") as cold,
        serving("config.wsgi:application", f"/naive/{slug}", DJANGO_SETTINGS_MODULE=NAIVE) as naive,
    ):
        card = f"{ours}/api/v1/influencers/{slug}/scorecard/"
        etag = _etag(card)
        pieces = {
            "a bare view": lambda: requests_a_second(f"{hello}/hello"),
            "scorecard": lambda: requests_a_second(card),
            "scorecard, gzip": lambda: requests_a_second(card, "Accept-Encoding: gzip"),
            "its 304": lambda: requests_a_second(card, f"If-None-Match: {etag}"),
            "scorecard, cold": lambda: requests_a_second(cold, paths=[PATH.format(one) for one in slugs]),
            "rankings, 50 rows": lambda: requests_a_second(f"{ours}/api/v1/rankings/?page_size=50"),
            "naive serializers": lambda: requests_a_second(f"{naive}/naive/{slug}"),
        }
        said = rounds(pieces, runs=runs)
    result = Result(f"{size:,} influencers, 2 workers, {CLIENTS} clients")
    result.figures = {name: rate(values, "requests") for name, values in said.items()}
    result.measures = [
        ratio(said, "scorecard", "a bare view"),
        ratio(said, "its 304", "a bare view"),
        ratio(said, "scorecard", "naive serializers"),
        ratio(said, "scorecard, cold", "a bare view"),
        ratio(said, "rankings, 50 rows", "a bare view"),
    ]
    return result


def _etag(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.headers["ETag"])
