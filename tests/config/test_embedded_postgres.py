"""The embedded server: safe after kill -9, shared by those who need it, closed to everyone else."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded_postgres import Cluster
from tests.config.checkout import PROJECT, fresh_clone


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        yield Path(folder)


@pytest.fixture
def server(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home, throwaway=True)
    yield cluster
    cluster.stop()


@pytest.fixture
def durable(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home)
    yield cluster
    cluster.stop()


def connect(cluster: Cluster, **other: str) -> psycopg.Connection[tuple[object, ...]]:
    address = cluster.address()
    login = {"user": address["USER"], "password": address["PASSWORD"], "dbname": address["NAME"]}
    return psycopg.connect(host=address["HOST"], port=address["PORT"], **(login | other))


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def test_every_committed_row_survives_kill_9(durable: Cluster) -> None:
    durable.start()
    with connect(durable) as connection:
        connection.execute("CREATE TABLE kept (n integer PRIMARY KEY)")
    committed = []
    enough = threading.Event()

    def write() -> None:
        try:
            with connect(durable) as connection:
                for n in range(1_000_000):
                    connection.execute("INSERT INTO kept VALUES (%s)", [n])
                    connection.commit()
                    committed.append(n)
                    if n == 200:
                        enough.set()
        except psycopg.OperationalError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(30)
    os.kill(postmaster(durable), signal.SIGKILL)
    writer.join()
    durable.start()
    with connect(durable) as connection:
        found = {row[0] for row in connection.execute("SELECT n FROM kept")}
    assert len(committed) > 200
    assert found >= set(committed)
    assert len(found) <= len(committed) + 1  # the one whose confirmation was lost


def test_a_stale_pid_that_now_belongs_to_someone_else_is_no_hindrance(server: Cluster) -> None:
    server.start()
    left = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    sleeper = subprocess.Popen(["sleep", "60"], **({"user": server.user.pw_uid} if server.user else {}))
    try:
        (server.data / "postmaster.pid").write_text("\n".join([str(sleeper.pid), *left[1:]]) + "\n")
        server.start()
        assert server.answers()
    finally:
        sleeper.kill()
        sleeper.wait()


def test_the_last_to_leave_stops_it(server: Cluster) -> None:
    with server.in_use():
        with Cluster(server.home, throwaway=True).in_use():
            first = postmaster(server)
        assert server.answers()
        assert postmaster(server) == first
    assert not server.answers()


def test_started_to_stay_it_stays(server: Cluster) -> None:
    server.start()
    with server.in_use():
        pass
    assert server.answers()
    assert server.stop()
    assert not server.stop()


def test_concurrent_starters_share_one_server(server: Cluster) -> None:
    script = (
        "import sys; from pathlib import Path; from config.embedded_postgres import Cluster\n"
        "cluster = Cluster(Path(sys.argv[1]), throwaway=True)\n"
        "with cluster.in_use():\n"
        "    print((cluster.data / 'postmaster.pid').read_text().split()[0], flush=True); sys.stdin.read()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(server.home)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    pids = {starter.stdout.readline() for starter in starters if starter.stdout}
    assert len(pids) == 1
    assert pids != {""}
    for starter in starters:
        starter.communicate()
        assert starter.returncode == 0
    assert not server.answers()


def test_a_port_that_was_taken_meanwhile_is_given_up(server: Cluster) -> None:
    with server.in_use():
        before = int(server.address()["PORT"])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        with server.in_use():
            assert int(server.address()["PORT"]) != before
            assert server.answers()


def test_only_who_knows_the_password_comes_in(durable: Cluster) -> None:
    with durable.in_use():
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(durable, password="guessed")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(durable, user="postgres", password="postgres")
        with connect(durable) as connection:
            shown = [
                connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
                for name in ("listen_addresses", "fsync", "server_encoding")
            ]
        assert shown == ["127.0.0.1", "on", "UTF8"]
        assert (durable.data / "postmaster.pid").read_text().splitlines()[4] == ""  # no socket in the file system
        address = durable.home / "address.json"
        assert stat.S_IMODE(address.stat().st_mode) == 0o600
        known = json.loads(address.read_text())
        assert known["password"] != known["owner_password"]
        assert not list(durable.home.rglob("password"))


def test_it_sorts_by_code_point(server: Cluster) -> None:
    with server.in_use(), connect(server) as connection:
        row = connection.execute("SELECT array_agg(x ORDER BY x) FROM unnest(ARRAY['a', '李', 'B', 'é']) x").fetchone()
    assert row == (["B", "a", "é", "李"],)


@pytest.mark.slow
def test_an_ordinary_user_has_it_too() -> None:
    with fresh_clone(as_root=False) as clone:
        clone.manage("postgres", "start")
        assert (clone.folder / "var" / "postgres" / "server" / "data" / "PG_VERSION").exists()
        shown = clone.manage("postgres", "psql", "--", "-Atc", "SELECT current_user, 6 * 7")
        assert shown.strip() == "clearhost|42"
        assert "running on 127.0.0.1:" in clone.manage("postgres", "status")
        assert clone.manage("postgres", "stop").strip() == "stopped"
        assert clone.processes() == []


def test_a_start_broken_off_is_taken_up(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Cluster, "_furnish", killed)
        with pytest.raises(KeyboardInterrupt):
            server.start()
    running = postmaster(server)
    with server.in_use():
        assert server.answers()
        assert postmaster(server) == running
