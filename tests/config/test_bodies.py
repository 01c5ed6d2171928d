"""Bodies that are waited for: so many at once and no more, and a stuck one makes nobody else wait."""

from __future__ import annotations

import errno
import io
import threading
import time
from typing import Any

import pytest

from config import bodies
from config.bodies import Body, Turns
from config.front import Front


class Stuck:
    """A body of which nothing comes until it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.asked.set()
        assert self.go.wait(20)
        return b"at last"


def held(turns: Turns, count: int) -> list[tuple[Stuck, threading.Thread]]:
    found = []
    for _time in range(count):
        stuck = Stuck()
        thread = threading.Thread(target=Body(stuck, turns).read)
        thread.start()
        assert stuck.asked.wait(5)
        found.append((stuck, thread))
    return found


def let_go(waiting: list[tuple[Stuck, threading.Thread]]) -> None:
    for stuck, thread in waiting:
        stuck.go.set()
        thread.join(5)


def test_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SLOW", 0.1)
    turns = Turns(2)
    waiting = held(turns, 2)
    time.sleep(0.15)
    began = time.monotonic()
    for _time in range(200):
        with pytest.raises(OSError, match="too many") as refusal:
            Body(io.BytesIO(b"x"), turns).read(1)
        assert refusal.value.errno == errno.EBUSY
    assert time.monotonic() - began < 10, "twenty seconds, if anybody waited for those that are stuck"
    let_go(waiting)
    assert Body(io.BytesIO(b"x"), turns).read(1) == b"x"
    assert turns.since == {}


def test_one_that_is_on_its_way_is_waited_for() -> None:
    turns = Turns(1)
    waiting = held(turns, 1)
    threading.Timer(0.05, waiting[0][0].go.set).start()
    assert Body(io.BytesIO(b"a\nb"), turns).readline() == b"a\n"
    let_go(waiting)


def test_only_what_has_a_body_is_given_a_turn() -> None:
    given: list[Any] = []

    def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        given.append(environ["wsgi.input"])
        return []

    plain = io.BytesIO()
    front = Front(behind)
    for length in ("", "0", "3"):
        environ = {"PATH_INFO": "/", "REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": plain}
        front(environ, lambda *said: None)
    assert given[0] is given[1] is plain
    assert isinstance(given[2], Body)
