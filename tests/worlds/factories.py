"""A tiny world written out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np

from ratings.worlds.world import DAY, Complaints, Refunds, Reviews, Sessions, Truth, Violations, World

UNTIL = date(2026, 1, 1)


def ints(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def tiny_world(*, host: list[int], stars: list[int], ago: list[int] | None = None, n: int = 2) -> World:
    """Reviews with the same mark three times, all of one session per influencer."""
    size = len(host)
    days = [365 - a for a in (ago or [1] * size)]
    marks = np.repeat(np.asarray(stars, dtype=np.int64)[:, None], 3, axis=1)
    channels = ("professionalism", "service", "as_described", "refund", "complaint", "violation", "real_share")
    return World(
        name="A",
        seed=1,
        n=n,
        days=365,
        until=UNTIL,
        category=np.zeros(n, dtype=np.int64),
        users=size,
        sessions=Sessions(
            host=np.arange(n),
            start=np.full(n, 100 * DAY),
            orders=np.full(n, 10),
            commenters=np.full(n, 5.0),
            viewers=np.full(n, 500.0),
            inflation=np.ones(n),
        ),
        reviews=Reviews(
            host=ints(*host),
            time=ints(*days) * DAY,
            session=ints(*host),
            user=np.arange(size),
            verified=np.ones(size, dtype=np.bool_),
            marks=marks,
            fake=np.zeros(size, dtype=np.bool_),
        ),
        refunds=Refunds(ints(), ints(), ints()),
        complaints=Complaints(ints(), ints(), ints(), ints()),
        violations=Violations(ints(), ints(), ints(), ints()),
        truth=Truth({name: np.full(n, 0.5) for name in channels}),
    )
