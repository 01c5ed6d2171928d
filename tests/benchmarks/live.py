"""One event from its recording to its influencer's new document, and batches of them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import live
from tests.benchmarks.timing import Result, measure, quantile
from tests.benchmarks.world import LAST, published

AT = datetime.combine(LAST, clock(12), ZoneInfo("Asia/Shanghai"))
EVENTS = 60
BATCH = 1_000


def run(*, size: int, runs: int = 3) -> Result:
    """Milliseconds of recording plus taking up, `size` influencers published."""
    published(size)
    hosts = list(Influencer.objects.order_by("pk").values_list("source_id", flat=True))
    recorded, taken = [], []
    for number in range(EVENTS):
        began = time.perf_counter()
        record_own(kind=KINDS["reviews"], row=_review(number, hosts[number % len(hosts)]), at=AT)
        recorded.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        assert live.take_up(at=AT) == 1
        taken.append((time.perf_counter() - began) * 1000)
    both = [a + b for a, b in zip(recorded, taken, strict=True)]
    batches = []
    for turn in range(runs):
        rows = [_review(EVENTS + turn * BATCH + number, hosts[number % len(hosts)]) for number in range(BATCH)]
        for row in rows:
            record_own(kind=KINDS["reviews"], row=row, at=AT)
        began = time.perf_counter()
        while live.take_up(at=AT):
            pass
        batches.append((time.perf_counter() - began) * 1e6 / BATCH)
    result = Result(f"{size:,} influencers")
    result.figures = {
        "recorded, p50": f"{quantile(recorded, 0.5):.1f} ms",
        "taken up, p50": f"{quantile(taken, 0.5):.1f} ms",
    }
    result.measures = [
        measure("one event, p50, ms", [quantile(both, 0.5)], "ms"),
        measure("one event, p99, ms", [quantile(both, 0.99)], "ms"),
        measure("batch of 10,000, µs an event", batches, "µs"),
    ]
    return result


def _review(number: int, host: str) -> dict[str, Any]:
    at = AT - timedelta(minutes=number % 60)
    return {
        "review_id": f"live-{number}",
        "influencer_id": host,
        "reviewer_id": f"somebody-{number}",
        "created_at": at,
        "professionalism": 5,
        "service": 4,
        "as_described": 5,
        "verified": True,
    }
