"""One JSON object per line of log, with the id of the request it belongs to."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# What no log may hold, whoever wrote it: keys, bearer tokens, receipts, passwords in addresses, tokens in paths and
# what a database repeats of a row that it refused.
HIDDEN = "▇▇▇"
SECRETS = (
    (re.compile(r"(?i)\b(api-key|bearer|basic)\s+[^\s'\"]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"\bchr1\.[\w-]+\.[\w-]+"), f"chr1.{HIDDEN}"),
    (re.compile(r"\b[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}\b"), HIDDEN),
    (re.compile(r"(?i)\b(reviews|complaints)/(?!new\b)[\w-]{20,}"), rf"\1/{HIDDEN}"),
    (re.compile(r"(://[^:/@\s]*):[^@\s]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)((?:password|passwd|secret|token|sessionid|csrftoken)[\w-]*['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&}]+"),
     rf"\1{HIDDEN}"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT):.*$"), rf"\1: {HIDDEN}"),
)  # fmt: skip

request_id: ContextVar[str] = ContextVar("request_id", default="")


def clean(text: str) -> str:
    """A text without what no log may hold."""
    for found, put in SECRETS:
        text = found.sub(put, text)
    return text


class JsonLines(logging.Formatter):
    """A log record as one line of JSON; what was given as `extra={"fields": {...}}` is laid beside it."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if request := request_id.get():
            entry["request_id"] = request
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = clean(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)


def to_stderr(*, level: str) -> dict[str, Any]:
    """Django's `LOGGING`: lines of JSON to stderr, or plain ones where a person reads along."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "config.logs.JsonLines"},
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "plain" if sys.stderr.isatty() else "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},
            "django.request": {"level": "ERROR"},  # paths may hold a token; what is refused is logged by its route
            "axes": {"level": "WARNING"},
            "py4j": {"level": "WARNING"},  # every call to Spark would be a line
            "procrastinate": {"level": "WARNING"},  # every tick of every clock would be a line
        },
    }
