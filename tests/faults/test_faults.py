"""Rounds of real faults: whatever breaks, nothing acknowledged is lost or doubled, and no reader sees half a thing.

ROUNDS and SEED in the environment ask for more of them, or for others; the figures go to the file REPORT names.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from ratings import ledger, verify
from tests.faults.breaking import FAULTS, Scene, no_room
from tests.faults.house import House, house
from tests.faults.people import Reader, Sender

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROUNDS = int(os.environ.get("ROUNDS", "20"))
SEED = int(os.environ.get("SEED", "8"))
SIZE = ("--influencers=12", "--days=60", "--seed=7")
LARGE = 40_000  # rows of a file that takes a while
LARGER = 5 * LARGE  # of one that does not fit into what loads before it have left
PUBLICATIONS = 6
CLOSED_BEFORE = 45  # days; a day is closed by each round that kills a close


@pytest.fixture(scope="module")
def scene(django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """A world, rated and published, with everything running."""
    with house() as place, django_db_blocker.unblock():
        place.open()
        first = furnish(place)
        before = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(place.cluster.application())
        with ledger.forgotten():
            yield Scene(place, random.Random(SEED), [i for (i,) in place.ask(INFLUENCERS)], first)
        connection.close()
        connection.settings_dict.update(before)


INFLUENCERS = "SELECT source_id FROM influencers_influencer ORDER BY 1"
SLUGS = "SELECT slug FROM ratings_publicdocument ORDER BY 1"
SENT = "SELECT source_id FROM feedback_review WHERE source_id LIKE 'sender%%'"


def furnish(place: House) -> date:
    """Load a world, publish it as of some time ago, and start what serves it; the next day to be closed."""
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    as_of = today - timedelta(days=CLOSED_BEFORE)
    world = str(place.home / "world")
    for command in (
        ("demo_world", world, *SIZE, f"--until={as_of}"),
        ("ingest", "--dir", world, "--rejects", os.devnull),
        ("rate", f"--as-of={as_of}", "--publish"),
    ):
        code, said = place.manage(*command)
        assert code == 0, said
    code, said = place.manage("api_key", "create", "faults", "--scope", "ingest")
    place.key = said.strip().splitlines()[-1]
    place.start_worker()
    place.start_web()
    place.wait_for("the service is up", place.ready)
    return as_of


def test_rounds(scene: Scene) -> None:
    place, draw = scene.house, scene.draw
    cannot = {"disk full": not place.volume, "Redis gone": place.shared is None}
    names = [name for name in FAULTS if not cannot.get(name)]
    print(f"left out: {', '.join(sorted(set(FAULTS) - set(names))) or 'none'}")
    order: list[str] = []
    while len(order) < ROUNDS:
        order += draw.sample(names, len(names))
    slugs = [slug for (slug,) in place.ask(SLUGS)]
    tried: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    acknowledged: set[str] = set()
    began = time.monotonic()
    try:
        for number, name in enumerate(order[:ROUNDS]):
            sender = Sender(place, scene.influencers, random.Random(f"{SEED}-{number}"), f"sender{number}")
            reader = Reader(place, slugs, random.Random(number))
            sender.start()
            reader.start()
            try:
                FAULTS[name](scene)
            finally:
                sender.done.set()
                reader.done.set()
                sender.join(60)
                reader.join(60)
            judge(scene, name, number, sender, reader)
            acknowledged |= sender.acknowledged
            found = [source_id for (source_id,) in place.ask(SENT)]
            assert len(found) == len(set(found)), f"round {number}, {name}: something was stored twice"
            assert set(found) == acknowledged, f"round {number}, {name}: lost {acknowledged - set(found)}"
            tried[name] += 1
            totals.update(acknowledged=len(sender.acknowledged), refused=sender.refused, read=reader.read)
            writes = f"{len(sender.acknowledged)} acknowledged, {sender.refused} refused"
            said = f"{name}; {writes}, {reader.read} read, {reader.refused} not"
            print(f"{time.monotonic() - began:6.1f} s  round {number}: {said}", flush=True)
    finally:  # a run that is cut short has its figures, too
        report(tried, totals, time.monotonic() - began)


def count_of(scene: Scene, path: Path) -> int:
    return int(scene.house.ask("SELECT count(*) FROM feedback_review WHERE source_id LIKE %s", f"{path.stem}%")[0][0])


def test_a_load_that_finds_no_room_says_so_and_the_next_completes_it(scene: Scene) -> None:
    if not scene.house.volume:
        pytest.skip("only root may mount a small volume")
    path = scene.file(LARGER)
    with no_room(scene.house):
        code, said = scene.house.manage("ingest", "reviews", str(path), "--rejects", os.devnull)
        assert code == 2, said
        assert "broken off" in said
        assert f"Nothing of {path.name} is stored" in said
    assert count_of(scene, path) == 0
    scene.load(path)
    assert count_of(scene, path) == LARGER


def test_a_load_whose_server_is_restarted_says_so_and_the_next_completes_it(scene: Scene) -> None:
    path = scene.file(LARGE)
    loading = scene.house.begin("ingest", "reviews", str(path), "--rejects", os.devnull, log="restarted")
    copied = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY staged%%'"
    scene.house.wait_for("the load is on its way", lambda: scene.house.ask(copied) != [(0,)], patience=20)
    scene.house.cluster.stop()
    scene.house.cluster.start()
    code, said = scene.house.finish(loading), (scene.house.logs / "restarted.log").read_text()
    assert code == 2, said
    assert f"Nothing of {path.name} is stored" in said
    assert count_of(scene, path) == 0
    for _ in range(2):  # killed twice on the way, too
        again = scene.house.begin("ingest", "reviews", str(path), "--rejects", os.devnull)
        scene.pause(0.8)
        scene.kill(again)
        assert count_of(scene, path) in (0, LARGE)
    scene.load(path)
    assert count_of(scene, path) == LARGE


def judge(scene: Scene, name: str, number: int, sender: Sender, reader: Reader) -> None:
    """After a fault, without a hand: it serves again, takes up what waits, and all that is stored agrees."""
    place, what = scene.house, f"round {number}, {name}"
    place.wait_for(f"{what}: ready", place.ready)
    sender.settle()
    assert sender.wrong == [], f"{what}: {place.broke()}"
    assert reader.wrong == [], f"{what}: {place.broke()}"
    place.wait_for(f"{what}: taken up", lambda: place.ask("SELECT count(*) FROM feedback_outbox") == [(0,)])
    for beginning, rows in scene.loaded.items():
        count = place.ask("SELECT count(*), count(DISTINCT source_id) FROM feedback_review WHERE source_id LIKE %s",
                          f"{beginning}%")  # fmt: skip
        assert count == [(rows, rows)], f"{what}: {beginning}"
    scene.loaded = {}
    connection.close()
    for checked in verify.look():
        assert checked.faults == [], f"{what}: {checked.name}"
    connection.close()
    for slug in reader.slugs:
        reader.card(slug)
    assert reader.wrong == [], what


def report(tried: Counter[str], totals: Counter[str], seconds: float) -> None:
    """Say what was tried, how often, and where somebody wants it kept."""
    figures = {"seed": SEED, "rounds": sum(tried.values()), "seconds": round(seconds), **totals, "tried": dict(tried)}
    print(json.dumps(figures, indent=1))
    if path := os.environ.get("REPORT"):
        Path(path).write_text(json.dumps(figures, indent=1) + "\n")


def test_a_publication_is_atomic_for_whoever_reads_meanwhile(scene: Scene) -> None:
    """Runs take turns in being public; cards, whole lists and comparisons are each of one of them."""
    place = scene.house
    code, said = place.manage("rate", f"--as-of={scene.day}", "--publish")
    assert code == 0, said
    both = [run for (run,) in place.ask("SELECT id FROM ratings_run WHERE status = 'stored' ORDER BY id DESC LIMIT 2")]
    slugs = [slug for (slug,) in place.ask(SLUGS)]
    readers = [Reader(place, slugs, random.Random(number)) for number in range(3)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(PUBLICATIONS):
            code, said = place.manage("publish", str(both[(turn + 1) % 2]))
            assert code == 0, said
    finally:
        for reader in readers:
            reader.done.set()
            reader.join(60)
    assert [reader.wrong for reader in readers] == [[], [], []]
    assert sum(reader.refused for reader in readers) == 0
    assert set().union(*(reader.runs for reader in readers)) == set(both)
    print(f"{PUBLICATIONS} publications, {sum(reader.read for reader in readers)} answers read")
