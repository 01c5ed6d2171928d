"""One event from its recording to its influencer's new document, and batches of them; among few and among many."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from feedback.kinds import KINDS
from feedback.rows import record_own, take_in
from influencers.models import Influencer
from ratings import live, loaded
from tests.benchmarks.crowd import grow
from tests.benchmarks.timing import Measure, Result, measure, quantile
from tests.benchmarks.world import LAST, published

AT = datetime.combine(LAST, clock(12), ZoneInfo("Asia/Shanghai"))
RATED = 300  # influencers of a whole year's evidence, to whom events come
EVENTS = 300
BATCH = 10_000
SPREAD = (20, 300)  # influencers that a batch is about


def run(*, size: int, runs: int = 3) -> Result:
    """Milliseconds of recording plus taking up among `size` / 100 influencers, and among `size`."""
    published(min(RATED, size), days=365)
    hosts = list(Influencer.objects.order_by("pk").values_list("source_id", flat=True))
    grow(first=1, last=max(1, size // 100 - len(hosts)))
    _drain()
    loaded.settle()  # as the worker does
    few = [_events(hosts, turn) for turn in range(runs)]
    batches = {spread: [_batch(hosts[:spread], f"{spread}-{turn}") for turn in range(runs)] for spread in SPREAD}
    grow(first=size // 100, last=size)
    many = [_events(hosts, runs + turn) for turn in range(runs)]
    both = [[a + b for a, b in one] for one in few], [[a + b for a, b in one] for one in many]
    result = Result(
        f"{size // 100:,} influencers; {EVENTS} events on {len(hosts)} of them, who have a year of evidence; "
        f"batches about {SPREAD[-1]}"
    )
    p50, p50_many = ([quantile(one, 0.5) for one in side] for side in both)
    result.measures = [
        measure("one event, p50, ms", p50, "ms"),
        measure("one event, p99, ms", [quantile(one, 0.99) for one in both[0]], "ms"),
        Measure("one event among 100 × as many ÷ among few, p50", *_ratio(p50_many, p50)),
        measure("batch of 10,000, µs an event", [a + b for a, b in batches[SPREAD[-1]]], "µs"),
    ]
    result.figures = {
        "recorded · taken up, p50": _parts(few),
        f"among {size:,}: recorded · taken up, p50": _parts(many),
        **{
            f"{BATCH:,} about {spread} influencers, recorded · taken up": " · ".join(
                f"{quantile([one[k] for one in said], 0.5):.0f} µs an event" for k in (0, 1)
            )
            for spread, said in batches.items()
        },
    }
    return result


def _parts(turns: list[list[tuple[float, float]]]) -> str:
    return " · ".join(f"{quantile([event[k] for turn in turns for event in turn], 0.5):.2f} ms" for k in (0, 1))


def _ratio(ours: list[float], theirs: list[float]) -> tuple[float, float, float]:
    each = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return each[len(each) // 2], each[0], each[-1]


def _drain() -> None:
    while live.take_up(at=AT):
        pass


def _events(hosts: list[str], turn: int) -> list[tuple[float, float]]:
    """Milliseconds of recording and of taking up, event by event."""
    found = []
    for number in range(EVENTS):
        row = _review(f"{turn}-{number}", number, hosts[(number * 7) % len(hosts)])
        began = time.perf_counter()
        record_own(kind=KINDS["reviews"], row=row, at=AT)
        recorded = time.perf_counter()
        assert live.take_up(at=AT) == 1
        found.append(((recorded - began) * 1000, (time.perf_counter() - recorded) * 1000))
    return found[5:]  # by then everything is planned


def _batch(hosts: list[str], name: str) -> tuple[float, float]:
    """Microseconds an event of a batch as REST sends it: recording, and taking up."""
    rows = [_review(f"b{name}-{k}", k, hosts[k % len(hosts)]) for k in range(BATCH)]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps({**row, "created_at": row["created_at"].isoformat()}) + "\n" for row in rows)
        file.flush()
        began = time.perf_counter()
        verdicts = take_in(kind=KINDS["reviews"], file=Path(file.name), at=AT)
        recorded = time.perf_counter()
    assert {verdict.status for verdict in verdicts} == {"accepted"}
    _drain()
    return (recorded - began) * 1e6 / BATCH, (time.perf_counter() - recorded) * 1e6 / BATCH


def _review(name: str, number: int, host: str) -> dict[str, Any]:
    return {
        "review_id": f"live-{name}",
        "influencer_id": host,
        "reviewer_id": f"somebody-{name}",
        "created_at": AT - timedelta(minutes=number % 60),
        "professionalism": 5,
        "service": 4,
        "as_described": 5,
        "verified": True,
    }
