"""A whole installation for one test: a durable PostgreSQL on a small volume, web server, worker, people who write."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg

from config.embedded_postgres import Cluster

PROJECT = Path(__file__).resolve().parents[2]
VOLUME = "1g"  # of the small volume; most of it is ballast while it is full
PATIENCE = 60.0
TIMEOUT = "3s"  # of a statement in a request
REDIS = shutil.which("redis-server")


class Refused(Exception):
    """The service did not do what it was asked; whether it did it all the same is not known."""


class House:
    """What runs, where it is, and how to reach it."""

    def __init__(self, home: Path, *, volume: bool) -> None:
        self.home, self.volume = home, volume
        self.cluster = Cluster(home / "postgres")
        self.logs = home / "logs"
        self.logs.mkdir()
        self.key = ""
        self.stage: subprocess.Popen[str] | None = None
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: int | None = None
        self.port, self.shared_port = _free_port(), _free_port()
        self.shared: subprocess.Popen[bytes] | None = None  # the Redis, where there is one

    # the database ---------------------------------------------------------------------------------------

    def url(self, role: dict[str, Any] | None = None) -> str:
        return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**(role or self.cluster.application()))

    def connect(self, *, owner: bool = False) -> psycopg.Connection[Any]:
        """As the application, or as the superuser, for whom a place is always kept."""
        url = self.url()
        if owner:
            known = json.loads((self.cluster.home / "address.json").read_text())
            role = {"USER": "postgres", "PASSWORD": known["owner_password"]}
            url = self.url(self.cluster.address() | role)
        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def postmaster(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql, values or None).fetchall()

    # what runs ------------------------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DATABASE_URL": self.url(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "faults",
            "REVIEWER_KEY": "faults",
            "NUM_PROXIES": "1",  # every request says another address, so that paces are counted and none is reached
            "TMPDIR": str(self.home / "tmp"),
            "PYTHONPATH": str(PROJECT),
            **({"CACHE_URL": f"redis://127.0.0.1:{self.shared_port}/0"} if REDIS else {}),
        }

    def open(self) -> None:
        """Start everything, on an empty database."""
        (self.home / "tmp").mkdir()
        self.start_shared()
        self.cluster.start()
        owner = self.environment() | {"DATABASE_URL": self.url(self.cluster.address()), "DATABASE_OWNER": "true",
                                      "DATABASE_APPLICATION_ROLE": "clearhost_app"}  # fmt: skip
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=PROJECT, env=owner, check=True)
        with (self.logs / "stage.log").open("w") as log:
            self.stage = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.stage"],
                cwd=PROJECT,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.stage.stdout is not None
        assert json.loads(self.stage.stdout.readline())["ready"]

    def close(self) -> None:
        """Stop everything."""
        self.stop_web()
        self.stop_worker()
        self.stop_shared()
        if self.stage is not None:
            self.stage.communicate()
        self.cluster.stop()

    def _tell(self, **request: Any) -> dict[str, Any]:
        assert self.stage is not None
        assert self.stage.stdin is not None
        assert self.stage.stdout is not None
        self.stage.stdin.write(json.dumps(request) + "\n")
        self.stage.stdin.flush()
        answer: dict[str, Any] = json.loads(self.stage.stdout.readline())
        return answer

    def begin(self, *arguments: str, log: str = "", shift: float = 0.0) -> int:
        """Start a management command; its process."""
        path = self.logs / f"{log or arguments[0]}.log"
        return int(self._tell(run=arguments, log=str(path), shift=shift)["pid"])

    def ended(self, pid: int) -> int | None:
        """Its exit code; None while it runs. To be asked until it ended, and no more."""
        code = self._tell(poll=pid)["code"]
        return None if code is None else int(code)

    def finish(self, pid: int, patience: float = PATIENCE) -> int:
        deadline = time.monotonic() + patience
        while (code := self.ended(pid)) is None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"process {pid} did not end within {patience} s")
            time.sleep(0.02)
        return code

    def manage(self, *arguments: str, shift: float = 0.0) -> tuple[int, str]:
        """Run a command to its end; exit code and what it said."""
        name = f"once-{time.monotonic_ns()}"
        code = self.finish(self.begin(*arguments, log=name, shift=shift))
        path = self.logs / f"{name}.log"
        said = path.read_text()
        path.unlink()
        return code, said

    def start_worker(self, shift: float = 0.0) -> None:
        self.worker = self.begin("worker", shift=shift)

    def stop_worker(self, number: int = signal.SIGTERM) -> None:
        if self.worker is not None:
            os.kill(self.worker, number)
            self.finish(self.worker)
            self.worker = None

    def start_shared(self) -> None:
        """The Redis that counts for all processes, where this machine has one."""
        if REDIS:
            quiet = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.home / "tmp"))
            command = [REDIS, "--port", str(self.shared_port), *quiet]
            self.shared = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop_shared(self) -> None:
        if self.shared is not None:
            self.shared.kill()
            self.shared.wait()
            self.shared = None

    def start_web(self) -> None:
        command = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws",
                   "--respawn-failed-workers", "--respawn-interval", "0.2", "--host", "127.0.0.1",
                   "--port", str(self.port), "config.wsgi:application"]  # fmt: skip
        with (self.logs / "web.log").open("a") as log:
            self.web = subprocess.Popen(
                [sys.executable, *command],
                cwd=PROJECT,
                env=self.environment() | {"STATEMENT_TIMEOUT": TIMEOUT},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop_web(self, number: int = signal.SIGTERM) -> None:
        """End the web server; -9 takes its whole group, as whoever supervises it does."""
        if self.web is None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.web.pid, number)
        else:
            self.web.terminate()
        self.web.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web = None

    def web_workers(self) -> list[int]:
        """The processes that serve, below the one that was started."""
        assert self.web is not None
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.web.pid and fields[0] != "Z":
                    command = (entry / "cmdline").read_bytes()
                    if b"resource_tracker" not in command:
                        found.append(int(entry.name))
        return found

    # requests -------------------------------------------------------------------------------------------

    def get(self, path: str, timeout: float = 20.0) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; Refused when there was no answer."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=_from_anywhere())
        return self._request(asked, timeout)

    def post(self, path: str, body: Any, timeout: float = 20.0) -> tuple[int, dict[str, str], bytes]:
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json", **_from_anywhere()}
        data = json.dumps(body).encode()
        return self._request(
            urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers), timeout
        )

    @staticmethod
    def _request(request: urllib.request.Request, timeout: float) -> tuple[int, dict[str, str], bytes]:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=timeout) as response:
                return response.status, _lower(response.headers), response.read()
        except urllib.error.HTTPError as error:
            return error.code, _lower(error.headers), error.read()
        except (OSError, ValueError, http.client.HTTPException) as why:  # an answer cut off in its midst is none
            raise Refused(str(why)) from why

    def wait_for(self, what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for something; what it was is said when it does not come."""
        deadline = time.monotonic() + patience
        while True:
            with contextlib.suppress(Refused, psycopg.OperationalError):
                if holds():
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {patience:.0f} s; logs in {self.logs}")
            time.sleep(0.05)

    def broke(self) -> str:
        """What the web server last logged as an error."""
        lines = (self.logs / "web.log").read_text().splitlines()
        return "\n".join([line[-3000:] for line in lines if '"level": "error"' in line or "Traceback" in line][-3:])

    def ready(self) -> bool:
        return self.get("/readyz", timeout=5)[0] == 200


def _from_anywhere() -> dict[str, str]:
    return {"X-Forwarded-For": f"198.51.{random.randrange(256)}.{random.randrange(256)}"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextlib.contextmanager
def house() -> Iterator[House]:
    """Give a house on a volume of its own where root may mount one, else in a folder."""
    home = Path(tempfile.mkdtemp(prefix="clearhost-faults-"))
    volume = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={VOLUME},mode=755", "tmpfs", home], capture_output=True
    ).returncode == 0  # fmt: skip
    home.chmod(0o755)
    made = House(home, volume=volume)
    try:
        yield made
    finally:
        made.close()
        if volume:
            subprocess.run(["umount", "-l", home], check=True)
        shutil.rmtree(home, ignore_errors=True)
