"""The trust that closes have fixed, stored and read again; with a log from which it can be replayed."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import psycopg
import pyarrow as pa
from django.db import connection, transaction

from ratings.copying import copied_in, copied_out
from ratings.engine.ledger import BUCKETS, JUDGED, Closed, Ledger
from ratings.models import BucketDay, OrderDay, PolicyVersion, ReviewTrust, TrustClose
from ratings.scoring.inputs import Floats
from ratings.scoring.policy import CLASSES, Policy
from ratings.scoring.replay import Receipts, replay
from ratings.scoring.trust_state import TrustState

LOG = pa.schema(
    [
        ("review_id", pa.string()),
        ("influencer_id", pa.string()),
        ("reviewer_id", pa.string()),
        *((name, pa.int64()) for name in ("receipt", "composite", "verified", "repeat")),
        *((name, pa.int64()) for name in ("trust", "full_trust", "known", "band", "why")),
    ]
)
FACTORS = [f"factor{k}" for k in range(CLASSES)]
NEW = ("review_id", "influencer_id", "reviewer_id", "receipt", "composite", "verified", "repeat", "trust",
       "full_trust", "known", "band", "why", "level")  # fmt: skip
LAST = "SELECT day, policy, renamed FROM ratings_trustclose ORDER BY day DESC LIMIT 1"
LOCK = 0x636C6F7365  # one close at a time, whatever asks for it


class Differs(Exception):
    """What is stored is not what its log gives."""


@dataclass(frozen=True)
class _State:
    """The state at one close; ids are ascending byte strings, so that few of many are found quickly."""

    influencers: np.ndarray[Any, Any]
    reviewers: np.ndarray[Any, Any]
    state: TrustState
    share: Floats | None


class LastClose(NamedTuple):
    """The last closed day, as days since 1970 in the policy's zone, its policy, and how often accounts were renamed."""

    day: int
    policy: str
    renamed: int


def last_close() -> LastClose | None:
    """None before the first."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(LAST, prepare=True).fetchone()
    return None if found is None else LastClose(*found)


def last_day() -> int | None:
    """The last closed day, as days since 1970 in the policy's zone."""
    found = last_close()
    return None if found is None else found.day


def judged_under() -> str | None:
    """The version of the policy that closed days were judged under; None before the first close."""
    found = last_close()
    return None if found is None else found.policy


def to_fix(*, as_of_day: int, policy: Policy) -> bool:
    """Whether a run as of that day closes anything: days not closed yet, or all of them under another policy."""
    last = last_day()
    if last is None or judged_under() == policy.version:
        return last is None or last < as_of_day - 1
    return last < as_of_day


def one_close_at_a_time() -> None:
    """Holds the caller's transaction until every other close is through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def whole(*, policy: Policy) -> Ledger:
    """Everything that has been fixed so far; under another policy nothing is, and every day is judged anew."""
    day = last_day()
    if day is None or judged_under() != policy.version:
        return Ledger.empty()
    held = _state(day)
    columns = ", ".join(JUDGED.names)
    judged = copied_out(f"SELECT {columns} FROM ratings_reviewtrust", [], JUDGED)
    return _ledger(held, slice(None), slice(None), judged, _buckets("", []), everyone=True)


def part(*, influencers: Collection[str], reviewers: Collection[str]) -> Ledger:
    """What has been fixed about some influencers, and the state of the accounts that review them."""
    day = last_day()
    if day is None:
        return replace(Ledger.empty(), whole=False)
    held, ids = _state(day), list(influencers)
    columns = ", ".join(JUDGED.names)
    judged = copied_out(f"SELECT {columns} FROM ratings_reviewtrust WHERE influencer_id = ANY(%s)", [ids], JUDGED)
    buckets = _buckets("WHERE influencer_id = ANY(%s)", [ids])
    return _ledger(
        held, _found(held.influencers, ids), _found(held.reviewers, reviewers), judged, buckets, everyone=False
    )


def state_of(
    *, last: LastClose, influencers: Collection[str], reviewers: Collection[str], policy: Policy
) -> tuple[TrustState, Floats | None]:
    """A copy of the state at the last close for these alone, to be moved on, and their shares of supported orders."""
    held = _state_named(last.day, last.renamed)
    who, accounts = _places(held.influencers, influencers), _places(held.reviewers, reviewers)
    share = None if held.share is None else np.where(who >= 0, np.append(held.share, 1.0)[who], 1.0)
    return held.state.select(who, accounts, policy), share


def _places(sorted_ids: np.ndarray[Any, Any], wanted: Collection[str]) -> Any:
    """Where each of these stands, −1 where it does not."""
    if not wanted or not sorted_ids.size:
        return np.full(len(wanted), -1, dtype=np.int64)
    names = np.array([name.encode() for name in wanted])
    at = np.minimum(np.searchsorted(sorted_ids, names), sorted_ids.size - 1)
    return np.where(sorted_ids[at] == names, at, -1)


def _found(sorted_ids: np.ndarray[Any, Any], wanted: Collection[str]) -> Any:
    names = np.array([name.encode() for name in wanted], dtype=object)
    if not names.size or not sorted_ids.size:
        return np.zeros(0, dtype=np.int64)
    names = names.astype(sorted_ids.dtype)
    at = np.minimum(np.searchsorted(sorted_ids, names), sorted_ids.size - 1)
    return np.unique(at[sorted_ids[at] == names])


def _ledger(
    held: _State, who: Any, accounts: Any, judged: pa.Table, buckets: pa.Table, *, everyone: bool
) -> Ledger:  # fmt: skip
    rows, columns = np.arange(held.influencers.size)[who], np.arange(held.reviewers.size)[accounts]
    state = replace(
        held.state,
        **{name: getattr(held.state, name)[..., rows] for name in TrustState.of_influencers()},
        **{name: getattr(held.state, name)[columns] for name in TrustState.of_reviewers()},
        shares=held.state.shares.copy(),
    )
    return Ledger(
        influencers=tuple(name.decode() for name in held.influencers[rows]),
        reviewers=tuple(name.decode() for name in held.reviewers[columns]),
        state=state,
        share=None if held.share is None else held.share[rows],
        judged=judged,
        buckets=buckets,
        whole=everyone,
    )


def _state(day: int) -> _State:
    return _state_named(day, TrustClose.objects.values_list("renamed", flat=True).get(day=day))


@lru_cache(maxsize=1)
def _state_named(day: int, renamed: int) -> _State:
    """A close never changes but for the names of its accounts, so what was read of it once stays true."""
    packed = TrustClose.objects.values_list("state", flat=True).get(day=day)
    assert packed is not None
    with np.load(io.BytesIO(bytes(packed)), allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    share = found.pop("share")
    influencers, reviewers = found.pop("influencers"), found.pop("reviewers")
    return _State(influencers, reviewers, TrustState.of_arrays(found), share if share.size else None)


@transaction.atomic
def store(*, closed: Closed, at: datetime, policy: Policy) -> None:
    """Fix what a run has judged: nobody judges these days again, but for a change of policy, which judges them all."""
    if judged_under() not in (None, policy.version):
        for model in (TrustClose, ReviewTrust, BucketDay, OrderDay):
            model.objects.all()._raw_delete("default")
        _state_named.cache_clear()
    influencers = np.array([name.encode() for name in closed.influencers], dtype=np.bytes_)
    reviewers = np.array([name.encode() for name in closed.reviewers], dtype=np.bytes_)
    who, accounts = np.argsort(influencers, kind="stable"), np.argsort(reviewers, kind="stable")
    state = closed.state.select(who, accounts, policy)
    share = np.zeros(0) if closed.share is None else closed.share[who]
    packed = io.BytesIO()
    arrays: dict[str, Any] = {**state.arrays(), "share": share}
    np.savez_compressed(packed, influencers=influencers[who], reviewers=reviewers[accounts], **arrays)
    TrustClose.objects.update(state=None)
    TrustClose.objects.create(
        day=state.day, closed_at=at, policy=policy.version, reviews=closed.reviews.num_rows, state=packed.getvalue()
    )
    reviews = closed.reviews.select(NEW)
    copied_in("ratings_reviewtrust", NEW, zip(*(reviews[name].to_pylist() for name in NEW), strict=True))
    b = closed.buckets
    rows = zip(*(b[name].to_pylist() for name in BUCKETS.names), strict=True)
    copied_in("ratings_bucketday", tuple(BUCKETS.names), rows)
    sold = closed.sold
    ids = (closed.influencers[k] for k in sold.influencer)
    copied_in("ratings_orderday", ("influencer_id", "day", "orders"),
          zip(ids, sold.day.tolist(), sold.orders.tolist(), strict=True))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ratings_reviewtrust t SET level = n.level "
            "FROM unnest(%s::text[], %s::float8[]) AS n(review_id, level) WHERE t.review_id = n.review_id",
            [closed.levels["review_id"].to_pylist(), closed.levels["level"].to_pylist()],
        )


def _buckets(where: str, values: list[Any]) -> pa.Table:
    picked = ", ".join(f"factor[{k + 1}] AS {name}" for k, name in enumerate(FACTORS))
    schema = pa.schema(
        [BUCKETS.field("influencer_id"), BUCKETS.field("receipt"), *((f, pa.float64()) for f in FACTORS)]
    )
    flat = copied_out(f"SELECT influencer_id, receipt, {picked} FROM ratings_bucketday {where}", values, schema)
    factors = np.stack([flat[name].to_numpy() for name in FACTORS], axis=1).reshape(-1)
    listed = pa.FixedSizeListArray.from_arrays(pa.array(factors, pa.float64()), CLASSES)
    return pa.table({"influencer_id": flat["influencer_id"], "receipt": flat["receipt"], "factor": listed})


@contextmanager
def forgotten() -> Iterator[None]:
    """Leaves nothing cached of closes behind; for who deletes them."""
    _state_named.cache_clear()
    try:
        yield
    finally:
        _state_named.cache_clear()


def replayed() -> int:
    """Judge all closed days anew, from the log alone, and answer how many reviews came out the same.

    The policy is the one they were judged under, whatever is in force by now.

    Raises
    ------
    Differs
        When one does not, naming it.
    """
    day = last_day()
    if day is None:
        return 0
    policy = Policy.from_document(PolicyVersion.objects.get(version=judged_under()).document)
    columns = ", ".join(f"{name}::int" if name == "verified" else name for name in LOG.names)
    columns = columns.replace("reviewer_id", "replace(reviewer_id::text, '-', '')")
    log = copied_out(f"SELECT {columns} FROM ratings_reviewtrust ORDER BY review_id", [], LOG)
    sold_schema = pa.schema([("influencer_id", pa.string()), ("day", pa.int64()), ("orders", pa.float64())])
    sold = copied_out(
        "SELECT influencer_id, day, orders FROM ratings_orderday ORDER BY day, influencer_id", [], sold_schema
    )
    held = _state(day)
    ids = [name.decode() for name in held.influencers]
    at = {name: k for k, name in enumerate(ids)}
    accounts = {name.decode(): k for k, name in enumerate(held.reviewers)}
    number = {name: log[name].to_numpy() for name in LOG.names if LOG.field(name).type == pa.int64()}
    found = replay(
        Receipts(
            np.array([at[name] for name in log["influencer_id"].to_pylist()], dtype=np.int64),
            np.array([accounts[name] for name in log["reviewer_id"].to_pylist()], dtype=np.int64),
            number["receipt"], number["composite"], number["verified"].astype(bool), number["repeat"],
        ),
        order_influencer=np.array([at[name] for name in sold["influencer_id"].to_pylist()], dtype=np.int64),
        order_day=sold["day"].to_numpy(),
        orders=sold["orders"].to_numpy(),
        influencers=len(ids),
        reviewers=len(accounts),
        as_of_day=day + 1,
        policy=policy,
    )  # fmt: skip
    for name, values in (("trust", found.trust), ("full_trust", found.full), ("known", found.known),
                         ("band", found.band), ("why", found.why)):  # fmt: skip
        wrong = np.flatnonzero(values != number[name])
        if wrong.size:
            k = int(wrong[0])
            review = log["review_id"][k].as_py()
            raise Differs(
                f"{wrong.size} reviews: {review} is stored with {name} {number[name][k]}, replayed {values[k]}"
            )
    now = found.state.arrays()
    for name, stored in held.state.arrays().items():
        if not np.array_equal(stored, now[name]):
            raise Differs(f"the state of trust at the last close: {name}")
    return int(log.num_rows)
