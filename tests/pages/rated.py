"""Three hosts with real evidence, rated and published by an ordinary close: for what needs the whole chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Account, Category, Influencer
from ratings.close import close
from ratings.days import policy_date

NAMES = {"h1": "周小满农家铺", "h2": "星河大牌日", "h3": "瑞姐女装"}
MARKS = {"h1": (5, 5, 4), "h2": (3, 2, 3), "h3": (4, 3, 5)}


def rated_world(*, at: datetime) -> dict[str, Influencer]:
    """Hosts by source id, as of the start of `at`'s day."""
    food = Category.objects.create(code="food", name_en="Food", name_zh="食品")
    found = {key: Influencer.objects.create(source_id=key, name=name, category=food) for key, name in NAMES.items()}
    for key, host in found.items():
        Account.objects.create(source_id=f"a-{key}", influencer=host, platform="kuaishou", handle=f"shop{key}")
        for week in range(10):
            _record("sessions", key, week, at - timedelta(days=2 + 7 * week), orders=40, viewers=900, commenters=90)
        for n in range(14):
            marks = dict(zip(("professionalism", "service", "as_described"), MARKS[key], strict=True))
            _record("reviews", key, n, at - timedelta(days=3 + 5 * n), reviewer_id=f"{key}-{n}", verified=n % 3 > 0,
                    text="一般般" if n % 2 else None, **marks)  # fmt: skip
        _record("refunds", key, 0, at - timedelta(days=9), reason="quality")
    _record("violations", "h2", 0, at - timedelta(days=20), code="PRM-01", status="confirmed")
    close(day=policy_date(at) - timedelta(days=1), at=at)
    for host in found.values():
        host.refresh_from_db()
    return found


def _record(kind: str, host: str, number: int, when: datetime, **row: Any) -> None:
    time = {"sessions": "started_at", "violations": "occurred_at"}.get(kind, "created_at")
    head = {f"{kind[:-1]}_id": f"{host}-{kind}-{number}", "influencer_id": host, time: when}
    record_own(kind=KINDS[kind], row={**head, **row}, at=when)
