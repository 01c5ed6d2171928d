"""How long the staff's and the public's lists, filters and searches take on a large database."""

from __future__ import annotations

import logging
import statistics
import time

from django.contrib.auth.models import User
from django.test import Client

from ratings import loaded
from tests.benchmarks import timing as bench
from tests.benchmarks.lists_world import fill
from tests.benchmarks.timing import Result

ROUNDS = 10
LONG = 1.0  # seconds that a first request may take unsaid
SHOWN = 12  # of the slowest pages

SIZED = "page_size={size}"  # another one each time: what is held in the process is not what is measured
PUBLIC = (
    *(f"influencers/?{asked}" for asked in (
        "", "q=Host 43", "q=主播", "q=handle432", "category=cat3", "tier=tiny", "platform=douyin", "grade=A%2B",
        "grade=D", "status=provisional", "status=suspended", "min_score=90", "order=name", "order=-compliance",
        "category=cat3&tier=tiny&platform=taobao&grade=C", "category=cat3&order=name&min_score=80",
        "status=provisional&order=name",
    )),
    *(f"rankings/?{asked}" for asked in (
        "", "category=cat3", "league=tiny", "category=cat3&league=large", "dimension=after_sales",
        "category=cat3&dimension=compliance", "by=p_top10", "category=cat3&league=tiny&by=p_top10",
    )),
)  # fmt: skip
EVIDENCE = "/admin/feedback/review/"
PAGES = {
    "reviews": EVIDENCE,
    "reviews, last page": f"{EVIDENCE}?p={{far}}",
    "reviews, verified": f"{EVIDENCE}?verified__exact=1",
    "reviews, one star": f"{EVIDENCE}?service=1",
    "reviews, void (1 in 5,000)": f"{EVIDENCE}?voided_at__isempty=0",
    "reviews, search id": f"{EVIDENCE}?q=r4321",
    "reviews, search host": f"{EVIDENCE}?q=h4321",
    "reviews, search nothing": f"{EVIDENCE}?q=zzzz",
    "refunds": "/admin/feedback/refund/",
    "refunds, reason": "/admin/feedback/refund/?reason__exact=late",
    "sessions": "/admin/feedback/session/",
    "influencers": "/admin/influencers/influencer/",
    "influencers, search": "/admin/influencers/influencer/?q=4321",
    "influencers, category": "/admin/influencers/influencer/?category__id__exact={category}",
    "accounts": "/admin/influencers/account/",
    "accounts, platform": "/admin/influencers/account/?platform=douyin",
    "accounts, search": "/admin/influencers/account/?q=handle432",
    "scorecards": "/admin/ratings/scorecard/",
    "scorecards, search": "/admin/ratings/scorecard/?q=主播 Host 43",
    "alerts": "/admin/ratings/alert/",
    "alerts, open and urgent": "/admin/ratings/alert/?state__exact=open&severity__exact=4",
    "runs": "/admin/ratings/run/",
    "compare two runs": "/admin/ratings/run/{run}/compare/",
    "queue": "/admin/queue/",
    "queue, page 20": "/admin/queue/?p=20",
    "audit trail": "/admin/audit/",
    **{f"API, {path}": f"/api/v1/{path}{'' if path.endswith('?') else '&'}{SIZED}" for path in PUBLIC},
    "one influencer": "/admin/influencers/influencer/{host}/change/",
}


def measure(*, places: dict[str, int], rounds: int) -> dict[str, tuple[float, float, float]]:
    """Milliseconds of the middle and the 95th request of each page without the first, and of the first."""
    logging.getLogger("clearhost.request").setLevel(logging.WARNING)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("bench"))
    loaded.settle(pages=True)  # as a web server does
    found = {}
    for name, path in PAGES.items():
        took = []
        for turn in range(rounds + 1):
            began = time.perf_counter()
            answer = client.get(path.format(**places, size=20 + turn % 80))
            took.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (name, answer.status_code)
        first, took = took[0], sorted(took[1:])
        found[name] = (statistics.median(took), took[min(len(took) - 1, int(0.95 * len(took)))], first)
    return found


def run(*, size: int, runs: int = 3) -> Result:
    """`size` reviews and as many refunds of size/10 influencers; every page `ROUNDS` times a round."""
    places = fill(reviews=size, influencers=max(100, size // 10))
    said = measure(places=places, rounds=ROUNDS * runs)
    slowest = sorted(said, key=lambda name: -said[name][1])
    result = Result(f"{size:,} reviews, {max(100, size // 10):,} influencers, {len(PAGES)} pages")
    result.figures = {name: f"p50 {said[name][0]:.0f} ms, p95 {said[name][1]:.0f} ms" for name in slowest[:SHOWN]}
    late = [said[name][1] for name in slowest]
    result.measures = [bench.Measure("slowest p95, ms", late[0], late[-1], late[0], "ms")]
    over = [name for name in slowest if said[name][1] > 200]
    within = f"{len(PAGES) - len(over)} of {len(PAGES)} within 200 ms at p95"
    slow = {name: said[name][2] for name in slowest if said[name][2] > 1000 * LONG}
    result.figures |= {f"{name}, the first time": f"{first / 1000:.1f} s" for name, first in slow.items()}
    result.notes = [within, *(f"over: {name}" for name in over)]
    return result
