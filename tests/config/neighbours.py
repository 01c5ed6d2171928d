"""Debian's PgBouncer and Redis, each as a process of the test's own on loopback."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from django.db import connection

from tests.config.test_demo import free_port

POOLER = """\
[databases]
* = host={HOST} port={PORT} connect_query='SET statement_timeout = 20000'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
admin_users = {USER}
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""


@contextlib.contextmanager
def pooler(*, size: int) -> Iterator[str]:
    """The address of the test's database by way of a pooler that lends a server connection for one transaction."""
    program = which("pgbouncer") or which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer on this machine (Debian: pgbouncer)")
    known, port = connection.settings_dict, free_port()
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        users, ini = Path(folder) / "users.txt", Path(folder) / "pgbouncer.ini"
        users.write_text(f'"{known["USER"]}" "{known["PASSWORD"]}"\n')
        ini.write_text(POOLER.format(**known, listen=port, users=users, size=size))
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        if as_nobody:
            for path in (folder, users, ini):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        with _running([program, *as_nobody, str(ini)], port):
            yield f"postgres://{known['USER']}:{known['PASSWORD']}@127.0.0.1:{port}/{known['NAME']}"


@contextlib.contextmanager
def redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis that keeps nothing on disk, and its process."""
    program = which("redis-server")
    if program is None:
        pytest.skip("no Redis on this machine (Debian: redis-server)")
    port = free_port()
    quiet = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory", "64mb")
    with (
        tempfile.TemporaryDirectory(prefix="clearhost-") as folder,
        _running([program, "--port", str(port), "--dir", folder, *quiet], port) as process,
    ):
        yield f"redis://127.0.0.1:{port}/0", process


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not come up")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()
