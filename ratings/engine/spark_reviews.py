"""Reviews → trust → day sums on a cluster: accounts are divided by hash, and their state stays where they are.

Where the reviews are few enough for one process, they are judged here and only summed there; beyond `AT_HAND` a day's
close is one job. Each part judges its accounts' reviews of the day by an outlook that is sent to all parts, and
answers with whole numbers; they are added here, the day is settled here, and the next outlook follows. Parts and their
state are kept on the cluster and written down every `CHECKPOINT_DAYS`, so that a lost worker costs some days again.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.sql import SparkSession

from ratings.engine import aggregate, parts, prepare, shards
from ratings.engine.reading import ordered
from ratings.engine.reviews import Weighed
from ratings.scoring.inputs import BucketDays, Floats, Ints, Population, ReviewDays, SessionRows
from ratings.scoring.links import Links, beyond_chance
from ratings.scoring.orders import supported_share
from ratings.scoring.policy import Policy
from ratings.scoring.replay import LONGEST_DAYS, close_days
from ratings.scoring.trust import Outlook, Tally, added
from ratings.scoring.trust_state import TrustState

CHECKPOINT_DAYS = 15
AT_HAND = 2_000_000  # reviews that one process judges in a second or two, and that fit into it; no job is begun a day
REVIEWS_A_PART = 500_000
shipped: set[str] = set()
HERE = Path(__file__).resolve().parent.parent.parent

REVIEWER = "SELECT DISTINCT reviewer_id, reviewer_id AS reviewer FROM reviews"
RAW_REVIEW = f"SELECT r.*, {prepare.EARLIER} AS repeat FROM joined_review r"
SEEN = "SELECT DISTINCT reviewer, influencer FROM raw_review"
LINKED = """
SELECT s.reviewer, s.influencer, w.width FROM seen s JOIN (
  SELECT reviewer, COUNT(*) AS width FROM seen GROUP BY reviewer HAVING COUNT(*) BETWEEN 2 AND {top}
) w ON w.reviewer = s.reviewer
"""
DEGREE = "SELECT influencer, CAST(SUM(width - 1) AS BIGINT) AS degree FROM linked GROUP BY influencer"
PAIRS = """
SELECT a.influencer AS first, b.influencer AS second, COUNT(*) AS shared
FROM linked a JOIN linked b ON a.reviewer = b.reviewer AND a.influencer < b.influencer
GROUP BY a.influencer, b.influencer HAVING COUNT(*) >= {least}
"""


def weigh(
    spark: SparkSession, held: ExitStack, population: Population, sessions: SessionRows, policy: Policy
) -> Weighed:
    """Judge all reviews of the view `reviews` and sum them, as `reviews.weigh` does without a ledger."""
    ship(spark)
    spark.sql(REVIEWER).createOrReplaceTempView("reviewer")
    spark.sql(prepare.REVIEW).createOrReplaceTempView("joined_review")
    raw = spark.sql(RAW_REVIEW).persist()
    held.callback(raw.unpersist)
    raw.createOrReplaceTempView("raw_review")
    daily = spark.sql("SELECT receipt, COUNT(*) AS n FROM raw_review GROUP BY receipt").toArrow()
    received, many = daily["receipt"].to_numpy(), int(daily["n"].to_numpy().sum())
    count = max(spark.sparkContext.defaultParallelism, -(-many // REVIEWS_A_PART))
    accounts = AtHand(spark) if many <= AT_HAND else Accounts(spark, held, count=count)
    known = np.concatenate([received, sessions.day])
    first = max(int(known.min()) if known.size else population.as_of_day, population.as_of_day - LONGEST_DAYS)
    accounts.begin(received=set(np.maximum(received, first).tolist()), first=first, policy=policy)
    state = TrustState.begin(first - 1, population.size, 0, policy)

    def support(day: int) -> Floats:
        return supported_share(population, sessions, state.raw_reviews.astype(np.int64), day, policy)

    closing = close_days(
        accounts,
        state=state,
        order_influencer=sessions.influencer,
        order_day=sessions.day,
        orders=sessions.orders,
        as_of_day=population.as_of_day,
        policy=policy,
        support=support if policy.supported_orders else None,
    )
    links = _links(spark, population.size, policy)
    return accounts.summed(closing.buckets, links, population.size)


def ship(spark: SparkSession) -> None:
    """Give the workers the code that judges: it needs numpy, scipy and pyarrow there, nothing of this installation."""
    context = spark.sparkContext
    if context.applicationId in shipped:
        return
    room = Path(tempfile.mkdtemp(prefix="clearhost-code-"))  # read by workers that come later, too
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    files = [HERE / "ratings/__init__.py", *HERE.glob("ratings/scoring/*.py"), *HERE.glob("ratings/engine/*.py")]
    with zipfile.ZipFile(room / "clearhost_judging.zip", "w") as code:
        for file in sorted(files):
            code.write(file, file.relative_to(HERE))
    context.addPyFile(str(room / "clearhost_judging.zip"))
    shipped.add(context.applicationId)


def _links(spark: SparkSession, influencers: int, policy: Policy) -> Links:
    if not policy.links:
        none = np.zeros(0, dtype=np.int64)
        return Links(none, none, np.zeros(0))
    spark.sql(SEEN).createOrReplaceTempView("seen")
    spark.sql(LINKED.format(top=policy.link_accounts_top)).createOrReplaceTempView("linked")
    found = spark.sql(DEGREE).toArrow()
    degree = np.zeros(influencers)
    degree[found["influencer"].to_numpy()] = found["degree"].to_numpy()
    pairs = spark.sql(PAIRS.format(least=policy.link_least)).toArrow()
    keys = pairs["first"].to_numpy() * influencers + pairs["second"].to_numpy()
    order = np.argsort(keys)
    return beyond_chance(keys[order], pairs["shared"].to_numpy()[order], degree, policy)


class Accounts:
    """The accounts' side of the days, on the cluster."""

    def __init__(self, spark: SparkSession, held: ExitStack, *, count: int) -> None:
        self._spark, self._context, self._count = spark, spark.sparkContext, count
        self._held = held
        if self._context.getCheckpointDir() is None:
            self._context.setCheckpointDir(tempfile.mkdtemp(prefix="clearhost-checkpoints-"))

    def begin(self, *, received: set[int], first: int, policy: Policy) -> None:
        """Divide the accounts."""
        self._received, self._first, self._policy = received, first, policy
        packed = self._spark.sql(f"SELECT {', '.join(shards.PACKED)} FROM raw_review").repartition(
            self._count, "reviewer"
        )
        self._shards = packed.mapInArrow(parts.pack, "shard binary").rdd.mapPartitions(parts.one).persist()
        self._held.callback(self._shards.unpersist)
        self._now: Any = self._shards.map(parts.fresh).persist()
        self._before: Any = None
        self._since = 0

    def judge(self, day: int, outlook: Outlook) -> Tally:
        if day not in self._received:
            return parts.NO_TALLY
        told = self._context.broadcast(outlook)
        close = functools.partial(parts.close_part, told=told, day=day, first=self._first, policy=self._policy)
        after = self._shards.zip(self._now).map(close).persist()
        self._since += 1
        if self._since == CHECKPOINT_DAYS:
            after.checkpoint()
            self._since = 0
        tally = added(after.map(parts.tally_of_part).collect())
        if self._before is not None:
            self._before.unpersist()
        self._before, self._now = self._now, after
        return tally

    def settled(self, day: int, tally: Tally, factor: Floats) -> None:
        """Nothing to do until all days are closed: what buckets let through is sent then."""

    def summed(self, buckets: BucketDays, links: Links, influencers: int) -> Weighed:
        """Day sums of all reviews, by the text that every engine runs."""
        told = self._context.broadcast((buckets, links))
        final = functools.partial(parts.judged_part, told=told, influencers=influencers, policy=self._policy)
        done = self._shards.zip(self._now).map(final).persist()
        verified, held, held_fast = done.map(parts.counts_of_part).reduce(parts.plus)
        rows = self._spark.createDataFrame(done.map(parts.rows_of_part), "rows binary")
        columns = (*aggregate.REVIEW_KEYS, "trust", "full_trust", *(f"x{k}" for k in range(4)))
        rows.mapInArrow(parts.unpack, ", ".join(f"{name} bigint" for name in columns)).createOrReplaceTempView("review")
        found = _weighed(self._spark, buckets, verified, held, held_fast)
        done.unpersist()
        self._now.unpersist()
        return found


class AtHand:
    """The accounts' side of the days, in this process."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def begin(self, *, received: set[int], first: int, policy: Policy) -> None:
        """Fetch the reviews."""
        self._first, self._policy = first, policy
        self._shard = shards.Shard.of(self._spark.sql(f"SELECT {', '.join(shards.PACKED)} FROM raw_review").toArrow())
        self._memory = shards.Memory.begin(self._shard)

    def judge(self, day: int, outlook: Outlook) -> Tally:
        return shards.close_in_place(
            self._shard, self._memory, day=day, first=self._first, outlook=outlook, policy=self._policy
        )

    def settled(self, day: int, tally: Tally, factor: Floats) -> None:
        """Nothing to do until all days are closed."""

    def summed(self, buckets: BucketDays, links: Links, influencers: int) -> Weighed:
        """Day sums of all reviews, by the text that every engine runs."""
        rows, (verified, held, held_fast) = parts.judged(
            self._shard, self._memory, buckets, links, influencers=influencers, policy=self._policy
        )
        self._spark.createDataFrame(rows).createOrReplaceTempView("review")
        return _weighed(self._spark, buckets, verified, held, held_fast)


def _weighed(spark: SparkSession, buckets: BucketDays, verified: Ints, held: Ints, held_fast: Ints) -> Weighed:
    table = spark.sql(aggregate.REVIEW_SUMS).toArrow()
    g = ordered({name: table[name].to_numpy() for name in table.column_names}, aggregate.REVIEW_KEYS)
    days = ReviewDays(
        *(g.pop(k) for k in (*aggregate.REVIEW_KEYS, "n", "o", "o2", "full_o")),
        *(np.stack([g.pop(f"{name}{k}") for k in range(4)]) for name in ("ox", "oxx", "fx")),
    )
    return Weighed(days, buckets, verified, held, held_fast, rows=None, closed=None)
