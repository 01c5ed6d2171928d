"""The demo as a person runs it: from a fresh clone to a served scorecard, again, and away without a trace."""

import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from tests.config.checkout import Checkout, fresh_clone

pytestmark = [pytest.mark.demo, pytest.mark.slow]

SMALL = {"DEMO_INFLUENCERS": "40"}
COUNT = "SELECT (SELECT count(*) FROM influencers_influencer), (SELECT count(*) FROM feedback_review)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        return response.read().decode()


class Demo:
    """One `make demo`, its output kept."""

    def __init__(self, clone: Checkout, port: int) -> None:
        self.clone, self.port = clone, port
        self.process = clone.popen("make", "demo", PORT=str(port), **SMALL)
        assert self.process.stdout is not None
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("  logs"):  # the last line of the greeting
                return
        self.process.wait()

    def end(self) -> str:
        self.lines.append(self.process.communicate(timeout=180)[0])
        return "".join(self.lines)


def supervisor(clone: Checkout) -> int:
    return int((clone.state() / "demo.lock").read_text())


def wait_until_nothing_runs(clone: Checkout) -> None:
    deadline = time.monotonic() + 20
    while (left := clone.processes()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


@pytest.mark.parametrize("as_root", [True, False], ids=["root", "ordinary user"])
def test_up_again_and_away(as_root: bool) -> None:
    port = free_port()
    with fresh_clone(as_root=as_root) as clone:
        demo = Demo(clone, port)
        greeting = "".join(demo.lines)
        assert "Clearhost is up" in greeting, demo.end()
        assert '"status": "ok"' in get(port, "/readyz")
        for path in ("/", "/rankings/", "/methodology/", "/api/v1/rankings/", "/api/docs/", "/admin/login/"):
            assert get(port, path)
        before = clone.manage("postgres", "psql", "--", "-Atc", COUNT)
        assert int(before.split("|")[0]) >= 40

        again = clone.popen("make", "demo", PORT=str(free_port()))
        said = again.communicate(timeout=180)[0]
        assert again.returncode != 0
        assert f"running already, as process {supervisor(clone)}" in said

        os.killpg(demo.process.pid, signal.SIGINT)  # Ctrl-C reaches the whole foreground group
        said = demo.end()
        assert said.index("stopping web") < said.index("stopping worker") < said.index("stopping PostgreSQL")
        assert clone.processes() == []

        demo = Demo(clone, port)
        greeting = "".join(demo.lines)
        assert "Clearhost is up" in greeting, demo.end()
        assert "loading" not in greeting
        assert "a world of" not in greeting
        assert clone.manage("postgres", "psql", "--", "-Atc", COUNT) == before

        os.kill(supervisor(clone), signal.SIGKILL)
        demo.end()
        wait_until_nothing_runs(clone)

        if as_root:
            demo = Demo(clone, port)
            subprocess.run(["pkill", "-9", "-f", f"granian.*--port {port}"], check=True)
            said = demo.end()
            assert demo.process.returncode != 0
            assert "web ended by itself" in said
            assert clone.processes() == []


def test_a_taken_port_is_named() -> None:
    with fresh_clone(as_root=os.geteuid() == 0) as clone, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = clone.popen("make", "demo", PORT=str(port))
        said = process.communicate(timeout=180)[0]
        assert process.returncode != 0
        assert f"port {port} is not to be had" in said
        assert "PORT=8001 make demo" in said
        assert "Traceback" not in said
        assert clone.processes() == []
