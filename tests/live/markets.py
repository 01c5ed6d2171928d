"""The small random worlds of the scoring tests, as files that are loaded, closed and lived with."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from influencers.models import Influencer
from ratings import ledger, live, publication
from ratings.close import close
from ratings.models import Run
from tests.feedback.factories import write
from tests.feedback.loading import load_folder
from tests.scoring.worlds import AS_OF, Row, World

LAST = AS_OF - timedelta(days=1)
AT = datetime(2026, 1, 1, 1, tzinfo=UTC)  # nine in the morning of the day after the last
TIMES = ("started_at", "created_at", "received_at", "occurred_at")
CODE_OF = {"A": "DAT-04", "B": "DAT-01", "C": "DAT-02", "D": "PRM-02"}
Card = dict[str, Any]


def canonical(kind: str, row: Row) -> Row:
    """A row as a file has it."""
    found = {name: _text(name, value) for name, value in row.items() if value is not None}
    if kind == "influencers":
        found["name"] = f"Host {row['influencer_id']}"
    if kind == "refunds":
        found.setdefault("reason", "other")
    if kind == "violations":
        found["code"] = CODE_OF[row["class"]]
    return found


def _text(name: str, value: Any) -> Any:
    if name in TIMES:
        return datetime.fromtimestamp(value / 1e6, UTC).isoformat()
    return str(value).lower() if isinstance(value, bool) else value


def files(world: World, folder: Path, *, parts: int = 1, seed: int = 0) -> list[Path]:
    """Folders to be loaded one after another; who is judged stands in the first."""
    draw, folders = random.Random(seed), []
    for k in range(parts):
        folders.append(folder / str(k))
        folders[k].mkdir(parents=True)
    for kind, rows in world.rows.items():
        shares: list[list[Row]] = [[] for _ in folders]
        for row in rows:
            shares[0 if kind == "influencers" else draw.randrange(parts)].append(canonical(kind, row))
        for where, share in zip(folders, shares, strict=True):
            if share:
                write(where / f"{kind}.csv", share)
    return folders


@contextmanager
def closed(world: World, *, parts: int = 1, seed: int = 0) -> Iterator[Run]:
    """The world loaded and its last day closed; nothing of it stays."""
    ledger._state_named.cache_clear()
    publication.serving.forget()
    with tempfile.TemporaryDirectory() as room, transaction.atomic():
        for folder in files(world, Path(room), parts=parts, seed=seed):
            _summaries, rejects = load_folder(folder)
            assert rejects == []
        run = close(day=LAST, at=AT)
        assert run is not None
        yield run
        transaction.set_rollback(True)
    ledger._state_named.cache_clear()


def live_card(run: Run, influencer: str = "h0", *, as_of: date = AS_OF + timedelta(days=1)) -> Card:
    """What the live path makes of an influencer's evidence now."""
    who = Influencer.objects.get(source_id=influencer).pk
    (found,) = live.recount(influencers=[who], as_of=as_of, run=run)
    return found.card


def overall(card: Card) -> Decimal:
    """The published score, to the last digit."""
    return Decimal(str(card["overall"]["score"]))
