"""Servers as production starts them, and what they answer in a second."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence

from django.db import connection

WRK = shutil.which("wrk")
CLIENTS = 16
_started: dict[str, int] = {}


def database_url() -> str:
    """The benchmark's database, for processes of their own."""
    known = connection.settings_dict
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**known)


@contextlib.contextmanager
def serving(application: str, ready: str, **environment: str) -> Iterator[str]:
    """The address of this application under granian with two workers, once `ready` answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("granian", "--interface", "wsgi", "--workers", "2", "--host", "127.0.0.1", "--port", str(port))
    process = subprocess.Popen(
        [sys.executable, "-m", *command, application],
        env={**os.environ, "DATABASE_URL": database_url(), "THROTTLE": "off", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    _started[address] = process.pid
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address + ready, timeout=5).read()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


IN_TURN = """
local paths, at = {{ {} }}, 0
request = function() at = at % #paths + 1; return wrk.format(nil, paths[at]) end
"""


def process_of(address: str) -> int:
    """The process that answers there; its workers are its children."""
    return _started[address]


def requests_a_second(url: str, *headers: str, seconds: int = 3, paths: Sequence[str] = ()) -> float:
    """As wrk counts them, of one address or of `paths` in turn; every answer must be a good one."""
    assert WRK, "wrk is needed (Debian: wrk)"
    given = [part for header in headers for part in ("-H", header)]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if paths:
            script.write(IN_TURN.format(", ".join(f'"{path}"' for path in paths)))
            script.flush()
            given += ["-s", script.name]
        command = [WRK, "-t1", f"-c{CLIENTS}", f"-d{seconds}", *given, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said or "If-None-Match" in " ".join(headers), said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])
