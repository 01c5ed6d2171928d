"""The service itself attacked, over HTTP, with two workers and every limit in force; loopback only, and bounded.

`make abuse` tries much more of everything than CI does. Each attack says how often it was tried, what got through and
what it changed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from feedback import pace, receipts
from feedback.keys import create_api_key, create_receipt_key
from feedback.models import Case, Review
from influencers.models import Influencer
from ratings import live
from ratings.governance import alerts
from ratings.models import Alert, PublicDocument, Rule
from ratings.models.governance import Appeal
from tests.abuse.callers import LOOPBACK, Answer, Call, Callers, addresses
from tests.accounts.people import PASSWORD, account, speaker
from tests.benchmarks.servers import serving
from tests.copies import copy_of
from tests.governance.people import acted

LONG = os.environ.get("ABUSE") == "long"
TIMES = 10 if LONG else 1
LINES: list[tuple[str, int, str, str]] = []


@pytest.fixture(scope="module")
def service(world_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Callers]:
    """The world, served as production serves it."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.abuse.settings", "THROTTLE": "on", "NUM_PROXIES": "1", "LOG_LEVEL": "ERROR",
        "GRANIAN_BLOCKING_THREADS": "4", "BODIES_AT_ONCE": "3",
    }  # fmt: skip
    with django_db_blocker.unblock(), copy_of(world_database, "abuse"):
        alerts.watch_close(at=timezone.now())
        with serving("config.wsgi:application", "/healthz", **environment) as address:
            yield Callers(address)
        if report := os.environ.get("ABUSE_REPORT"):
            Path(report).write_text(json.dumps(LINES, indent=1))


@pytest.mark.django_db
def test_nothing_but_this_machine_is_called() -> None:
    with pytest.raises(AssertionError):
        Callers("http://192.0.2.1:80")


def host(number: int) -> Influencer:
    return Influencer.objects.order_by("pk")[number]


def score(influencer: Influencer) -> float:
    card = PublicDocument.objects.get(influencer=influencer).data
    return float(card["overall"]["score"])


def score_today(service: Callers, influencer: Influencer) -> float:
    """The score as of now: the world is of some months ago, and time alone moves a card when it is taken up."""
    service.one(review(influencer, "192.0.2.1"))
    taken_up()
    return score(influencer)


def taken_up() -> set[int]:
    """What waits is taken up and watched, as the worker does."""
    touched: set[int] = set()
    while found := live.take(at=timezone.now()):
        touched |= set(found)
    alerts.watch_touched(influencers=sorted(touched), at=timezone.now())
    return touched


def line(attack: str, answers: list[Answer], through: int, changed: str) -> None:
    statuses = Counter(answer.status for answer in answers)
    assert not [status for status in statuses if status >= 500], statuses
    held = [answer for answer in answers if answer.status == 429]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in held)
    LINES.append((attack, len(answers), f"{through} got through", changed))
    print(f"{attack}: {len(answers)} tried, {dict(statuses)}, {changed}")


def review(target: Influencer, address: str, **more: object) -> Call:
    marks = {"professionalism": 1, "service": 1, "as_described": 1}
    return Call("POST", "/api/v1/reviews/", {"influencer": target.slug, **marks, **more}, address)


def test_a_flood_of_reviews_from_one_network(service: Callers) -> None:
    target, most = host(0), pace.ReviewPace.most
    calls = [review(target, f"2001:db8::{number:x}") for number in range(1, most + 60 * TIMES)]
    answers = service.many(calls)
    through = sum(answer.status == 201 for answer in answers)
    assert through == most, "counted over both workers to the last one"
    line("review flood, one network", answers, through, "the rest waits an hour")


def test_a_flood_of_reviews_from_many_networks_moves_little_and_is_seen(service: Callers) -> None:
    target = max(Influencer.objects.all(), key=score)
    before = score_today(service, target)
    answers = service.many([review(target, address) for address in addresses(150 if not LONG else 900)[1:]])
    through = sum(answer.status == 201 for answer in answers)
    assert through <= 600, "what comes about one influencer without a receipt is bounded"
    assert target.pk in taken_up()
    moved = abs(score(target) - before)
    assert moved < 2, f"{through} one-star reviews of strangers move {before} by {moved}"
    assert Alert.objects.filter(influencer=target, rule=Rule.HELD_DOWN, state="open").exists()
    line("review flood, many networks", answers, through, f"score moved {moved:.2f} of 100; alert raised")


def test_one_receipt_many_times(service: Callers) -> None:
    target = host(2)
    key, secret = create_receipt_key(platform="Kuaishou")
    now = int(time.time())
    claims = {"key": key.key_id, "order": "A-1", "influencer": target.source_id, "issued": now, "expires": now + 600}
    good = receipts.sign(claims, secret=secret)
    others = [
        receipts.sign({**claims, "influencer": host(3).source_id, "order": "A-2"}, secret=secret),
        receipts.sign({**claims, "order": "A-3"}, secret="another"),
        receipts.sign({**claims, "order": "A-4", "expires": now - 1, "issued": now - 2}, secret=secret),
        good[:-2] + "xx",
    ]
    count = 40 * TIMES
    answers = service.many(
        [review(target, address, receipt=[good, *others][number % 5] if number % 2 else good)
         for number, address in enumerate(addresses(count + 2_000)[2_000:])]
    )  # fmt: skip
    verified = sum(answer.status == 201 and answer.json()["verified"] for answer in answers)
    assert verified == 1
    assert Review.objects.filter(influencer=target, order_id="A-1", verified=True).count() == 1
    line("receipt replayed and forged", answers, verified, "one order counted once")


def test_the_same_request_many_times_at_once(service: Callers) -> None:
    target, key = host(4), str(uuid.uuid4())
    before = Review.objects.filter(influencer=target).count()
    call = review(target, "198.51.100.77")
    again = Call(call.method, call.path, call.body, call.address, {"Idempotency-Key": key})
    answers = service.many([again] * 40)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert Review.objects.filter(influencer=target).count() == before + 1
    line("one request, sent again and again", answers, 1, "done once, answered the same")


def leaked(service: Callers, turn: int) -> tuple[list[Answer], list[Answer], float]:
    """A key used without pause while it is revoked: all answers, those after it that let in, and how late the last."""
    key, secret = create_api_key(name=f"leaked {turn}", scope="ingest", source=f"leak{turn}")
    revoked: list[float] = []
    call = Call("POST", "/api/v1/ingest/reviews/void/", {"ids": ["x"], "reason": "thief"}, f"198.51.100.{turn}",
                {"Authorization": f"Api-Key {secret}"})  # fmt: skip

    def later() -> None:
        time.sleep(0.5)
        call_command("api_key", "revoke", key.prefix, stdout=io.StringIO())
        revoked.append(time.monotonic())
        connection.close()

    owner = threading.Thread(target=later)
    owner.start()
    answers = service.until(call, stopped=lambda: bool(revoked) and time.monotonic() > revoked[0] + 1.2)
    owner.join()
    late = [answer for answer in answers if answer.status == 200 and answer.at > revoked[0]]
    return answers, late, max([0.0, *(answer.at - revoked[0] for answer in late)])


def test_a_leaked_key_is_dead_within_a_second(service: Callers) -> None:
    for turn in range(2 * TIMES):
        answers, late, worst = leaked(service, turn)
        assert {answer.status for answer in answers} <= {200, 401, 429}
        assert any(answer.status == 200 for answer in answers)
        assert worst < 1
        line("leaked key used while it is revoked", answers, len(late), f"last use {worst * 1000:.0f} ms after")


def test_complaint_bombing(service: Callers) -> None:
    target = host(5)
    before = score_today(service, target)

    def bomb(address: str) -> Call:
        body = {"influencer": target.slug, "topic": "unsafe", "text": "I was poisoned."}
        return Call("POST", "/api/v1/complaints/", body, address)

    one = service.many([bomb("203.0.113.5")] * 40)
    many = service.many([bomb(address) for address in addresses(3_160 + 100 * TIMES)[3_000:]])
    through = sum(answer.status == 201 for answer in (*one, *many))
    assert sum(answer.status == 201 for answer in one) == pace.ComplaintPace.most
    assert through == 120, "what comes about one influencer without a receipt is bounded"
    assert Case.objects.filter(influencer=target).count() == 120
    taken_up()
    assert abs(score(target) - before) < 0.01, "only what staff uphold counts"
    line("complaint bombing", [*one, *many], through, "score unmoved")


def test_appeal_and_contest_spam(service: Callers) -> None:
    target = host(6)
    action = acted(target, "PRM-01", at=timezone.now() - timedelta(days=1))
    client = Client()
    client.force_login(speaker(f"spammer{uuid.uuid4().hex[:6]}", target))
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"
    headers = {"Cookie": cookies, "X-CSRFToken": "a" * 32}
    body = {"action": action.pk, "grounds": ["The claim was true."]}
    appeals = service.many([Call("POST", "/api/v1/me/appeals/", body, address, headers) for address in addresses(50)])
    assert sum(answer.status == 201 for answer in appeals) == 1
    assert Appeal.objects.filter(action=action).count() == 1
    review_id = Review.objects.filter(influencer=target, voided_at=None).values_list("source_id", flat=True)[0]
    body = {"kind": "reviews", "evidence_id": review_id, "text": "This was never our order."}
    contests = service.many([Call("POST", "/api/v1/me/contests/", body, address, headers) for address in addresses(50)])
    assert sum(answer.status == 201 for answer in contests) == 1
    assert sum(answer.status == 429 for answer in (*appeals, *contests)) == 100 - pace.WritingPace.most
    line("appeal and contest spam", [*appeals, *contests], 2, "one appeal, one contest")


def test_a_body_in_pieces_without_a_length(service: Callers) -> None:
    _key, secret = create_api_key(name="pieces", scope="ingest", source="pieces")
    headers = {"Authorization": f"Api-Key {secret}", "Content-Type": "application/x-ndjson"}
    call = Call("POST", "/api/v1/ingest/reviews/", None, "203.0.113.40", headers)
    answers = [service.one(replace(call, body=iter([b"{}\n"] * 100))) for _time in range(5 * TIMES)]
    assert {answer.status for answer in answers} == {411}, "not taken for an empty batch"
    line("bodies in pieces without a length", answers, 0, "refused before anything reads them")


def test_bodies_that_come_a_byte_at_a_time_hold_up_no_reader(service: Callers) -> None:
    target = host(7)
    head = (f"POST /api/v1/reviews/ HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Type: application/json\r\n"
            "Content-Length: 900\r\n\r\n{").encode()  # fmt: skip
    with contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(socket.create_connection((LOOPBACK, service.port))) for _ in range(40 * TIMES)]
        for connected in slow:
            connected.sendall(head)
        time.sleep(1.5)
        began = time.monotonic()
        reads = service.many([Call("GET", f"/api/v1/influencers/{target.slug}/", None, "203.0.113.50")] * 40)
        took = time.monotonic() - began
        assert {answer.status for answer in reads} == {200}
        assert took < 20, "with all threads held nothing would come at all"
        written = service.one(review(target, "203.0.113.51"))
        assert written.status in (201, 503)
    deadline = time.monotonic() + 20
    while service.one(review(target, "203.0.113.52")).status != 201:
        assert time.monotonic() < deadline, "they are gone, and it goes on"
        time.sleep(0.2)
    line(f"{len(slow)} bodies sent a byte at a time", reads, 40, f"40 reads meanwhile in {took:.1f} s")


def test_scraping(service: Callers) -> None:
    slugs = list(Influencer.objects.values_list("slug", flat=True))
    calls = [Call("GET", f"/api/v1/influencers/{slugs[n % len(slugs)]}/", None, "203.0.113.9") for n in range(1_500)]
    answers = service.many(calls if LONG else calls[:1_300])
    through = sum(answer.status == 200 for answer in answers)
    assert through < 2 * 600 * 1.1, "about six hundred a minute in each of two processes"
    assert answers[-1].status == 429 or through < len(answers)
    line("scraping from one address", answers, through, "the rest waits a minute; the export is for copies")


def test_tokens_and_passwords_are_guessed_in_vain(service: Callers) -> None:
    tokens = [Call("GET", f"/api/v1/complaints/{uuid.uuid4().hex}/", None, "203.0.113.20") for _ in range(200 * TIMES)]
    tried = service.many(tokens)
    assert sum(answer.status == 404 for answer in tried) <= pace.TokenPace.most * (1 + TIMES)
    line("tokens guessed", tried, 0, "nothing opened")
    name = f"owner{uuid.uuid4().hex[:6]}"
    account(name)

    def guess(password: str, address: str) -> Call:
        form = f"login={name}&password={password.replace(' ', '+')}&csrfmiddlewaretoken={'a' * 32}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={'a' * 32}"}
        return Call("POST", "/accounts/login/", form, address, headers)

    one = service.many([guess(f"wrong{number}", "203.0.113.30") for number in range(40)])
    assert not [answer for answer in one if answer.status == 302]
    assert service.one(guess(PASSWORD, "203.0.113.30")).status != 302, "held there"
    assert service.one(guess(PASSWORD, "203.0.113.31")).status == 302, "the owner, elsewhere"
    line("password guessed from one address", one, 0, "its owner signs in from elsewhere")
