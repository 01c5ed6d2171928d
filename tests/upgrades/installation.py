"""A database as the first release left it, with evidence in it, and people who use it while it is taken forward.

`python -m tests.upgrades.installation --rows 1000000` does it at a size of one's own and prints how long others waited.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import django
import psycopg
from django.core.management import call_command
from django.db import connection

FIRST = (
    *(("contenttypes", "0002"), ("auth", "0012"), ("influencers", "0001"), ("feedback", "0001"), ("ratings", "0001")),
)
HOSTS = 1_000
FILL = """
INSERT INTO influencers_category (id, code) VALUES (1, 'beauty');
INSERT INTO influencers_influencer (source_id, name, category_id)
    SELECT 'h' || n, 'Host ' || n, 1 FROM generate_series(1, %(hosts)s) n;
"""
COLUMNS = "source_id, influencer_id, reviewer_id, created_at, professionalism, service, as_described"
ROWS = """
COPY feedback_review ({columns}) FROM STDIN
"""
WRITE = f"""
INSERT INTO feedback_review ({COLUMNS})
VALUES (%s, 1, gen_random_uuid(), now(), 5, 4, 3)
"""
READ = "SELECT count(*) FROM feedback_review WHERE influencer_id = 1"


@dataclass
class User(threading.Thread):
    """Writes and reads as the first release did, with the statements it had, one after the other."""

    conninfo: dict[str, Any]
    called: str
    written: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    again: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        with psycopg.connect(**self.conninfo, autocommit=True) as own:
            own.execute("SET lock_timeout = '10s'")
            while not self.done.is_set():
                began = time.monotonic()
                source_id = f"{self.called}-{len(self.written)}"
                try:
                    own.execute(WRITE, [source_id])
                except psycopg.errors.DeadlockDetected:  # answered 503: whoever sends it sends it again
                    self.again += 1
                    continue
                except psycopg.Error as why:
                    self.wrong.append(repr(why))
                    return
                try:
                    self.written.append(source_id)
                    own.execute(READ)
                except psycopg.Error as why:
                    self.wrong.append(repr(why))
                    return
                self.waits.append(time.monotonic() - began)
                time.sleep(0.005)


def conninfo() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {key: known[key] for key in ("host", "port", "user", "password", "dbname")}


def first_release(rows: int) -> float:
    """Tables as they first were, with so many reviews by COPY; seconds it took."""
    began = time.monotonic()
    for app, name in FIRST:
        call_command("migrate", app, name, verbosity=0)
    connection.close()
    with psycopg.connect(**conninfo()) as own:
        with own.cursor() as cursor:
            cursor.execute(FILL.replace("%(hosts)s", str(HOSTS)).encode())
            with cursor.copy(ROWS.format(columns=COLUMNS).encode()) as copy:
                for number in range(rows):
                    who = f"{number % 50_000:032x}"
                    moment = f"2026-{number % 10 + 1:02}-{number % 28 + 1:02} 12:00:00+00"
                    copy.write_row((f"r{number}", number % HOSTS + 1, who, moment, 5, 4, number % 5 + 1))
        own.commit()
        own.autocommit = True
        own.execute("ANALYZE")
    return time.monotonic() - began


@contextmanager
def used(name: str) -> Iterator[User]:
    """Somebody uses it meanwhile."""
    user = User(conninfo(), name)
    user.start()
    try:
        yield user
    finally:
        user.done.set()
        user.join(30)


def forward() -> tuple[float, User]:
    """To this release, while it is used; how long it took and what the user saw."""
    with used("later") as user:
        time.sleep(0.3)
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        took = time.monotonic() - began
        time.sleep(0.3)
    return took, user


def main() -> None:
    """By hand, on an empty database of one's own that DATABASE_URL names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    filled = first_release(asked.rows)
    took, user = forward()
    waits = sorted(user.waits)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feedback_review")
        (there,) = cursor.fetchone()
    figures = {
        "rows": asked.rows,
        "seconds to fill": round(filled, 1),
        "seconds to migrate": round(took, 1),
        "written meanwhile": len(user.written),
        "longest wait": round(waits[-1], 3),
        "p99 wait": round(waits[int(len(waits) * 0.99)], 4),
        "errors": user.wrong,
        "sent again": user.again,
        "lost": asked.rows + len(user.written) - there,
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
