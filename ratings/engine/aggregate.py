"""The aggregation: clean integer rows → integer sums per influencer × day, in SQL that every backend runs unchanged.

Only COUNT, SUM, CASE, MAX and integer arithmetic: integer sums do not depend on order or on who adds them, so every
backend gives the same digits. `SUM` of BIGINT may come back wider and is cast.

Tables it reads (all columns BIGINT)
------------------------------------
review   influencer, day, receipt, known, band, trust, full_trust, x0, x1, x2 (marks 0..4), x3 (composite 0..76)
event    channel, influencer, day, points, times (a session total stands for that many alike)
session  influencer, day, orders, exposure0, exposure1, exposure2 (one per rate channel, 0 where not covered)
"""

from __future__ import annotations

REVIEW_KEYS = ("influencer", "day", "receipt", "known", "band")
EVENT_KEYS = ("channel", "influencer", "day")
EXPOSURE_KEYS = ("influencer", "day")


def _sum(expression: str, name: str) -> str:
    return f"CAST(SUM({expression}) AS BIGINT) AS {name}"


def _text(keys: tuple[str, ...], sums: list[str], table: str) -> str:
    columns = ", ".join(keys)
    return f"SELECT {columns},\n  " + ",\n  ".join(sums) + f"\nFROM {table}\nGROUP BY {columns}"


REVIEW_SUMS = _text(
    REVIEW_KEYS,
    [
        "COUNT(*) AS n",
        _sum("trust", "o"),
        _sum("trust * trust", "o2"),
        _sum("full_trust", "full_o"),
        *(_sum(f"trust * x{k}", f"ox{k}") for k in range(4)),
        *(_sum(f"trust * x{k} * x{k}", f"oxx{k}") for k in range(4)),
        *(_sum(f"full_trust * x{k}", f"fx{k}") for k in range(4)),
    ],
    "review",
)

EVENT_SUMS = _text(
    EVENT_KEYS,
    [_sum("times", "n"), _sum("times * points", "points"), _sum("times * points * points", "points2")],
    "event",
)

EXPOSURE_SUMS = _text(
    EXPOSURE_KEYS,
    [
        *(_sum(f"exposure{k}", f"exposure{k}") for k in range(3)),
        *(_sum(f"exposure{k} * exposure{k}", f"exposure2{k}") for k in range(3)),
        _sum("orders", "orders"),
    ],
    "session",
)
