"""The log of slow queries: the statement as it was written, never the values that went with it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from prometheus_client import Counter

LONGEST = 1_000  # characters of a statement
logger = logging.getLogger("clearhost.slow")
slow = Counter("clearhost_slow_queries", "Queries that took longer than SLOW_QUERY_MS.")


def queries(execute: Callable[..., Any], statement: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a query; if it takes long, say so."""
    began = time.perf_counter()
    try:
        return execute(statement, parameters, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took > settings.SLOW_QUERY_MS:
            slow.inc()
            fields = {"ms": round(took), "statement": " ".join(str(statement).split())[:LONGEST]}
            logger.warning("slow query", extra={"fields": fields})
