"""A story under construction: rows of ordinary evidence of one influencer, and the calls that follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np

from ratings.worlds import draws, texts
from ratings.worlds.canonical import TIMES
from ratings.worlds.tables import ZONE_OFFSET
from ratings.worlds.world import CATEGORIES, DAY

CHINA = timezone(timedelta(seconds=ZONE_OFFSET))
CUTS = (-1.88, -1.34, -0.553, 0.553)
CONVERSION, TALK = 0.02, 0.03
"""Orders and commenters per real viewer, as in the world around the stories."""

LETTER = {"sessions": "s", "reviews": "r", "refunds": "f", "complaints": "c", "violations": "v"}

Row = dict[str, Any]


class Draft:
    """Rows by kind, in clean-table form, of influencer `story-NN`."""

    def __init__(self, number: int, name: str, category: str, handle: str, until: date, **profile: Any) -> None:
        self.id = f"story-{number:02d}"
        self.category = CATEGORIES.index(category)
        self.end = int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp()) - ZONE_OFFSET
        self.rng = draws.stream(number, "story", name)
        self.platform = str(profile.pop("platform", "douyin"))
        self.rows: dict[str, list[Row]] = {
            "influencers": [
                {"influencer_id": self.id, "name": name, "category": category, "joined_at": self.at(900), **profile}
            ],
            "accounts": [],
            "sessions": [],
            "reviews": [],
            "refunds": [],
            "complaints": [],
            "violations": [],
        }
        self.account(self.platform, handle)
        self.calls: list[Row] = []

    def at(self, ago: float, hour: float = 0.0) -> int:
        """Microseconds of the moment `ago` days before the end of the world, plus hours."""
        return int(self.end - ago * DAY + hour * 3600) * 1_000_000

    def account(self, platform: str, handle: str, followers: int | None = None) -> None:
        self.rows["accounts"].append(
            {
                "account_id": f"{platform}:{handle}",
                "influencer_id": self.id,
                "platform": platform,
                "handle": handle,
                "followers": followers,
            }
        )

    def _add(self, kind: str, name: str, row: Row) -> str:
        key = f"{self.id}-{LETTER[kind]}{len(self.rows[kind]):04d}"
        self.rows[kind].append({name: key, "influencer_id": self.id, **row})
        return key

    def show(self, ago: int, *, orders: int, viewers: int | None = None, hour: float = 20.0, **more: Any) -> str:
        """One live show; without `viewers` the audience is what its orders suggest."""
        real = round(orders / CONVERSION * float(np.exp(self.rng.normal(0.0, 0.25)))) + 20
        started = self.at(ago, hour)
        row = {
            "started_at": started,
            "ended_at": started + 3 * 3600 * 1_000_000,
            "orders": orders,
            "platform": self.platform,
            "show_type": "dedicated",
            "viewers": real if viewers is None else viewers,
            "commenters": int(self.rng.poisson(TALK * real)),
            "currency": "CNY",
        }
        return self._add("sessions", "session_id", {**row, **more})

    def started(self, session: str) -> int:
        return int(next(r["started_at"] for r in self.rows["sessions"] if r["session_id"] == session))

    def _after(self, session: str, days: float) -> int | None:
        """A moment some days after the show, or None when it lies beyond the end."""
        moment = self.started(session) + int((0.2 + days) * DAY) * 1_000_000
        return moment if moment < self.end * 1_000_000 else None

    def reviews(
        self, session: str, count: int, level: float, *, verified: float = 0.85, users: Iterable[str] | None = None
    ) -> None:
        """Reviews at a level of quality (0 is an ordinary influencer, 1 very good), by fresh or given accounts."""
        drawn = level + 0.45 * self.rng.standard_normal((count, 1)) + 0.89 * self.rng.standard_normal((count, 3))
        marks = 1 + np.searchsorted(np.asarray(CUTS), drawn)
        words, languages = texts.review_texts(self.rng, np.full(count, self.category), marks)
        names = list(users) if users is not None else []
        for i in range(count):
            created = self._after(session, float(self.rng.exponential(1.5)))
            genuine = bool(self.rng.random() < verified)
            if created is None:
                continue
            user = names[i % len(names)] if names else f"{self.id}-u{len(self.rows['reviews']):04d}"
            self._add(
                "reviews",
                "review_id",
                {
                    "reviewer_id": user,
                    "created_at": created,
                    "professionalism": int(marks[i, 0]),
                    "service": int(marks[i, 1]),
                    "as_described": int(marks[i, 2]),
                    "session_id": session,
                    "verified": genuine,
                    "text": words[i] or None,
                    "language": languages[i] or None,
                },
            )

    def refunds(self, session: str, count: int, reason: str, *, lag: float = 3.0, **more: Any) -> list[str]:
        """Refunds of one show for one reason; those beyond the end of the world have not happened yet."""
        keys = []
        for _ in range(count):
            created = self._after(session, float(self.rng.exponential(lag)))
            if created is not None:
                row = {"created_at": created, "reason": reason, "session_id": session, "kind": "return", **more}
                keys.append(self._add("refunds", "refund_id", row))
        return keys

    def complaint(self, session: str, *, severity: str = "minor", status: str = "upheld", **more: Any) -> str | None:
        created = self._after(session, 0.5)
        if created is None:
            return None
        row = {"created_at": created, "severity": severity, "status": status, "session_id": session, **more}
        return self._add("complaints", "complaint_id", row)

    def violation(self, session: str, code: str, *, status: str = "confirmed", **more: Any) -> str:
        row = {"occurred_at": self.started(session), "code": code, "status": status, "session_id": session, **more}
        return self._add("violations", "violation_id", row)

    def business(
        self,
        agos: Iterable[int],
        *,
        orders: float,
        level: float,
        fault: float = 0.05,
        no_reason: float = 0.10,
        complaints: float = 0.002,
        reviewed: float = 0.15,
        **show: Any,
    ) -> list[str]:
        """Ordinary shows with their reviews, refunds and complaints, at the given rates per order."""
        sessions = []
        for ago in agos:
            sold = int(self.rng.poisson(orders))
            session = self.show(ago, orders=sold, **show)
            self.reviews(session, int(self.rng.binomial(sold, reviewed)), level)
            self.refunds(session, int(self.rng.binomial(sold, fault)), "quality")
            self.refunds(session, int(self.rng.binomial(sold, no_reason)), "no_reason")
            for _ in range(int(self.rng.poisson(complaints * sold))):
                self.complaint(session)
            sessions.append(session)
        return sessions

    def iso(self, microseconds: int) -> str:
        return datetime.fromtimestamp(microseconds // 1_000_000, CHINA).isoformat()

    def revision(self, ago: float, row: Row, **changes: Any) -> Row:
        """A later state of a row as a source would send it: every column, times in ISO-8601."""
        new = {**row, **changes, "updated_at": self.at(ago, 10.0)}
        return {name: self.iso(value) if name in TIMES else value for name, value in new.items() if value is not None}

    def call(self, ago: float, verb: str, **arguments: Any) -> None:
        """An ordinary verb that is called on a day of the story (negative: after the end of the world)."""
        self.calls.append({"at": self.iso(self.at(ago, 10.0)), "influencer_id": self.id, "verb": verb, **arguments})
