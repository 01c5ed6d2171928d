"""An ordinary PostgreSQL goes back to a moment: base backup, archived log, recovery_target_time, as the docs say."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.config.test_demo import free_port

pytestmark = [pytest.mark.faults, pytest.mark.external, pytest.mark.slow]


class Server:
    """Debian's programs, in a folder of their own."""

    def __init__(self, home: Path, programs: Path) -> None:
        self.home, self.programs = home, programs
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        os.chown(home, self.user.pw_uid, self.user.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        other = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [self.programs / program, *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other)

    @contextmanager
    def up(self, data: str) -> Iterator[str]:
        """Started, as the address of its database."""
        port = free_port()
        options = f"-h 127.0.0.1 -p {port} -k {self.home}"
        self.run("pg_ctl", "start", "-w", "-D", data, "-l", f"{data}.log", "-o", options)
        try:
            yield f"postgres://owner@127.0.0.1:{port}/postgres"
        finally:
            self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


@pytest.fixture
def server() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("no ordinary PostgreSQL server on this machine")
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        yield Server(Path(folder), found[-1])


def archived(server: Server) -> str:
    return f"archive_command = 'test ! -f {server.home}/archive/%f && cp %p {server.home}/archive/%f'"


def test_back_to_a_moment_before_a_mistake(server: Server) -> None:
    first, second = f"{server.home}/first", f"{server.home}/second"
    server.run("initdb", "-D", first, "-U", "owner", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8")
    archive = server.home / "archive"
    archive.mkdir()
    os.chown(archive, server.user.pw_uid, server.user.pw_gid)
    with (Path(first) / "postgresql.conf").open("a") as settings:
        settings.write(f"archive_mode = on\n{archived(server)}\n")
    with server.up(first) as url, psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TABLE acknowledged (n int PRIMARY KEY)")
        owner.execute("INSERT INTO acknowledged SELECT generate_series(1, 1000)")
        server.run("pg_basebackup", "-D", second, "-d", url, "-c", "fast", "-X", "stream")
        owner.execute("INSERT INTO acknowledged SELECT generate_series(1001, 2000)")
        time.sleep(0.1)
        (moment,) = owner.execute("SELECT clock_timestamp()::text").fetchone() or ("",)
        time.sleep(0.1)
        owner.execute("DELETE FROM acknowledged WHERE n > 10")  # the mistake
        (last,) = owner.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
        owner.execute("SELECT pg_switch_wal()")
        deadline = time.monotonic() + 120
        while (owner.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() or ("",))[0] < last:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    with (Path(second) / "postgresql.conf").open("a") as settings:
        settings.write(
            "archive_mode = off\n"
            f"restore_command = 'cp {archive}/%f %p'\n"
            f"recovery_target_time = '{moment}'\n"
            "recovery_target_action = 'promote'\n"
        )
    (Path(second) / "recovery.signal").touch()
    os.chown(Path(second) / "recovery.signal", server.user.pw_uid, server.user.pw_gid)
    with server.up(second) as url, psycopg.connect(url, autocommit=True) as owner:
        deadline = time.monotonic() + 120
        while owner.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert owner.execute("SELECT count(*), max(n) FROM acknowledged").fetchone() == (2000, 2000)
