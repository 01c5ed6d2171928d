"""A merchant is told of what matters, once, signed, and again until it is heard."""

import contextlib
import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from influencers.models import Influencer
from ratings import publication
from ratings.members.refusal import NotPossible
from ratings.models import Delivery, Follow, Merchant, PublicDocument, WatchEvent
from ratings.publication.bodies import etag_of
from ratings.watchlist import looking, sending, verbs
from ratings.watchlist.addresses import Target
from tests.accounts.people import AT, buyer_of
from tests.publication.stored import hosts, stored_run

pytestmark = pytest.mark.django_db
PUBLIC = "93.184.215.14"
FLAGGED = {
    "session_id": "s9", "started_at": "2026-02-01T12:00:00+00:00", "shown": 31100, "real_low": 900, "real": 1100,
    "real_high": 1400, "inflation_z": 5.0, "flagged": True,
}  # fmt: skip
SANCTION = {
    "level": "L3", "codes": ["DAT-01"], "public_summary": "Fake viewers.", "start": "2026-02-20", "end": None,
    "appeal": None, "overturned": None,
}  # fmt: skip


def resolve(host: str, port: int) -> list[str]:
    return [PUBLIC]


@pytest.fixture
def watched() -> tuple[Influencer, Merchant]:
    influencer = hosts(1)[0]
    publication.publish(run=stored_run({influencer: 84.0}), at=AT)
    _user, merchant = buyer_of("晨光")
    verbs.follow(merchant=merchant, influencer=influencer, at=AT)
    return influencer, merchant


def card_says(influencer: Influencer, **changes: Any) -> None:
    """The public document as publication would have it after something happened."""
    document = PublicDocument.objects.get(influencer=influencer)
    card = {**document.data, "updated_at": changes.pop("updated_at", "2026-02-26T05:00:00+00:00")}
    overall = changes.pop("overall", {})
    body = json.dumps({**card, **changes, "overall": {**card["overall"], **overall}}).encode()
    PublicDocument.objects.filter(pk=document.pk).update(body=body, etag=etag_of(body))


def test_news_is_told_once(watched: tuple[Influencer, Merchant]) -> None:
    influencer, _merchant = watched
    assert looking.look(at=AT) == 0
    card_says(influencer, overall={"grade": "C"}, status="suspended", standing=[SANCTION], traffic=[FLAGGED])
    assert looking.look(at=AT) == 4
    assert looking.look(at=AT) == 0
    events = {event.kind: event.data for event in WatchEvent.objects.all()}
    assert events["grade"] | {"before": "A", "now": "C"} == events["grade"]
    assert events["sanction"]["public_summary"] == "Fake viewers."
    assert events["inflated"]["real"] == 1100
    assert events["suspended"]["before"] == "rated"
    card_says(influencer, updated_at="2026-02-26T06:00:00+00:00")
    assert looking.look(at=AT) == 0, "a new score is no news"
    card_says(influencer, standing=[{**SANCTION, "overturned": "2026-03-01"}], traffic=[])
    assert looking.look(at=AT) == 0, "nor is what was taken back"


def test_who_does_not_follow_is_told_nothing(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    _other, stranger = buyer_of("别家")
    assert verbs.unfollow(merchant=merchant, influencer=influencer)
    assert not verbs.unfollow(merchant=stranger, influencer=influencer)
    card_says(influencer, overall={"grade": "E"})
    assert looking.look(at=AT) == 0


def test_a_mail_in_both_languages(watched: tuple[Influencer, Merchant], settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rating.example"
    influencer, _merchant = watched
    card_says(influencer, overall={"grade": "C"})
    looking.look(at=AT)
    assert sending.deliver(at=AT) == 1
    assert sending.deliver(at=AT + timedelta(days=1)) == 0
    (letter,) = mail.outbox
    influencer.refresh_from_db()
    assert letter.to == ["晨光@example.org"]
    assert "from A to C" in letter.body
    assert letter.body.count(f"\nhttps://rating.example/influencers/{influencer.slug}/") == 2, "once in each language"


def test_signed_repeated_with_patience_under_one_id(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    hook, secret = verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)
    card_says(influencer, overall={"grade": "C"})
    looking.look(at=AT)
    heard: list[tuple[Target, bytes, dict[str, str]]] = []
    answers = iter([500, 302, 204])

    def post(target: Target, body: bytes, headers: dict[str, str]) -> int:
        heard.append((target, body, headers))
        return next(answers)

    def by_hook() -> Delivery:
        return Delivery.objects.get(hook=hook)

    sending.deliver(at=AT, resolve=resolve, post=post)
    assert (by_hook().state, by_hook().error, by_hook().next_at) == (
        "queued",
        "answered 500",
        AT + timedelta(minutes=1),
    )
    assert sending.deliver(at=AT + timedelta(seconds=30), resolve=resolve, post=post) == 0
    second = AT + timedelta(minutes=1)
    sending.deliver(at=second, resolve=resolve, post=post)
    assert "redirects are not followed" in by_hook().error
    assert by_hook().next_at == second + timedelta(minutes=5)
    assert sending.deliver(at=AT + timedelta(minutes=10), resolve=resolve, post=post) == 1
    assert by_hook().state == "sent"
    assert len({body for _target, body, _headers in heard}) == 1
    assert len({headers["Clearhost-Event"] for _target, _body, headers in heard}) == 1
    target, body, headers = heard[-1]
    assert (target.ip, target.host) == (PUBLIC, "shop.example")
    stamp = headers["Clearhost-Signature"].partition(",")[0][2:]
    mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Clearhost-Signature"] == f"t={stamp},v1={mark}"
    told = json.loads(body)
    assert told["id"] == headers["Clearhost-Event"]
    assert (told["type"], told["data"]["before"], told["data"]["now"]) == ("grade", "A", "C")


def test_it_gives_up_in_the_end(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    hook, _secret = verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)
    card_says(influencer, overall={"grade": "C"})
    looking.look(at=AT)
    at = AT
    for _attempt in range(20):
        sending.deliver(at=at, resolve=resolve, post=lambda *given: 503)
        at = Delivery.objects.get(hook=hook).next_at
    found = Delivery.objects.get(hook=hook)
    assert (found.state, found.attempts) == ("failed", len(sending.PATIENCE) + 1)


def test_a_name_that_turns_private_is_not_called(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    hook, _secret = verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)
    card_says(influencer, overall={"grade": "C"})
    looking.look(at=AT)
    called: list[Any] = []
    sending.deliver(at=AT, resolve=lambda host, port: ["10.0.0.1"], post=lambda *given: called.append(given) or 200)
    assert called == []
    assert "private network" in Delivery.objects.get(hook=hook).error


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://example.com/", "https://localhost/x", "https://[::1]/"])
def test_a_private_or_looping_address_is_refused_at_once(watched: tuple[Influencer, Merchant], url: str) -> None:
    with pytest.raises(NotPossible):
        verbs.add_hook(merchant=watched[1], url=url, at=AT)


def test_following_twice_and_the_same_hook_twice(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    verbs.follow(merchant=merchant, influencer=influencer, at=AT)
    assert Follow.objects.count() == 1
    hook, _secret = verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)
    with pytest.raises(NotPossible, match="already"):
        verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)
    verbs.end_hook(hook=hook, at=AT)
    verbs.add_hook(merchant=merchant, url="https://shop.example/hook", at=AT, resolve=resolve)


class Receiver(BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, str], bytes]] = []
    answer = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, dict(self.headers), body))
        self.send_response(self.answer)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    Receiver.heard.clear()


def test_over_a_real_socket(watched: tuple[Influencer, Merchant], receiver: HTTPServer, settings: Settings) -> None:
    influencer, merchant = watched
    where = f"127.0.0.1:{receiver.server_port}"
    with pytest.raises(NotPossible):
        verbs.add_hook(merchant=merchant, url=f"http://{where}/hook", at=AT)
    settings.WEBHOOK_EXEMPT = [where]
    verbs.add_hook(merchant=merchant, url=f"http://{where}/hook", at=AT)
    card_says(influencer, overall={"grade": "C"})
    looking.look(at=AT)
    assert sending.deliver(at=AT) == 2
    ((path, headers, body),) = Receiver.heard
    assert path == "/hook"
    assert headers["Clearhost-Event"] == json.loads(body)["id"]


def drips(server: socket.socket, *, before: bytes) -> None:
    """Answers a byte at a time for as long as somebody listens."""
    with contextlib.suppress(OSError):
        line, _address = server.accept()
        with line:
            line.sendall(before)
            while True:
                time.sleep(0.05)
                line.sendall(b"x")


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: "])
def test_one_that_answers_a_byte_at_a_time_holds_nobody_up(before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "DEADLINE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        slow = threading.Thread(target=drips, args=(server,), kwargs={"before": before})
        slow.start()
        began = time.monotonic()
        target = Target("127.0.0.1", server.getsockname()[1], "slow.example", "/", False)
        with contextlib.suppress(OSError, http.client.HTTPException):
            sending.posted(target, b"{}", {})
        assert time.monotonic() - began < 3
        slow.join(60)
        assert not slow.is_alive()


def test_one_that_does_not_answer_is_not_asked_for_every_message(watched: tuple[Influencer, Merchant]) -> None:
    influencer, merchant = watched
    _user, other = buyer_of("another shop")
    verbs.follow(merchant=other, influencer=influencer, at=AT)
    bad, _secret = verbs.add_hook(merchant=merchant, url="https://tarpit.example/", at=AT, resolve=resolve)
    verbs.add_hook(merchant=other, url="https://good.example/", at=AT, resolve=resolve)
    for turn in range(4):
        card_says(influencer, overall={"grade": "ABCD"[turn]}, updated_at=f"2026-02-26T05:0{turn}:00+00:00")
        looking.look(at=AT + timedelta(seconds=turn))
    waiting = Delivery.objects.filter(hook=bad).count()
    assert waiting >= 3
    asked: list[str] = []

    def post(target: Target, body: bytes, headers: dict[str, str]) -> int:
        asked.append(target.host)
        if target.host == "tarpit.example":
            raise TimeoutError
        return 200

    sending.deliver(at=AT + timedelta(minutes=1), resolve=resolve, post=post)
    assert asked.count("tarpit.example") == 1
    assert asked.count("good.example") == waiting
    sending.deliver(at=AT + timedelta(minutes=2, seconds=1), resolve=resolve, post=post)
    sending.deliver(at=AT + timedelta(minutes=4), resolve=resolve, post=post)  # the second wait is five minutes
    assert asked.count("tarpit.example") == 2
    sending.deliver(at=AT + timedelta(minutes=8), resolve=resolve, post=lambda *given: 200)
    assert Delivery.objects.filter(hook=bad, state="sent").count() == waiting, "nothing is lost when it is back"
