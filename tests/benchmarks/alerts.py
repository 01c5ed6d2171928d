"""How often each alert is right: false alarms in a world without attacks, and what of each attack is noticed.

    python -m tests.benchmarks.alerts --influencers 500 --seed 71

Each world is loaded, rated, published and looked at once, as a close does it. What is true of a host is read off the
world itself: which shows were inflated, who was brushed, whose reviews are fakes of the last week.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from tests.benchmarks.database import throwaway

import numpy as np  # isort: skip  # the line above sets Django up
from django.core.management import call_command  # isort: skip

from ratings import ledger, pieces
from ratings.days import POLICY_ZONE
from ratings.governance.alerts import watch_close
from ratings.models import Alert
from ratings.publication.serving import forget
from ratings.worlds import attacks
from ratings.worlds.canonical import write_canonical
from ratings.worlds.evaluation import make_world
from ratings.worlds.tables import clean_tables
from ratings.worlds.world import DAY, Bools, World

RECENT = 30  # days of trade that an alert looks at


@dataclass(frozen=True)
class Scene:
    """A world, the alert that should notice what was done in it, and to whom it was done."""

    name: str
    world: World
    rule: str
    guilty: Bools


def inflated(world: World) -> Bools:
    """Who showed more viewers than came in three of the last five shows."""
    s, found = world.sessions, np.zeros(world.n, dtype=np.bool_)
    for who in range(world.n):
        shows = np.flatnonzero(s.host == who)
        last = shows[np.argsort(s.start[shows], kind="stable")][-5:]
        found[who] = int((s.inflation[last] > 1.0).sum()) >= 3
    return found


def brought_to_now(hit: attacks.Attacked) -> Scene:
    """The burst of unverified reviews, for all of its targets in the days that a close looks at."""
    world = hit.world
    r = world.reviews
    first = np.full(world.n, world.days * DAY)
    np.minimum.at(first, r.host[r.fake], r.time[r.fake])
    moved = np.where(r.fake, r.time - first[r.host] + (world.days - 6) * DAY, r.time)
    order = np.argsort(moved, kind="stable")
    names = ("host", "session", "user", "verified", "marks", "fake")
    reviews = replace(r, time=moved[order], **{name: getattr(r, name)[order] for name in names})
    enough = np.bincount(r.host[r.fake], minlength=world.n) >= 10
    return Scene("burst of unverified reviews", replace(world, reviews=reviews), "held_down", hit.targets & enough)


def still_selling(world: World) -> Bools:
    recent = world.sessions.host[world.sessions.start >= (world.days - RECENT) * DAY]
    return np.bincount(recent, minlength=world.n) > 0


def scenes(world: World) -> list[Callable[[], Scene]]:
    def views(factor: float) -> Scene:
        other = attacks.inflation(world, factor).world
        return Scene(f"viewers shown × {factor:g}", other, "inflated", inflated(other))

    def orders(name: str, rule: str) -> Scene:
        hit = attacks.ORDER_ATTACKS[name](world)
        return Scene(name, hit.world, rule, hit.targets & still_selling(world))

    def drip() -> Scene:
        hit = attacks.verified_drip(world)
        return Scene("verified reviews, dripped", hit.world, "held_down", hit.targets)

    return [
        lambda: Scene("none", world, "inflated", inflated(world)),
        lambda: views(5.0),
        lambda: views(28.0),
        lambda: brought_to_now(attacks.unverified_burst(world)),
        drip,
        lambda: orders("refunded", "refunds"),
        lambda: orders("brushing", "cancellations"),
    ]


def raised(world: World) -> dict[str, Bools]:
    """Whom each rule raises an alert for at the close of the world's last day."""
    call_command("flush", interactive=False, verbosity=0)
    ledger._state.cache_clear()
    pieces._kept.clear()
    forget()
    with tempfile.TemporaryDirectory() as folder:
        write_canonical(clean_tables(world), Path(folder))
        call_command("ingest", dir=folder, verbosity=0)
    call_command("rate", as_of=str(world.until), publish=True, verbosity=0)
    watch_close(at=datetime.combine(world.until, time(), POLICY_ZONE) + timedelta(minutes=30))
    found: dict[str, Bools] = defaultdict(lambda: np.zeros(world.n, dtype=np.bool_))
    for rule, source_id in Alert.objects.values_list("rule", "influencer__source_id"):
        found[rule][int(source_id[1:])] = True
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--influencers", type=int, default=500)
    asked.add_argument("--seed", type=int, default=71)
    asked.add_argument("--family", choices=("A", "B"), default="A")
    options = asked.parse_args()
    world = make_world(options.family, n=options.influencers, seed=options.seed)
    weak = world.truth.dimensions["service_attitude"] < 0.6
    with throwaway():
        for make in scenes(world):
            scene = make()
            found = raised(scene.world)
            hit = found[scene.rule] & scene.guilty
            print(
                f"{scene.name}: {scene.rule} raised {int(found[scene.rule].sum())}, of these right {int(hit.sum())}; "
                f"guilty {int(scene.guilty.sum())}; all rules "
                f"{ {rule: int(who.sum()) for rule, who in sorted(found.items())} }",
                flush=True,
            )
            if scene.name == "none":
                low = found["service_low"]
                print(
                    f"service_low: raised {int(low.sum())}, truly below 60: {int((low & weak).sum())} of {weak.sum()}"
                )


if __name__ == "__main__":
    main()
