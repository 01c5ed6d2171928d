"""Reviews → trust → integer day sums; days that a ledger holds as closed are taken as they were judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ratings.engine import prepare
from ratings.engine.arrived import Arrived, arrived
from ratings.engine.continuing import continued, with_levels
from ratings.engine.ledger import Closed, Ledger
from ratings.engine.reading import column
from ratings.engine.review_sums import ReviewSums
from ratings.engine.trusted import Trusted, full_of, link, replayed
from ratings.scoring.inputs import BucketDays, Ints, Population, ReviewDays, SessionRows
from ratings.scoring.policy import Policy
from ratings.scoring.rows import ReviewRows


@dataclass(frozen=True)
class Weighed:
    """What the reviews add up to.

    Attributes
    ----------
    days, buckets : sums before buckets, and what buckets let through; empty where `parts` gives them
    verified, held : (n,) verified reviews, and reviews that count less than half of what verification alone gives
    held_fast : (n,) of those held, the ones that came faster than orders explain
    rows : single reviews where asked for
    closed : what was judged on the way, where a ledger was given
    parts : the same sums of any influencers in a row, where they are too many for all at once
    """

    days: ReviewDays
    buckets: BucketDays
    verified: Ints
    held: Ints
    held_fast: Ints
    rows: ReviewRows | None
    closed: Closed | None
    parts: ReviewSums | None = None


def weigh(
    db: Any,
    population: Population,
    sessions: SessionRows,
    policy: Policy,
    *,
    ledger: Ledger | None,
    rows: bool,
    whole: bool = True,
) -> Weighed:
    """Judge all reviews and sum them by influencer, day, day of receipt and class.

    Parameters
    ----------
    whole : sum them at once, even where they are many
    """
    # single rows are looked up again and again; figures alone are read once
    single = rows or ledger is not None
    db.execute(f"CREATE {'TABLE' if single else 'VIEW'} raw_review AS {prepare.REVIEW_BY_NAME}")
    r = arrived(db)
    closed = None
    with r.resting("day", "marks", whole=whole or ledger is not None):
        if ledger is None:
            with r.resting("by_account", whole=whole):
                t = replayed(r, population, sessions, policy, kept=whole)
        else:
            t, closed = continued(db, r, population, sessions, policy, ledger)
        if policy.links and (ledger is None or ledger.whole):
            before = t.level
            link(r, t, population.size, policy, each=single)
            if closed is not None and before is not None and t.level is not None:
                closed = with_levels(db, closed, before, t.level)
    sums = ReviewSums.of(r, t, np.bincount(sessions.influencer, minlength=population.size), policy)
    apart = not (whole or single or sums.edges.size == 2)
    days, buckets = sums.part(0, 0 if apart else population.size)
    found = _rows(db, r, t, policy) if rows else None
    return Weighed(days, buckets, *sums.held(), found, closed, sums.put_away() if apart else None)


def _rows(db: Any, r: Arrived, t: Trusted, policy: Policy) -> ReviewRows:
    ids, every = column(db, "SELECT review_id FROM raw_review ORDER BY rowid"), slice(None)
    return ReviewRows(
        ids, r.influencer, r.day, t.linked(every, policy), full_of(r, t, every, policy), t.admitted, r.marks, t.why
    )
