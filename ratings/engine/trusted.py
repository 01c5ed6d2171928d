"""Trust of every review, in few bytes: judged day by day, and marked down where accounts go in rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ratings.engine.arrived import Arrived
from ratings.engine.ledger import Ledger
from ratings.scoring.inputs import BucketDays, Floats, Index, Ints, Population, SessionRows
from ratings.scoring.links import Reviewed, levels, link_factor, linked_pairs
from ratings.scoring.orders import supported_share
from ratings.scoring.policy import Policy
from ratings.scoring.replay import Receipts, Replayed, replay
from ratings.scoring.trust import REASONS, full_trust

AT_ONCE = 1_000_000  # reviews
LINKED = 1 << REASONS.index("linked")


@dataclass
class Trusted:
    """Trust of every row, (r,) each, and what let it through; rows a ledger knows are filled in first.

    Attributes
    ----------
    receipt, trust, full, known, band, why, level : as in `ledger.JUDGED`; `full` is left out where verification tells
    held, let : (h,) rows that buckets did not let through whole, and the share of each that they did
    buckets : the same by influencer and day, where it is kept
    """

    receipt: Index
    trust: Index
    full: Index | None
    known: Index
    band: Index
    why: Index
    level: Floats | None
    held: Index
    let: Floats
    buckets: BucketDays | None

    @property
    def admitted(self) -> Floats:
        """(r,) share of each row that the buckets let through."""
        result = np.ones(self.trust.size)
        result[self.held] = self.let
        return result

    def linked(self, rows: Index | slice, policy: Policy) -> Index:
        """Trust of some rows after links, floored again."""
        if self.level is None:
            return self.trust[rows]
        return np.floor(self.trust[rows] * link_factor(self.level[rows], policy)).astype(np.int32)


def replayed(r: Arrived, population: Population, sessions: SessionRows, policy: Policy, *, kept: bool) -> Trusted:
    """Every day judged, from the first to the last; what buckets let through is told by day only where it is kept."""
    receipts = Receipts(r.influencer, r.reviewer, r.receipt, r.composite(), r.verified, r.repeat)
    found = replay_days(receipts, population, sessions, policy, population.size, r.accounts, kept=kept)
    return Trusted(r.receipt, found.trust, None, found.known, found.band, found.why, None,
                   found.held, found.let, found.buckets if kept else None)  # fmt: skip


def full_of(r: Arrived, t: Trusted, rows: Index | slice, policy: Policy) -> Ints:
    """Trust in ppm that verification alone would give some rows."""
    if t.full is not None:
        return t.full[rows].astype(np.int64)
    return full_trust(r.verified[rows], policy.trust_unverified)


def replay_days(
    r: Receipts, population: Population, sessions: SessionRows, policy: Policy, influencers: int, reviewers: int,
    ledger: Ledger | None = None, counted: tuple[Index, Index] | None = None, **more: Any,
) -> Replayed:  # fmt: skip
    """Close the days, from the first or from where a ledger left off.

    Parameters
    ----------
    counted : day of receipt and influencer of the reviews that proxies count, those of `r` where not given
    """
    received, who = (r.receipt, r.influencer) if counted is None else counted

    def support(day: int) -> Floats:
        known = np.zeros(population.size, dtype=np.int64)
        for some in (slice(k, k + AT_ONCE) for k in range(0, who.size, AT_ONCE)):
            known += np.bincount(who[some][received[some] <= day], minlength=population.size)
        share = supported_share(population, sessions, known, day, policy)
        return np.concatenate([share, np.ones(influencers - population.size)])

    whole = ledger is None or ledger.whole
    return replay(
        r,
        order_influencer=sessions.influencer,
        order_day=sessions.day,
        orders=sessions.orders,
        influencers=influencers,
        reviewers=reviewers,
        as_of_day=population.as_of_day,
        policy=policy,
        support=support if policy.supported_orders and whole else None,
        whole=whole,
        **more,
    )


def link(r: Arrived, t: Trusted, influencers: int, policy: Policy, *, each: bool) -> None:
    """Mark down the reviews of accounts that go in rings.

    Parameters
    ----------
    each : keep the level of each review apart from its trust, and tell the reason
    """
    reviewed = Reviewed(r.influencer, r.reviewer, r.by_account, influencers)
    links = linked_pairs(reviewed, policy)
    if each:
        t.level = np.zeros(r.size)
    for rows, level in levels(reviewed, links, policy):
        if t.level is None:
            t.trust[rows] = np.floor(t.trust[rows] * link_factor(level, policy))
        else:
            t.level[rows] = level
            t.why[rows] |= np.asarray(LINKED, dtype=t.why.dtype)
