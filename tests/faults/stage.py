"""Runs management commands in forked children, so that each starts at once and can be killed like any process.

Reads one JSON request a line: {"run": [arguments], "log": path, "shift": seconds} answers {"pid": n};
{"poll": pid} answers {"code": n} or {"code": null} while it runs. `shift` is how far the child's clock is off.
"""

import contextlib
import datetime
import importlib
import json
import os
import sys
from typing import Any

import django
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone


def run(arguments: list[str], log: str, shift: float) -> int:
    """Run one command in this process, with its output in a file; its exit code."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    if shift:
        real = timezone.now

        def shifted() -> datetime.datetime:
            return real() + datetime.timedelta(seconds=shift)

        timezone.now = shifted
    try:
        call_command(*arguments)
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.returncode
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 70
    return 0


def start(request: dict[str, Any]) -> int:
    """Fork a child for one command."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    code = 70
    try:
        code = run(request["run"], request["log"], request.get("shift", 0.0))
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> None:
    """Serve until the input ends."""
    django.setup()
    for name in ("ingest", "rate", "worker"):
        app = "feedback" if name == "ingest" else "ratings"
        importlib.import_module(f"{app}.management.commands.{name}")
    tasks: Any = importlib.import_module("ratings.jobs.tasks")
    tasks.due = lambda *, at: None  # days are closed by the rounds that break a close
    connections.close_all()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            answer: dict[str, Any] = {"pid": start(request)}
        else:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = {"code": os.waitstatus_to_exitcode(status) if pid else None}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
