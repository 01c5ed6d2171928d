"""The faults: each breaks something for real at a moment that is drawn, and leaves what a supervisor would leave."""

from __future__ import annotations

import contextlib
import csv
import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from config.embedded_postgres import EmbeddedPostgresError
from tests.faults.house import House, Refused

ROWS = 2_000  # of a file that is loaded while something breaks
SPARE = 2 << 20  # bytes that are left on a full volume
STUCK = 4.5  # seconds that a lock is held, longer than a request waits


@dataclass
class Scene:
    """A house, whose turn it is, and what its files and days have come to."""

    house: House
    draw: random.Random
    influencers: list[str]
    day: date  # the next one to be closed
    files: int = 0

    def __post_init__(self) -> None:
        self.loaded: dict[str, int] = {}  # files by the beginning of their ids, and how many rows they have

    def pause(self, longest: float) -> None:
        time.sleep(self.draw.uniform(0, longest))

    def file(self, rows_of_it: int = ROWS) -> Path:
        """Write one more file of reviews."""
        self.files += 1
        name = f"file{self.files}x"
        path = self.house.home / f"{name}.csv"
        now = datetime.now(UTC)
        with path.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["review_id", "influencer_id", "reviewer_id", "created_at",
                           "professionalism", "service", "as_described"])  # fmt: skip
            for number in range(rows_of_it):
                at = (now - timedelta(seconds=self.draw.randint(60, 3600))).isoformat()
                marks = [self.draw.randint(1, 5) for _ in range(3)]
                rows.writerow([f"{name}{number}", self.draw.choice(self.influencers),
                               f"buyer-{self.draw.randint(1, 300)}", at, *marks])  # fmt: skip
        self.loaded[name] = rows_of_it
        return path

    def load(self, path: Path) -> str:
        """The next run completes it: all of it, or it was all there already."""
        code, said = self.house.manage("ingest", "reviews", str(path), "--rejects", str(path) + ".rejects")
        assert code == 0, said
        rows = self.loaded[path.stem]
        whole = (f"loaded {rows} + older 0 + duplicate 0", f"loaded 0 + older 0 + duplicate {rows}")
        assert any(words in said for words in whole), f"half of it was there: {said}"
        return said

    def kill(self, pid: int) -> None:
        """Unless it has ended already."""
        if self.house.ended(pid) is None:
            os.kill(pid, signal.SIGKILL)
            self.house.finish(pid)


def kill_postgres(scene: Scene) -> None:
    """The postmaster, by kill -9; what watches over it starts it again."""
    path = scene.file()
    loading = scene.house.begin("ingest", "reviews", str(path), "--rejects", os.devnull)
    scene.pause(0.8)
    os.kill(scene.house.postmaster(), signal.SIGKILL)
    scene.pause(0.5)
    assert scene.house.cluster.revive()
    scene.house.finish(loading)
    scene.load(path)


def kill_a_backend(scene: Scene) -> None:
    """One process of the server; it takes all connections down and recovers by itself."""
    path = scene.file()
    loading = scene.house.begin("ingest", "reviews", str(path), "--rejects", os.devnull)
    scene.pause(0.8)
    kinds = ("client backend", "walwriter", "checkpointer", "background writer")
    chosen = scene.draw.choice(kinds)
    with contextlib.suppress(IndexError):
        found = scene.house.ask("SELECT pid FROM pg_stat_activity WHERE backend_type = %s "
                                "AND pid <> pg_backend_pid() ORDER BY pid", chosen)  # fmt: skip
        os.kill(scene.draw.choice(found)[0], signal.SIGKILL)
    scene.house.finish(loading)
    scene.house.wait_for("the server recovers", scene.house.cluster.answers)
    scene.load(path)


def cut_connections(scene: Scene) -> None:
    """Every connection of the application is cut, in the middle of a publication."""
    rating = scene.house.begin("rate", f"--as-of={scene.day}", "--publish")
    scene.pause(2.0)
    with scene.house.connect(owner=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clearhost_app'")
    scene.house.finish(rating)


def kill_the_web_server(scene: Scene) -> None:
    """Kill -9 of the whole web server; who supervises it starts it again."""
    scene.pause(0.5)
    scene.house.stop_web(signal.SIGKILL)
    scene.house.start_web()


def kill_a_web_worker(scene: Scene) -> None:
    """Kill -9 of one of its processes; it replaces it itself."""
    scene.pause(0.5)
    workers = scene.house.web_workers()
    assert workers
    os.kill(scene.draw.choice(workers), signal.SIGKILL)


def kill_the_worker(scene: Scene) -> None:
    """Kill -9 of the worker while it takes evidence up."""
    scene.pause(0.5)
    scene.house.stop_worker(signal.SIGKILL)
    scene.house.start_worker()


def kill_an_ingest(scene: Scene) -> None:
    path = scene.file()
    pid = scene.house.begin("ingest", "reviews", str(path), "--rejects", os.devnull)
    scene.pause(0.7)
    scene.kill(pid)
    scene.load(path)


def kill_a_rating(scene: Scene) -> None:
    pid = scene.house.begin("rate", f"--as-of={scene.day}", "--publish")
    scene.pause(2.5)
    scene.kill(pid)
    code, said = scene.house.manage("rate", f"--as-of={scene.day}", "--publish")
    assert code == 0, said


def kill_a_close(scene: Scene) -> None:
    pid = scene.house.begin("close", f"--date={scene.day}")
    scene.pause(2.5)
    scene.kill(pid)
    code, said = scene.house.manage("close", f"--date={scene.day}")
    assert code == 0, said
    scene.day += timedelta(days=1)


def fill_the_disk(scene: Scene) -> None:
    """The volume of database and temporary files is full, in the middle of a load, then has room again."""
    house, path = scene.house, scene.file()
    with no_room(house):
        code, said = house.manage("ingest", "reviews", str(path), "--rejects", os.devnull)
        assert code in (0, 2), said
        time.sleep(1.0)
    scene.load(path)


@contextlib.contextmanager
def no_room(house: House) -> Iterator[None]:
    """The volume is full to the last bytes; afterwards there is room, and the server is back."""
    ballast = house.home / "ballast"
    try:
        while not _filled(house, ballast):  # whoever writes meanwhile took some of it
            pass
        yield
    finally:
        ballast.unlink()
    _bring_back(house)


def _filled(house: House, ballast: Path) -> bool:
    room = os.statvfs(house.home)
    with ballast.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - SPARE))
        except OSError as why:
            if why.errno != errno.ENOSPC:
                raise
            return False
    return True


def _bring_back(house: House) -> None:
    """What watches over the server keeps trying; the server may be recovering by itself, too."""

    def back() -> bool:
        with contextlib.suppress(EmbeddedPostgresError):
            house.cluster.revive()
        return house.cluster.answers()

    house.wait_for("the server is back", back)


def take_all_connections(scene: Scene) -> None:
    """None is left for anyone; requests are refused with 503 and not left hanging."""
    held = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            while len(held) < 500:
                held.append(scene.house.connect())
        _refused_politely(scene.house)
        time.sleep(0.5)
    finally:
        for connection in held:
            connection.close()


def _refused_politely(house: House) -> None:
    began = time.monotonic()
    with contextlib.suppress(Refused):
        status, headers, body = house.get("/api/v1/rankings/?page_size=7")
        assert status in (200, 503), body[:300]
        assert status == 200 or headers.get("retry-after"), headers
    assert time.monotonic() - began < 15


def hold_a_lock(scene: Scene) -> None:
    """A query is stuck behind a lock: a request waits no longer than it may, and is answered 503."""
    with scene.house.connect(owner=True) as owner:
        scene.house.wait_for("the lock is had", lambda: _locked(owner))
        began = time.monotonic()
        status, headers, body = scene.house.get("/api/v1/rankings/?page_size=9")
        assert status == 503, body[:300]
        assert headers["retry-after"]
        time.sleep(max(0.0, STUCK - (time.monotonic() - began)))
        owner.execute("ROLLBACK")


def _locked(owner: psycopg.Connection[Any]) -> bool:
    """Both tables at once; who reads one and waits for the other may be the one that is let live."""
    owner.execute("BEGIN")
    try:
        owner.execute("LOCK TABLE feedback_review, ratings_publicrun IN ACCESS EXCLUSIVE MODE")
    except psycopg.errors.DeadlockDetected:
        owner.execute("ROLLBACK")
        return False
    return True


def slow_queries(scene: Scene) -> None:
    """Everything that is written takes longer than a request may; nothing of it is acknowledged, nothing is half."""
    with scene.house.connect(owner=True) as owner:
        owner.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                      "$$BEGIN PERFORM pg_sleep(4); RETURN NULL; END$$")  # fmt: skip
        owner.execute("CREATE TRIGGER slow BEFORE INSERT ON feedback_review FOR EACH STATEMENT EXECUTE FUNCTION slow()")
        owner.execute("CREATE TRIGGER slow BEFORE INSERT ON feedback_outbox FOR EACH STATEMENT EXECUTE FUNCTION slow()")
        try:
            time.sleep(STUCK)
        finally:
            scene.house.wait_for("nothing is slow any more", lambda: _as_before(owner))


def _as_before(owner: psycopg.Connection[Any]) -> bool:
    """One table at a time: two locks at once would be ended as a deadlock with who writes."""
    try:
        for table in ("feedback_review", "feedback_outbox"):
            owner.execute(f"DROP TRIGGER IF EXISTS slow ON {table}")
        owner.execute("DROP FUNCTION slow()")
    except psycopg.errors.DeadlockDetected:
        return False
    return True


def jump_the_clock(scene: Scene) -> None:
    """The worker's clock is off by more than a day, forwards or backwards, and comes right again."""
    house, off = scene.house, scene.draw.choice([-30, -26, 26, 30]) * 3600.0
    house.stop_worker()
    house.start_worker(shift=off)
    time.sleep(2.0)
    early, said = house.manage("close", f"--date={date.today() + timedelta(days=3)}", shift=off)  # noqa: DTZ011
    assert early != 0, said
    house.stop_worker()
    house.start_worker()


def lose_redis(scene: Scene) -> None:
    """What several machines share is killed, or is there and says nothing; each goes on alone, and finds it again."""
    house, shared = scene.house, scene.house.shared
    assert shared is not None
    assert _counted_there(house), "nothing was shared"
    deaf = scene.draw.random() < 0.5
    scene.pause(0.5)
    shared.send_signal(signal.SIGSTOP if deaf else signal.SIGKILL)
    for number in range(20):
        began = time.monotonic()
        status, _headers, body = house.get(f"/api/v1/influencers/?page_size={scene.draw.randint(20, 190)}&q=x{number}")
        assert status == 200, body[:300]
        assert time.monotonic() - began < 5
    if deaf:
        shared.send_signal(signal.SIGCONT)
    else:
        house.stop_shared()
        house.start_shared()
    house.wait_for("what is shared is used again", lambda: _counted_there(house), patience=30)


def _counted_there(house: House) -> bool:
    """Whether a request leaves a count in the Redis."""
    said = subprocess.run(["redis-cli", "-p", str(house.shared_port), "config", "resetstat"], capture_output=True)
    house.get(f"/api/v1/influencers/?q={time.monotonic_ns()}")
    calls = subprocess.run(["redis-cli", "-p", str(house.shared_port), "info", "commandstats"], capture_output=True)
    return said.stdout.strip() == b"OK" and b"cmdstat_set" in calls.stdout


FAULTS: dict[str, Callable[[Scene], None]] = {
    "kill -9 of PostgreSQL": kill_postgres,
    "kill -9 of one PostgreSQL process": kill_a_backend,
    "all connections cut in a publication": cut_connections,
    "kill -9 of the web server": kill_the_web_server,
    "kill -9 of a web worker": kill_a_web_worker,
    "kill -9 of the worker": kill_the_worker,
    "kill -9 of an ingest": kill_an_ingest,
    "kill -9 of a rating": kill_a_rating,
    "kill -9 of a close": kill_a_close,
    "disk full": fill_the_disk,
    "no connection left": take_all_connections,
    "a stuck query": hold_a_lock,
    "slow queries": slow_queries,
    "clock jumping": jump_the_clock,
    "Redis gone": lose_redis,
}
