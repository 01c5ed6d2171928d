"""Runs steps and services as processes in sessions of their own, and stops them all in order.

Ctrl-C reaches only the supervisor. Should it be killed outright, the watchdog stops what it started.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import FrameType

from config import state
from config.embedded_postgres import cluster
from config.watchdog import stop

PATIENCE = 60.0  # seconds until the web server must be ready


class Stop(Exception):
    """Somebody asked for the end, or something ended by itself; the message says so."""


class Supervisor:
    """What runs now, and who watches over it."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = state.folder() / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.watchdog = subprocess.Popen(
            [sys.executable, "-m", "config.watchdog"],
            cwd=state.PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for_database(self) -> None:
        """Wait until the watchdog has the database up."""
        assert self.watchdog.stdout is not None
        if self.watchdog.stdout.readline() != "ready\n":
            raise Stop("the database did not start")

    def begin(self, name: str, *command: str, log: bool = True) -> None:
        """Start a Python program; it writes to its log, or here."""
        with contextlib.ExitStack() as stack:
            out = stack.enter_context((self.logs / f"{name}.log").open("w")) if log else None
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, *command],
                cwd=state.PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.running[name] = process
        self._tell(f"+{process.pid}")

    def finish(self, name: str) -> None:
        """Wait for the end of a step; it must have done all that it was asked."""
        process = self.running[name]
        code = process.wait()
        del self.running[name]
        self._tell(f"-{process.pid}")
        if code:
            raise Stop(f"{name} ended with {code}{self._end_of_log(name)}")

    def step(self, title: str, *command: str, log: bool = False) -> None:
        """Run one management command, saying what and how long."""
        began = time.monotonic()
        say(f"» {title}")
        self.begin(command[0], "manage.py", *command, log=log)
        self.finish(command[0])
        say(f"  {time.monotonic() - began:.1f} s")

    def wait_for_web(self, address: str) -> None:
        """Wait until the service says that it can serve."""
        deadline = time.monotonic() + PATIENCE
        answer = "no answer"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            self.look_after()
            try:
                with direct.open(f"{address}/readyz", timeout=5):
                    return
            except urllib.error.HTTPError as refusal:
                answer = refusal.read().decode(errors="replace")
            except OSError as problem:
                answer = str(problem)
            time.sleep(0.1)
        raise Stop(f"not ready after {PATIENCE:.0f} s: {answer}; logs in {self.logs}")

    def look_after(self) -> None:
        """Notice a service, or the watchdog, that ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Stop(f"{name} ended by itself{self._end_of_log(name)}")
        if self.watchdog.poll() is not None:
            raise Stop("the watchdog ended by itself")

    def close(self, *first: str) -> None:
        """Stop these first, then what else runs, the latest started first, then the database."""
        left = [name for name in reversed(self.running) if name not in first]
        for name in (*(name for name in first if name in self.running), *left):
            process = self.running[name]
            if process.poll() is None:
                say(f"stopping {name}")
            stop([process.pid])  # also one that ended by itself may have left others of its group
        embedded = not os.environ.get("DATABASE_URL")
        if embedded:
            say("stopping PostgreSQL")
        if self.watchdog.poll() is None:
            assert self.watchdog.stdin is not None
            with contextlib.suppress(OSError):
                self.watchdog.stdin.close()
            self.watchdog.wait()
        elif embedded:
            with cluster().in_use():  # the watchdog cannot any more: come and go as the last user
                pass

    def _tell(self, line: str) -> None:
        assert self.watchdog.stdin is not None
        with contextlib.suppress(OSError):
            self.watchdog.stdin.write(line + "\n")
            self.watchdog.stdin.flush()

    def _end_of_log(self, name: str) -> str:
        log = self.logs / f"{name}.log"
        return f"; the end of {log}:\n" + "\n".join(log.read_text().splitlines()[-15:]) if log.exists() else ""


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Refuse a second supervisor of the same checkout."""
    state.folder().mkdir(parents=True, exist_ok=True)
    with (state.folder() / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Stop(f"the demo of this folder is running already, as process {lock.read()}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def demand_port(port: int) -> None:
    """Refuse a port that somebody else holds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as problem:
            raise Stop(f"port {port} is not to be had ({problem}); choose another: PORT=8001 make demo") from None


def stop_on_signals() -> None:
    """Turn Ctrl-C, a polite kill and a closed terminal into `Stop`; under nohup the terminal may close."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    def asked(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C does not disturb the stopping
        raise Stop

    for number in numbers:
        signal.signal(number, asked)


def say(line: str) -> None:
    """Tell the person at the terminal, if there still is one."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201
