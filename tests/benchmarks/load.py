"""Ten minutes of reads and live writes at 70% of peak, on loopback: errors, waits and memory, minute by minute.

Two web workers and the live worker as production starts them; the peak is found first, with the same mixture as fast as
it is answered. It ends by itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from procrastinate.contrib.django.models import ProcrastinateJob

from feedback import outbox
from feedback.keys import create_api_key
from ratings.days import policy_date
from ratings.models import PublicDocument
from tests.benchmarks import clients
from tests.benchmarks.clients import Request
from tests.benchmarks.servers import database_url, process_of, serving
from tests.benchmarks.timing import Measure, Result, measure, quantile
from tests.benchmarks.world import published

MINUTES = float(os.environ.get("LOAD_MINUTES", "8"))
PEAK_SECONDS = 15.0
SHARE = 0.7
WRITES = 20  # one request in so many sends a review
PROBE_SECONDS = 2.0
TICK_SECONDS = 60.0
PATIENCE_SECONDS = 240.0
EDGE = 3  # minutes at the beginning and at the end that are compared


def run(*, size: int, runs: int = 1) -> Result:
    """Load a world of this size; `runs` changes nothing: minutes are the rounds."""
    today = policy_date(datetime.now(tz=UTC))
    published(size, until=today)
    people = list(PublicDocument.objects.order_by("slug").values_list("slug", "influencer__source_id"))
    _key, secret = create_api_key(name="load", scope="ingest")
    with serving("config.wsgi:application", "/healthz") as base, _worker() as worker:
        following = mixture(urlsplit(base).netloc, people, secret)
        clients.run(base, following, seconds=5, pace=None)
        time.sleep(TICK_SECONDS + 2 - time.time() % TICK_SECONDS)
        _caught_up()  # by the first tick, which looks at everyone once a publication
        peak = clients.run(base, following, seconds=PEAK_SECONDS, pace=None).count / PEAK_SECONDS
        _caught_up()  # what the search for the peak has left belongs to no minute
        watched = {"web": process_of(base), "worker": worker}
        with _memory(watched) as memory, _fresh(base, people, secret) as late:
            seen = clients.run(base, following, seconds=60 * MINUTES, pace=SHARE * peak)
    return _result(seen, peak, memory, late, size)


def _caught_up() -> None:
    """Wait until the worker has taken up all that came, and has no job left."""
    until = time.monotonic() + PATIENCE_SECONDS
    while outbox.waiting() or _jobs():
        if time.monotonic() > until:
            raise RuntimeError(f"{outbox.waiting()} rows and {_jobs()} jobs still wait")
        time.sleep(0.2)


def _jobs() -> int:
    return int(ProcrastinateJob.objects.filter(status__in=("todo", "doing")).count())


def mixture(host: str, people: list[tuple[str, str]], secret: str) -> Callable[[int], Request]:
    """The n-th request: mostly cards, some of them known already, lists, pages, badges, and a review now and then."""
    draw = random.Random(5)  # nothing is secret about it
    begun = time.time_ns()

    def following(number: int) -> Request:
        slug, whom = draw.choice(people)
        if number % WRITES == 0:
            return review(host, whom, f"load-{begun}-{number}", secret)
        at = draw.random()
        if at < 0.60:
            return clients.get(host, f"/api/v1/influencers/{slug}/scorecard/", kind="card")
        if at < 0.75:
            held = f'If-None-Match: "{slug}"'
            return clients.get(host, f"/api/v1/influencers/{slug}/scorecard/", held, kind="card", good=(200, 304))
        if at < 0.85:
            return clients.get(host, "/api/v1/rankings/?page_size=50", kind="rankings")
        if at < 0.92:
            return clients.get(host, f"/api/v1/influencers/{slug}/badge.svg", kind="badge")
        return clients.get(host, f"/influencers/{slug}/", kind="page")

    return following


def review(host: str, whom: str, name: str, secret: str) -> Request:
    """One buyer's marks, sent by a platform."""
    row = {
        "review_id": name,
        "influencer_id": whom,
        "reviewer_id": f"buyer-{name}",
        "created_at": datetime.now(tz=UTC).isoformat(),
        "professionalism": 5,
        "service": 4,
        "as_described": 5,
        "verified": True,
    }
    allowed = f"Authorization: Api-Key {secret}"
    return clients.post(host, "/api/v1/ingest/reviews/", json.dumps([row]).encode(), allowed, kind="write")


@contextlib.contextmanager
def _worker() -> Iterator[int]:
    command = [sys.executable, "manage.py", "worker"]
    environment = {**os.environ, "DATABASE_URL": database_url(), "DIRECT_DATABASE_URL": database_url()}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **quiet)  # type: ignore[call-overload]
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _beside(once: Callable[[], None], every: float) -> Iterator[None]:
    """Do something in a thread every so often until the block ends."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(every):
            once()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def _memory(watched: dict[str, int]) -> Iterator[dict[str, list[float]]]:
    """MB of each process and its children, every ten seconds."""
    found: dict[str, list[float]] = {name: [] for name in watched}

    def once() -> None:
        for name, pid in watched.items():
            found[name].append(_resident(pid))

    with _beside(once, 10.0):
        yield found


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        own = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return own + sum(_resident(int(child)) for child in children)


@contextlib.contextmanager
def _fresh(base: str, people: list[tuple[str, str]], secret: str) -> Iterator[list[float]]:
    """Seconds from sending a review until its host's card counts it, asked again and again."""
    late: list[float] = []
    number = 0

    def counted(slug: str) -> int:
        with urllib.request.urlopen(f"{base}/api/v1/influencers/{slug}/scorecard/", timeout=10) as answer:
            found: int = json.load(answer)["evidence"]["counts"]["reviews"]
            return found

    def once() -> None:
        nonlocal number
        number += 1
        slug, host = people[number % len(people)]
        before, began = counted(slug), time.perf_counter()
        sent = review(urlsplit(base).netloc, host, f"fresh-{time.time_ns()}", secret)
        head, body = sent.sent.split(b"\r\n\r\n", 1)
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        urllib.request.urlopen(
            urllib.request.Request(f"{base}/api/v1/ingest/reviews/", body, headers), timeout=10
        ).read()
        while counted(slug) <= before and time.perf_counter() - began < 30:
            time.sleep(0.02)
        late.append(time.perf_counter() - began)

    with _beside(once, PROBE_SECONDS):
        yield late


def _result(seen: clients.Seen, peak: float, memory: dict[str, list[float]], late: list[float], size: int) -> Result:
    minutes = [[one for values in minute.values() for one in values] for minute in seen.waits]
    p99 = [quantile(minute, 0.99) for minute in minutes]
    edge = min(EDGE, max(1, len(p99) // 2))
    whole = [sum(values) for values in zip(*memory.values(), strict=False)]
    part = max(1, len(whole) * edge // max(len(minutes), 1))
    result = Result(
        f"{size:,} influencers, {MINUTES:g} minutes at {SHARE * peak:,.0f} requests/s, 1 in {WRITES} writes"
    )
    result.measures = [
        measure("errors", [len(seen.errors)], ""),
        _over("p99 of the last minutes ÷ of the first", p99[-edge:], p99[:edge]),
        _over("memory of the last minutes ÷ of the first", whole[-part:], whole[:part]),
        measure("from sent to shown, p99, s", [quantile(late, 0.99)], "s"),
    ]
    result.figures = {
        "peak of the mixture": f"{peak:,.0f} requests/s",
        "answered": f"{seen.count:,}, {len(seen.errors)} errors {sorted(set(seen.errors))[:5] or ''}",
        "p50 by minute, ms": " · ".join(f"{quantile(minute, 0.5):.1f}" for minute in minutes),
        "p99 by minute, ms": " · ".join(f"{value:.0f}" for value in p99),
        **{
            f"p50 · p99 of {kind}, ms": f"{quantile(values, 0.5):.1f} · {quantile(values, 0.99):.0f}"
            for kind, values in sorted(_by_kind(seen).items())
        },
        **{
            f"memory of {name} by minute, MB": " · ".join(f"{value:.0f}" for value in values[5::6])
            for name, values in memory.items()
        },
        "from sent to shown on the card": f"p50 {quantile(late, 0.5):.2f} s, {len(late)} times",
    }
    return result


def _by_kind(seen: clients.Seen) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for minute in seen.waits:
        for kind, values in minute.items():
            found.setdefault(kind, []).extend(values)
    return found


def _over(what: str, later: list[float], earlier: list[float]) -> Measure:
    usual = quantile(earlier, 0.5)
    return measure(what, [value / usual for value in later])
