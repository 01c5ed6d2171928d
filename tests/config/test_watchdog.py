"""Processes are stopped in order, asked first, killed when deaf, and nothing of their group stays."""

import os
import subprocess
import sys
import time

import pytest

from config import watchdog

DEAF = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
POLITE = "import sys, time; print(1, flush=True); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {DEAF!r}]).wait()"


def start(script: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    return process


def test_the_latest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = start(POLITE), start(POLITE)
    order = []
    real = watchdog.ended

    def noting(pid: int) -> bool:
        if over := real(pid):
            order.append(pid)
        return over

    monkeypatch.setattr(watchdog, "ended", noting)
    watchdog.stop([first.pid, second.pid])
    assert list(dict.fromkeys(order)) == [second.pid, first.pid]
    for process in (first, second):
        process.communicate()


def test_the_deaf_and_the_left_behind_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GRACE", 0.3)
    deaf, parent = start(DEAF), start(PARENT)
    began = time.monotonic()
    watchdog.stop([deaf.pid, parent.pid])
    assert time.monotonic() - began < 5
    assert deaf.communicate(timeout=20)[0] == ""
    assert parent.communicate(timeout=20)[0] == ""  # its child held the same pipe: it is gone, too


def test_one_that_is_gone_already_is_no_trouble() -> None:
    process = start("print(1, flush=True)")
    process.communicate()
    watchdog.stop([process.pid])


def test_it_looks_around_while_nobody_tells_it_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GLANCE", 0.02)
    source, other = os.pipe()
    looks: list[int] = []

    def idle() -> None:
        looks.append(len(looks))
        if len(looks) == 3:
            os.write(other, b"+12\n+1")  # a line may come in two pieces
        if len(looks) == 5:
            os.write(other, b"3\n-12\n")
            os.close(other)

    assert list(watchdog.lines(source, idle=idle)) == ["+12", "+13", "-12"]
    assert len(looks) == 5
    os.close(source)
