"""What several machines share, and what each does alone when nothing is there to share it."""

from __future__ import annotations

import logging
import socket
import time

import pytest
from django.core.cache.backends.base import BaseCache

from config import caches
from config.caches import SharedCache
from tests.config.neighbours import redis


def everything(cache: BaseCache) -> list[object]:
    """What a cache answers to everything that is asked of one here."""
    cache.clear()
    return [
        cache.add("a", 1),
        cache.add("a", 2),
        cache.get("a"),
        cache.get("none", "fallback"),
        cache.set("b", [1.5, 2.5], 60),
        cache.get_many(["a", "b", "c"]),
        cache.incr("a", 4),
        cache.has_key("a"),
        cache.touch("a", 60),
        cache.set_many({"c": 3, "d": 4}),
        cache.delete("c"),
        cache.delete_many(["d"]),
        cache.get("d"),
        cache.get_or_set("e", 7),
    ]


EXPECTED = [True, False, 1, "fallback", None, {"a": 1, "b": [1.5, 2.5]}, 5, True, True, [], True, None, None, 7]


def test_two_machines_share_what_one_puts_there() -> None:
    with redis() as (url, _process):
        one, other = SharedCache(url, {}), SharedCache(url, {})
        assert everything(one) == EXPECTED
        one.set("seen", "here")
        assert other.get("seen") == "here"


def test_without_it_each_goes_on_alone_and_asks_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with redis() as (url, process):
        cache = SharedCache(url, {})
        cache.set("shared", 1)
        process.kill()
        process.wait()
        with caplog.at_level(logging.WARNING, "clearhost.cache"):
            assert everything(cache) == EXPECTED
        assert len(caplog.records) == 1  # said once, not with every request
    monkeypatch.setattr(caches, "PATIENCE", 0.0)
    with redis() as (url, _process):
        back = SharedCache(url, {})
        back._asked_again_at = time.monotonic()
        back.set("x", 1)
        assert SharedCache(url, {}).get("x") == 1


def test_a_machine_that_does_not_answer_costs_a_moment_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = SharedCache(f"redis://127.0.0.1:{server.getsockname()[1]}/0", {})
        began = time.monotonic()
        for _ in range(100):
            assert silent.get("x") is None
        assert time.monotonic() - began < 10, "25 seconds, if each waited for it"
