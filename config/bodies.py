"""Bodies that come slowly: how many requests may wait for theirs at once, so that whoever only reads is served.

A thread that waits for a body does nothing else, and nothing can call it back. Where a few connections that send a
byte now and then could hold every thread, they hold some, and the others who send are asked to come again.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 0.25  # seconds that a body waits for a turn while the others are on their way
SLOW = 1.0  # seconds after which one that is waited for is not on its way any more


class Turns:
    """Who waits for a body in this process, and since when."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.since: dict[int, float] = {}
        self.changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a body.

        Raises
        ------
        OSError
            EBUSY, when too many do already; answered with 503.
        """
        me = threading.get_ident()
        with self.changed:
            if not self.changed.wait_for(self._free, 0 if self._stuck() else PATIENCE):
                raise OSError(errno.EBUSY, "too many bodies are waited for")
            self.since[me] = time.monotonic()
        try:
            yield
        finally:
            with self.changed:
                del self.since[me]
                self.changed.notify()

    def _free(self) -> bool:
        return len(self.since) < self.most

    def _stuck(self) -> bool:
        early = time.monotonic() - SLOW
        return sum(began < early for began in self.since.values()) >= self.most


class Body:
    """What is sent with a request, read when it is one's turn."""

    def __init__(self, stream: Any, turns: Turns) -> None:
        self.stream, self.turns = stream, turns

    def read(self, size: int = -1) -> bytes:
        with self.turns.turn():
            return bytes(self.stream.read(size) if size >= 0 else self.stream.read())

    def readline(self, size: int = -1) -> bytes:
        with self.turns.turn():
            return bytes(self.stream.readline(size) if size >= 0 else self.stream.readline())
