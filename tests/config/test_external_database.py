"""An ordinary PostgreSQL, 15 or newer, in place of the embedded one."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.checkout import fresh_clone
from tests.config.test_demo import free_port

pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.fixture
def url() -> Iterator[str]:
    """Start Debian's server in a temporary folder; give the address of an empty database on it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("no ordinary PostgreSQL server on this machine")
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)

        def run(program: str, *arguments: str) -> None:
            other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
            command = [programs[-1] / program, *arguments]
            subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **other)

        data = f"{folder}/data"
        run("initdb", "-D", data, "-U", "owner", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")
        run("pg_ctl", "start", "-w", "-D", data, "-l", f"{folder}/log", "-o", f"-h 127.0.0.1 -p {port} -k {folder}")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "owner", "clearhost")
            yield f"postgres://owner@127.0.0.1:{port}/clearhost"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


def test_everything_goes_there_and_nothing_embedded_is_touched(url: str) -> None:
    with fresh_clone(as_root=os.geteuid() == 0) as clone:
        nobody = url.replace("owner@", "nobody-of-that-name@")
        clone.manage("migrate", "--verbosity=0", DATABASE_URL=nobody, MIGRATE_DATABASE_URL=url)
        world = str(clone.folder / "world")
        clone.manage("demo_world", world, "--influencers=30", "--days=60", "--until=2026-11-01")
        clone.manage("ingest", "--dir", world, DATABASE_URL=url)
        clone.manage("rate", "--as-of=2026-11-01", "--publish", DATABASE_URL=url)
        assert not (clone.state() / "postgres").exists()
        refused = clone.popen(".venv/bin/python", "manage.py", "postgres", "start", DATABASE_URL=url)
        said = refused.communicate(timeout=180)[0]
        assert refused.returncode != 0
        assert "DATABASE_URL is set" in said
