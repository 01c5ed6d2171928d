"""Keeps the database up for a supervisor, and stops all that the supervisor started once it is gone, even by kill -9.

It learns the processes to stop from its standard input: `+PID` when one starts, `-PID` when one has ended. The input
ends when the supervisor does. Each process leads a group of its own. A database that crashed is started again.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from config.embedded_postgres import EmbeddedPostgresError, cluster

GLANCE = 1.0  # seconds between looks at the database
GRACE = 10.0  # seconds between asking and killing


def stop(leaders: Sequence[int]) -> None:
    """Stop process groups, the latest started first, each asked before it is killed."""
    for leader in reversed(leaders):
        deadline = time.monotonic() + GRACE
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, signal.SIGTERM)
            while not ended(leader) and time.monotonic() < deadline:
                time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)  # a deaf leader, or what a leader left behind
            ended(leader)


def ended(pid: int) -> bool:
    """Say whether a process is over, also when nobody has yet collected it."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc/self").exists()


def lines(source: int, *, idle: Callable[[], None]) -> Iterator[str]:
    """Give the lines of a file descriptor until it ends; every second without one, do what is to be done meanwhile."""
    held = b""
    while True:
        while not select.select([source], [], [], GLANCE)[0]:
            idle()
        data = os.read(source, 65_536)
        if not data:
            return
        *whole, held = (held + data).split(b"\n")
        for line in whole:
            yield line.decode()


def look_after() -> None:
    """Start the embedded server again after a crash; one that was stopped stays so."""
    if not os.environ.get("DATABASE_URL"):
        cluster().revive()


def main() -> None:
    """Serve one supervisor."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    leaders: list[int] = []
    database = contextlib.nullcontext() if os.environ.get("DATABASE_URL") else cluster().in_use()
    try:
        with database:
            try:
                print("ready", flush=True)  # noqa: T201
                for line in lines(sys.stdin.fileno(), idle=look_after):
                    if line.startswith("+"):
                        leaders.append(int(line))
                    else:
                        leaders.remove(-int(line))
            finally:
                stop(leaders)
    except EmbeddedPostgresError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
