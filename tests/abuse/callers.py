"""Callers from many addresses of one machine, bounded in number, to this machine alone."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

AT_ONCE = 8
MOST = 20_000  # calls of one attack
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back, and when it had come."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Call:
    """A request from an address."""

    method: str
    path: str
    body: Any = None
    address: str = "198.51.100.1"
    headers: Mapping[str, str] | None = None


class Callers:
    """Sends calls to one service on loopback, several at once."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        assert parts.hostname == LOOPBACK, "never anywhere else"
        self.port = parts.port

    def one(self, call: Call) -> Answer:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
        headers = {"X-Forwarded-For": call.address, **(call.headers or {})}
        body = call.body
        if isinstance(body, dict | list):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before all was sent
                connection.request(call.method, call.path, body, headers)
            found = connection.getresponse()
            content = found.read()
            return Answer(found.status, content, {k.lower(): v for k, v in found.getheaders()}, time.monotonic())
        finally:
            connection.close()

    def many(self, calls: Sequence[Call]) -> list[Answer]:
        assert len(calls) <= MOST
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self.one, calls))

    def until(self, call: Call, *, stopped: Callable[[], bool]) -> list[Answer]:
        """The same again and again, several at once, until told to stop."""

        def repeat(_number: int) -> list[Answer]:
            found: list[Answer] = []
            while not stopped() and len(found) < MOST // AT_ONCE:
                found.append(self.one(call))
            return found

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [answer for part in pool.map(repeat, range(AT_ONCE)) for answer in part]


def addresses(count: int) -> list[str]:
    """So many networks: addresses that share no limit."""
    return [f"2001:db8:{number // 65_536:x}:{number % 65_536:x}::1" for number in range(count)]
