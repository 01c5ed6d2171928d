"""A standalone Spark cluster on this machine: one master and two workers, each a process of its own, on loopback only.

python -m tests.engine.cluster            starts one and says what to set; Ctrl-C stops it
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from shutil import which

PATIENCE = 120.0
WORKERS = 2
CONF = """\
spark.master                     spark://127.0.0.1:{port}
spark.authenticate               true
spark.authenticate.secret        {secret}
spark.driver.host                127.0.0.1
spark.driver.bindAddress         127.0.0.1
spark.driver.memory              {driver}
spark.executor.memory            {memory}m
spark.executor.cores             1
spark.cores.max                  {cores}
spark.default.parallelism        {parts}
spark.sql.shuffle.partitions     {parts}
spark.ui.enabled                 false
spark.ui.showConsoleProgress     false
spark.local.dir                  {room}/local
spark.network.timeout            60s
spark.executor.heartbeatInterval 5s
"""


def missing() -> str:
    """What this machine lacks for a cluster, empty when it lacks nothing."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: make spark"
    if which("java") is None:
        return "no Java on this machine (Debian: openjdk-17-jre-headless)"
    return ""


@dataclass
class Cluster:
    """Processes by name, and where they keep things."""

    room: Path
    port: int
    memory: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    @property
    def conf(self) -> Path:
        return self.room / "conf"

    def worker(self, name: str) -> None:
        """Start one more worker of one core, and wait until the master knows it."""
        memory = ("--cores", "1", "--memory", f"{self.memory + 64}m", "--webui-port", "0")
        room = ("--work-dir", str(self.room / "work"))
        self.begin(name, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", *memory, *room, self.master)
        self.wait(name, "Successfully registered with master")

    def kill(self, name: str) -> None:
        """End a worker and its executor at once, as a machine ends that loses power."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def begin(self, name: str, program: str, *arguments: str) -> None:
        spec = find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        home = Path(spec.origin).parent
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_CONF_DIR": str(self.conf),
            "SPARK_DAEMON_MEMORY": "192m",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self.room / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [home / "bin" / "spark-class", program, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, name: str, words: str) -> None:
        """Wait until a process says so."""
        deadline = time.monotonic() + PATIENCE
        while words not in (said := (self.room / f"{name}.log").read_text(errors="replace")):
            if self.running[name].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not come up:\n{said[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        for name in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                self.kill(name)


@contextlib.contextmanager
def cluster(*, workers: int = WORKERS, parts: int = 2, memory: int = 512, driver: str = "768m") -> Iterator[Cluster]:
    """A cluster that is gone afterwards; who works with it finds it by `SPARK_CONF_DIR`. `memory` in MB a worker."""
    with tempfile.TemporaryDirectory(prefix="clearhost-spark-", ignore_cleanup_errors=True) as folder:
        found = Cluster(Path(folder), _free_port(), memory)
        found.conf.mkdir()
        conf = CONF.format(
            **{"port": found.port, "secret": secrets.token_hex(), "cores": workers, "parts": parts, "room": folder},
            **{"memory": memory, "driver": driver},
        )
        (found.conf / "spark-defaults.conf").write_text(conf)
        (found.conf / "spark-defaults.conf").chmod(0o600)
        try:
            places = ("--host", "127.0.0.1", "--port", str(found.port), "--webui-port", "0")
            found.begin("master", "org.apache.spark.deploy.master.Master", *places)
            found.wait("master", "I have been elected leader")
            for number in range(workers):
                found.worker(f"worker-{number}")
            yield found
        finally:
            found.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--workers", type=int, default=WORKERS)
    options = asked.parse_args()
    if lacking := missing():
        sys.exit(lacking)
    with cluster(workers=options.workers) as found, contextlib.suppress(KeyboardInterrupt):
        print(f"One master and {options.workers} workers are up. In another terminal:")
        print(f"export SPARK_CONF_DIR={found.conf}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
