"""Many clients of a service at a given pace: each request has its time, and waits count from that time on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT = 10.0
CONNECTIONS = 48


@dataclass(frozen=True)
class Request:
    """What to ask: a name for the report, the bytes to send, and the statuses that are good."""

    kind: str
    sent: bytes
    good: tuple[int, ...] = (200,)


@dataclass
class Seen:
    """Milliseconds of each answered request by minute and kind, and what went wrong."""

    waits: list[dict[str, list[float]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, minute: int, kind: str, milliseconds: float) -> None:
        while len(self.waits) <= minute:
            self.waits.append({})
        self.waits[minute].setdefault(kind, []).append(milliseconds)

    @property
    def count(self) -> int:
        return sum(len(values) for minute in self.waits for values in minute.values())


def get(host: str, path: str, *headers: str, kind: str, good: tuple[int, ...] = (200,)) -> Request:
    """A GET on a connection that stays."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip", *headers]
    return Request(kind, ("\r\n".join(lines) + "\r\n\r\n").encode(), good)


def post(host: str, path: str, body: bytes, *headers: str, kind: str) -> Request:
    """A POST of JSON."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", *headers]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n"
    return Request(kind, head.encode() + body, (200, 201, 202))


def run(base: str, following: Callable[[int], Request], *, seconds: float, pace: float | None) -> Seen:
    """Ask for `seconds`: `pace` requests a second, or as fast as they are answered; `following` gives the n-th."""
    return asyncio.run(_run(base, following, seconds, pace))


async def _run(base: str, following: Callable[[int], Request], seconds: float, pace: float | None) -> Seen:
    seen, began, taken = Seen(), time.perf_counter(), 0
    address = urlsplit(base)
    assert address.hostname
    assert address.port

    async def client() -> None:
        nonlocal taken
        line = None
        while True:
            number, taken = taken, taken + 1
            due = began + number / pace if pace else time.perf_counter()
            if due - began > seconds:
                break
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            request = following(number)
            try:
                line = line or await asyncio.open_connection(address.hostname, address.port)
                status = await asyncio.wait_for(_ask(*line, request.sent), TIMEOUT)
                if status not in request.good:
                    seen.errors.append(f"{request.kind}: {status}")
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                seen.errors.append(f"{request.kind}: {error!r}")
                if line is not None:
                    line[1].close()
                line = None
                continue
            done = time.perf_counter()
            seen.add(int((due - began) // 60), request.kind, (done - due) * 1000)
        if line is not None:
            line[1].close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return seen


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> int:
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    if length:
        await reader.readexactly(length)
    elif length is None and b"chunked" in head.lower():
        while size := int((await reader.readuntil(b"\r\n"))[:-2], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return status
