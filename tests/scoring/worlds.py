"""Small worlds of clean evidence, written by hand or drawn from a seed; rows as dictionaries, tables on demand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
AS_OF = date(2026, 1, 1)
DAY_US = 86_400_000_000
# 2026-01-01 00:00 +08:00
END_US = 20_454 * DAY_US - 8 * 3_600_000_000


def at(days_ago: float) -> int:
    """Microseconds of a moment that many days before the as-of start."""
    return int(END_US - days_ago * DAY_US)


@dataclass
class World:
    """Rows by kind."""

    rows: dict[str, list[Row]] = field(
        default_factory=lambda: {
            k: [] for k in ("influencers", "sessions", "reviews", "refunds", "complaints", "violations")
        }
    )

    def influencer(self, influencer_id: str, category: str = "beauty") -> World:
        self.rows["influencers"].append({"influencer_id": influencer_id, "category": category})
        return self

    def add(self, table: str, /, **row: Any) -> World:
        key = table[:-1] + "_id"
        self.rows[table].append({key: f"{table[:3]}{len(self.rows[table])}", **row})
        return self

    def session(self, influencer_id: str, days_ago: float, orders: int = 100, **row: Any) -> World:
        return self.add("sessions", influencer_id=influencer_id, started_at=at(days_ago), orders=orders, **row)

    def review(
        self, influencer_id: str, days_ago: float, marks: tuple[int, int, int], by: str = "u", **row: Any
    ) -> World:
        p, s, a = marks
        when = at(days_ago)
        return self.add(
            "reviews",
            **{
                "influencer_id": influencer_id, "reviewer_id": by, "created_at": when, "received_at": when,
                "professionalism": p, "service": s, "as_described": a, "verified": True, **row,
            },
        )  # fmt: skip

    def refund(self, influencer_id: str, days_ago: float, **row: Any) -> World:
        return self.add("refunds", influencer_id=influencer_id, created_at=at(days_ago), **row)

    def complaint(self, influencer_id: str, days_ago: float, **row: Any) -> World:
        row = {"severity": "moderate", "status": "upheld", "fault": "influencer", **row}
        return self.add("complaints", influencer_id=influencer_id, created_at=at(days_ago), **row)

    def violation(self, influencer_id: str, days_ago: float, **row: Any) -> World:
        row = {"class": "C", "status": "confirmed", "subject": "influencer", **row}
        return self.add("violations", influencer_id=influencer_id, occurred_at=at(days_ago), **row)

    def copy(self) -> World:
        return World({kind: [dict(row) for row in rows] for kind, rows in self.rows.items()})

    def shuffled(self, seed: int) -> World:
        found, draw = self.copy(), random.Random(seed)
        for rows in found.rows.values():
            draw.shuffle(rows)
        return found

    def tables(self) -> dict[str, pa.Table]:
        return {kind: _table(rows) for kind, rows in self.rows.items()}


def _table(rows: list[Row]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    if not names:
        return pa.table({"none": pa.array([], pa.string())})
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def drawn(seed: int, influencers: int = 8, reviews: int = 12, sessions: int = 6) -> World:
    """A random world: repeats, unverified reviews, sessionless events, unknown figures and all."""
    r, world = random.Random(seed), World()
    for k in range(influencers):
        world.influencer(f"h{k}", r.choice(["beauty", "food", "home"]))
    for k in range(influencers):
        own, quality = f"h{k}", r.random()
        for _ in range(r.randrange(sessions + 1)):
            shown = r.choice([None, r.randrange(100, 100_000)])
            world.session(
                own, r.uniform(0.1, 400), r.choice([0, r.randrange(1, 2000)]), viewers=shown,
                commenters=r.choice([None, r.randrange(0, 3000)]), refund_orders=r.choice([None, None, r.randrange(9)]),
            )  # fmt: skip
        held = [row["session_id"] for row in world.rows["sessions"] if row["influencer_id"] == own]
        for _ in range(r.randrange(reviews + 1)):
            marks = tuple(min(5, max(1, round(5 * quality + r.gauss(0.5, 1)))) for _ in range(3))
            world.review(
                own, r.uniform(0.1, 400), (marks[0], marks[1], marks[2]), f"u{r.randrange(influencers * 4)}",
                verified=r.random() < 0.6,
            )  # fmt: skip
        for _ in range(r.randrange(5)):
            session = r.choice([None, *held])
            world.refund(
                own, r.uniform(0.1, 400), session_id=session,
                fault=r.choice(["influencer", "merchant", "buyer", "courier", "unknown"]),
                stage=r.choice([None, "before_dispatch", "received"]), kind=r.choice([None, "refund", "exchange"]),
            )  # fmt: skip
        for _ in range(r.randrange(3)):
            world.complaint(
                own, r.uniform(0.1, 400), session_id=r.choice([None, *held]),
                severity=r.choice(["minor", "moderate", "severe"]), status=r.choice(["upheld", "open", "rejected"]),
            )  # fmt: skip
            world.violation(
                own, r.uniform(0.1, 400), **{"class": r.choice("ABCD")}, status=r.choice(["confirmed", "alleged"])
            )
    return world
