"""Two machines serve: two servers of two processes each, one database, and a Redis that may be gone."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from subprocess import Popen

import pytest
from django.utils import timezone as clock

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import live
from ratings.models import PublicDocument
from tests.benchmarks.servers import serving
from tests.benchmarks.world import published
from tests.config.neighbours import redis

pytestmark = [pytest.mark.slow, pytest.mark.external, pytest.mark.django_db(transaction=True)]
LIMIT = 600  # requests a minute that somebody unknown may ask
REVALIDATED = 1.0  # seconds


class Machines:
    """The addresses of both, and the Redis between them."""

    def __init__(self, addresses: list[str], between: Popen[bytes]) -> None:
        self.addresses, self.between = addresses, between


@pytest.fixture
def machines() -> Iterator[Machines]:
    published(6, days=60)
    with ExitStack() as stack:
        url, process = stack.enter_context(redis())
        given = {"CACHE_URL": url, "THROTTLE": "on"}
        addresses = [stack.enter_context(serving("config.wsgi:application", "/healthz", **given)) for _ in range(2)]
        yield Machines(addresses, process)


def ask(url: str) -> tuple[int, str]:
    """Status and ETag."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()
            return answer.status, answer.headers.get("ETag", "")
    except urllib.error.HTTPError as refusal:
        return refusal.code, ""


def five_stars(host: str, number: int, at: datetime) -> None:
    marks = {"professionalism": 5, "service": 5, "as_described": 5, "verified": True}
    row = {"review_id": f"m{number}", "influencer_id": host, "reviewer_id": f"u{number}", "created_at": at, **marks}
    record_own(kind=KINDS["reviews"], row=row, at=at)


def test_a_new_card_is_everywhere_within_the_second(machines: Machines) -> None:
    host = Influencer.objects.order_by("pk")[0]
    path = f"/api/v1/influencers/{host.slug}/scorecard/"
    for turn in range(3):
        before = PublicDocument.objects.get(influencer=host).etag
        for address in machines.addresses * 4:  # every process holds the card
            assert ask(address + path) == (200, f'"{before}"')
        five_stars(host.source_id, turn, clock.now() - timedelta(hours=1))
        assert live.take_up(at=clock.now()) == 1
        after, began = PublicDocument.objects.get(influencer=host).etag, time.monotonic()
        assert after != before
        late = set()
        while time.monotonic() < began + REVALIDATED + 1:
            for address in machines.addresses:
                asked = time.monotonic()
                status, etag = ask(address + path)
                assert status == 200
                assert etag in (f'"{before}"', f'"{after}"')
                if asked > began + REVALIDATED and etag != f'"{after}"':
                    late.add((address, round(asked - began, 2)))
        assert not late


def test_limits_hold_over_all_machines_and_per_process_without_redis(machines: Machines) -> None:
    def statuses(many: int) -> Counter[int]:
        return Counter(ask(f"{machines.addresses[k % 2]}/api/v1/influencers/nobody-{k}/")[0] for k in range(many))

    said = statuses(LIMIT + 60)
    assert said[404] <= LIMIT
    assert said[429] >= 60
    machines.between.kill()
    machines.between.wait()
    began = time.monotonic()
    said = statuses(40)  # each process counts from the beginning
    assert said == {404: 40}
    assert time.monotonic() - began < 20
    host = Influencer.objects.order_by("pk")[0]
    for address in machines.addresses:
        assert ask(f"{address}/api/v1/influencers/{host.slug}/scorecard/")[0] == 200
        assert ask(f"{address}/influencers/{host.slug}/")[0] == 200
        assert ask(f"{address}/readyz")[0] in (200, 503)  # the worker is not up; the web is
