"""Who writes and who reads while things break; both remember what they were told."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from ratings.publication.bodies import CARD_KEYS
from tests.faults.house import House, Refused

ALLOWED = {200, 503}  # what a reader or writer may be answered while something is broken; never a 500
PAUSE = 0.02
SENDS = 0.12  # seconds between what a platform sends: a key may send 600 times a minute


class Sender(threading.Thread):
    """A platform that sends evidence; what was not acknowledged is sent again, as it was, until it is."""

    def __init__(self, house: House, influencers: list[str], draw: random.Random, name: str) -> None:
        super().__init__(daemon=True)
        self.house, self.influencers, self.draw, self.called = house, influencers, draw, name
        self.acknowledged: set[str] = set()
        self.pending: list[list[dict[str, Any]]] = []
        self.wrong: list[str] = []
        self.refused = 0
        self.count = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            batch = self.pending.pop(0) if self.pending and self.draw.random() < 0.3 else self._batch()
            self._send(batch)
            time.sleep(SENDS)

    def settle(self) -> None:
        """Send again what was never acknowledged; now everything must be."""
        while self.pending:
            before = len(self.pending)
            self._send(self.pending.pop(0))
            assert len(self.pending) < before, f"{self.called}: still refused after the fault was over: {self.wrong}"

    def _batch(self) -> list[dict[str, Any]]:
        now = datetime.now(UTC) - timedelta(minutes=self.draw.randint(1, 30))
        rows = []
        for _ in range(self.draw.randint(1, 8)):
            self.count += 1
            rows.append(
                {
                    "review_id": f"{self.called}-{self.count}",
                    "influencer_id": self.draw.choice(self.influencers),
                    "reviewer_id": f"buyer-{self.draw.randint(1, 300)}",
                    "created_at": now.isoformat(),
                    **{mark: self.draw.randint(1, 5) for mark in ("professionalism", "service", "as_described")},
                }
            )
        return rows

    def _send(self, batch: list[dict[str, Any]]) -> None:
        try:
            status, _headers, body = self.house.post("/api/v1/ingest/reviews/", batch)
        except Refused:
            status, body = 503, b""
        if status != 200:
            self.refused += 1
            if status not in ALLOWED:
                self.wrong.append(f"{status}: {body[:300]!r}")
            self.pending.append(batch)
            return
        answer = json.loads(body)
        if answer["accepted"] + answer["duplicate"] != len(batch):
            self.wrong.append(f"neither accepted nor known: {body[:500]!r}")
        self.acknowledged.update(row["review_id"] for row in batch)


class Reader(threading.Thread):
    """Somebody who reads cards and pages of lists; each must be whole, and a list of one run."""

    def __init__(self, house: House, slugs: list[str], draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.house, self.slugs, self.draw = house, slugs, draw
        self.wrong: list[str] = []
        self.runs: set[int] = set()
        self.read = self.refused = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            try:
                self.draw.choice([self.card, self.card, self.card, self.list, self.compare])()
            except Refused:
                self.refused += 1
            except Exception as why:
                self.wrong.append(repr(why))
            time.sleep(PAUSE)

    def card(self, slug: str = "") -> None:
        """One card: its bytes are those of its ETag, and it speaks of everything."""
        slug = slug or self.draw.choice(self.slugs)
        status, headers, body = self.house.get(f"/api/v1/influencers/{slug}/scorecard/")
        if self._answered(status, body):
            said = json.loads(body)
            self.runs.add(said["run"])
            missing = [key for key in (*CARD_KEYS, "run", "standing", "influencer") if key not in said]
            if headers["etag"].strip('"') != hashlib.sha256(body).hexdigest()[:32] or missing:
                self.wrong.append(f"card {slug} is not whole: {missing}")

    def list(self) -> None:
        """A list to its end: one run, every place once."""
        path, runs, places = "/api/v1/influencers/?page_size=5", set(), []
        while path:
            status, _headers, body = self.house.get(path)
            if status == 410 or not self._answered(status, body):
                return  # two publications later the run of the first page is gone, and says so
            said = json.loads(body)
            runs.add(said["run"])
            places += [row["slug"] for row in said["results"]]
            path = (said["next"] or "").partition(f":{self.house.port}")[2]
        self.runs |= runs
        if len(runs) != 1 or sorted(places) != sorted(self.slugs):
            self.wrong.append(f"a list of runs {runs}: {len(places)} places, {len(set(places))} of them once")

    def compare(self) -> None:
        """Two cards side by side: of one run."""
        one, two = self.draw.sample(self.slugs, 2)
        status, _headers, body = self.house.get(f"/api/v1/compare/?slugs={one},{two}")
        if self._answered(status, body):
            runs = {found["run"] for found in json.loads(body)["results"]}
            if len(runs) != 1:
                self.wrong.append(f"a comparison of runs {runs}")

    def _answered(self, status: int, body: bytes) -> bool:
        if status not in ALLOWED:
            self.wrong.append(f"{status}: {body[:300]!r}")
        if status == 200:
            self.read += 1
        else:
            self.refused += 1
        return status == 200
