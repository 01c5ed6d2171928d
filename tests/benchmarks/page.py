"""How long a scorecard page takes on a running service: `python -m tests.benchmarks.page --base http://127.0.0.1:8000`.

Start the service with `THROTTLE=off`; one client, one card after the other, each once cold and then again.
"""

from __future__ import annotations

import argparse
import json
import time
import urllib.request

from tests.benchmarks.timing import quantile


def main() -> None:
    """Print what one client waits, from asking to the last byte."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--base", default="http://127.0.0.1:8000")
    asked.add_argument("--cards", type=int, default=100)
    options = asked.parse_args()
    with urllib.request.urlopen(f"{options.base}/api/v1/influencers/?page_size={options.cards}") as answer:
        slugs = [row["slug"] for row in json.load(answer)["results"]]
    for name in ("first", "again", "once more"):
        times = [_milliseconds(f"{options.base}/influencers/{slug}/") for slug in slugs]
        print(f"{name:>9}: p50 {quantile(times, 0.5):.1f} ms, p99 {quantile(times, 0.99):.1f} ms, {len(times)} cards")


def _milliseconds(url: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(url) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
