"""A cache that several machines share, and without which each of them goes on by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

PATIENCE = 5.0  # seconds until a server that failed is asked again
TIMEOUT = 0.25  # seconds a request waits for it at most
log = logging.getLogger("clearhost.cache")


class SharedCache(RedisCache):
    """Redis; while it does not answer, what would be shared is kept in each process: limits then hold per process."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waiting = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT}
        super().__init__(server, {**params, "OPTIONS": {**waiting, **params.get("OPTIONS", {})}})
        self._here = LocMemCache(f"instead of {server}", params)
        self._asked_again_at = 0.0

    def _either(self, name: str, there: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if time.monotonic() >= self._asked_again_at:
            try:
                return there(*given, **named)
            except (RedisError, OSError) as why:
                self._asked_again_at = time.monotonic() + PATIENCE
                log.warning("the shared cache does not answer (%s); each process keeps its own meanwhile", why)
        return getattr(self._here, name)(*given, **named)

    def add(self, *given: Any, **named: Any) -> Any:
        return self._either("add", super().add, *given, **named)

    def get(self, *given: Any, **named: Any) -> Any:
        return self._either("get", super().get, *given, **named)

    def set(self, *given: Any, **named: Any) -> Any:
        return self._either("set", super().set, *given, **named)

    def touch(self, *given: Any, **named: Any) -> Any:
        return self._either("touch", super().touch, *given, **named)

    def delete(self, *given: Any, **named: Any) -> Any:
        return self._either("delete", super().delete, *given, **named)

    def get_many(self, *given: Any, **named: Any) -> Any:
        return self._either("get_many", super().get_many, *given, **named)

    def set_many(self, *given: Any, **named: Any) -> Any:
        return self._either("set_many", super().set_many, *given, **named)

    def delete_many(self, *given: Any, **named: Any) -> Any:
        return self._either("delete_many", super().delete_many, *given, **named)

    def has_key(self, *given: Any, **named: Any) -> Any:
        return self._either("has_key", super().has_key, *given, **named)

    def incr(self, *given: Any, **named: Any) -> Any:
        return self._either("incr", super().incr, *given, **named)

    def clear(self) -> Any:
        return self._either("clear", super().clear)
