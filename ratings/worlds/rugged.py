"""Generator B: skewed characters, regime switches, fans and halo, reviews missing not at random.

Unlike generator A in every part: characters come from a skewed mixture and change by sudden switches, marks are rounded
draws of a beta distribution of which one buyer in two gives the same mark three times, strong feelings are posted more
often, refunds are overdispersed and swell at the two sales festivals, a few rings praise each other, and columns are
missing for whole influencers.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from ratings.worlds import draws
from ratings.worlds.regimes import EDGES, QUALITIES, Regimes, Rugged, characters, eagerness, truth_of
from ratings.worlds.smooth import Lift
from ratings.worlds.world import (
    CATEGORIES,
    DAY,
    LATE,
    NO_REASON,
    OTHER,
    Complaints,
    Floats,
    Refunds,
    Reviews,
    Sessions,
    Violations,
    World,
)

USUAL = Rugged()


def rugged_world(*, n: int, seed: int, until: date, p: Rugged = USUAL, lift: Lift | None = None) -> World:
    """A world of generator B; the same seed gives the same world."""
    rng = draws.stream(seed, "B", "hosts")
    category = rng.integers(0, len(CATEGORIES), n)
    sizes = np.minimum(p.least_orders * (1 - rng.random(n)) ** (-1 / p.tail), p.most_orders)
    at, values = characters(rng, p, n)
    effect = rng.normal(0.0, 0.35, (len(CATEGORIES), len(QUALITIES)))
    habit = np.exp(draws.stream(seed, "B", "no reason").normal(0.0, p.no_reason_sd, n) - p.no_reason_sd**2 / 2)
    free = np.minimum(np.asarray(p.no_reason)[category] * habit, 0.9)
    buys = rng.random(n) < p.inflators
    share = np.where(buys, rng.beta(2.0, 2.0, n), 0.0)
    factor = np.where(buys, 1.3 + rng.exponential(4.0, n), 1.0)
    now = Regimes(at, values, category, effect, free, p, until, lift)
    sessions = _sessions(draws.stream(seed, "B", "sessions"), sizes, share, factor, now)
    reviews, users = _reviews(draws.stream(seed, "B", "reviews"), sessions, now)
    return World(
        name="B",
        seed=seed,
        n=n,
        days=p.days,
        until=until,
        category=category,
        users=users,
        sessions=sessions,
        reviews=reviews,
        refunds=_refunds(draws.stream(seed, "B", "refunds"), sessions, now),
        complaints=_complaints(draws.stream(seed, "B", "complaints"), sessions, now),
        violations=_violations(draws.stream(seed, "B", "violations"), sessions, now),
        truth=truth_of(now, share, factor),
    )


def _sessions(rng: np.random.Generator, sizes: Floats, share: Floats, factor: Floats, now: Regimes) -> Sessions:
    p, n = now.p, sizes.size
    begin = np.where(rng.random(n) < p.newcomers, rng.beta(1.0, 1.5, n), 0.0) * p.days * 0.95
    active = (p.days - begin) / p.days
    count = np.clip(rng.negative_binomial(2, 2 / (2 + 6.0 * sizes**0.30 * active)), 2, 500)
    host = draws.expand(count)
    size = host.size
    day = np.floor(begin[host] + rng.random(size) * (p.days - begin[host]))
    start = (day * DAY).astype(np.int64) + draws.evening(rng, size)
    order = np.lexsort((host, start))
    host, start = host[order], start[order]
    busy = now.festival(start / DAY)
    expected = (sizes * active / count)[host] * rng.gamma(2.5, 1 / 2.5, size) * np.where(busy, p.festival_orders, 1.0)
    expected = expected / (1 + 0.088 * (p.festival_orders - 1))
    conversion = 0.025 * np.exp(0.20 * rng.standard_t(6, n))
    real = (expected + 0.5) / conversion[host] * np.exp(rng.normal(0.0, p.view_sd, size))
    talk = 0.04 * rng.gamma(12.0, 1 / 12.0, size)
    commenters = rng.poisson(real * talk).astype(np.float64)
    inflation = np.where(rng.random(size) < share[host], factor[host], 1.0)
    viewers = np.maximum(np.rint(real * inflation), 1.0)
    commenters[(rng.random(n) < p.unknown_commenters)[host]] = np.nan
    viewers[(rng.random(n) < p.unknown_viewers)[host]] = np.nan
    return Sessions(
        host=host,
        start=start,
        orders=rng.poisson(expected).astype(np.int64),
        commenters=commenters,
        viewers=viewers,
        inflation=inflation,
    )


def _reviews(rng: np.random.Generator, s: Sessions, now: Regimes) -> tuple[Reviews, int]:
    p = now.p
    most = p.posting * (1 + max(p.extra_low, p.extra_high) * 2.5)
    session = draws.expand(rng.binomial(s.orders, most))
    size = session.size
    host = s.host[session]
    time = s.start[session] + (rng.gamma(1.5, 3.0, size) * DAY).astype(np.int64) + 7200
    day = np.minimum(time / DAY, p.days - 1e-6)
    marks = np.empty((size, 3), dtype=np.int64)
    same = rng.random(size) < p.same_mark
    base = rng.random(size)
    for j, name in enumerate(QUALITIES[:3]):
        level = now.mark(name, host, day)
        feeling = rng.beta(level * p.concentration, (1 - level) * p.concentration)
        marks[:, j] = 1 + np.searchsorted(np.asarray(EDGES), feeling)
    marks = np.where(same[:, None], marks[np.arange(size), (base * 3).astype(np.int64)][:, None], marks)
    strength = np.exp(rng.normal(0.0, p.selection_sd, now.category.size))
    wish = 1 + np.minimum(strength[host], 2.5) * eagerness(p, marks.mean(axis=1))
    posted = (rng.random(size) < p.posting * wish / most) & (time < p.days * DAY)
    fan = rng.random(size) < rng.beta(1.0, 1 / p.fans - 1, now.category.size)[host]
    marks = np.where(fan[:, None], 5, marks)
    order = np.flatnonzero(posted)[np.argsort(time[posted], kind="stable")]
    pool = max(int(0.5 * order.size), 10)
    user = draws.account_pool(rng, order.size, pool)
    host, time, session = host[order], time[order], session[order]
    genuine = Reviews(
        host=host,
        time=time,
        session=np.where(rng.random(order.size) < 0.9, session, -1),
        user=user,
        verified=rng.random(order.size) < p.verified,
        marks=marks[order],
        fake=np.zeros(order.size, dtype=np.bool_),
    )
    return _ringed(rng, genuine, now, pool)


def _ringed(rng: np.random.Generator, r: Reviews, now: Regimes, pool: int) -> tuple[Reviews, int]:
    """A few rings of influencers whose people praise each other all year."""
    p, n = now.p, now.category.size
    size = min(p.ring_size, n)
    hosts, users = [], []
    for ring in range(p.rings if n >= 50 else 0):
        members = rng.choice(n, size, replace=False)
        for account in range(12):
            praised = members[rng.random(size) < 0.7]
            hosts.append(praised)
            users.append(np.full(praised.size, pool + 12 * ring + account))
    if not hosts:
        return r, pool
    host, user = np.concatenate(hosts), np.concatenate(users)
    time = (rng.random(host.size) * p.days * DAY).astype(np.int64)
    parts = {
        "host": host,
        "time": time,
        "session": np.full(host.size, -1),
        "user": user,
        "verified": rng.random(host.size) < p.verified,
        "marks": np.full((host.size, 3), 5),
        "fake": np.ones(host.size, dtype=np.bool_),
    }
    order = np.argsort(np.r_[r.time, time], kind="stable")
    joined = {name: np.concatenate([getattr(r, name), new])[order] for name, new in parts.items()}
    return Reviews(**joined), pool + 12 * p.rings


def _refunds(rng: np.random.Generator, s: Sessions, now: Regimes) -> Refunds:
    p, day = now.p, s.start / DAY
    swell = np.where(now.festival(day), p.festival_refunds, 1.0) * rng.gamma(
        p.refund_shape, 1 / p.refund_shape, day.size
    )
    fault = np.minimum(now.rate("refund", p.refund_rate, p.refund_sd, s.host, day) * swell, 0.9)
    faulty = rng.binomial(s.orders, fault)
    free = rng.binomial(s.orders - faulty, np.minimum(now.no_reason[s.host] * np.sqrt(swell), 0.9))
    late = rng.binomial(s.orders - faulty - free, 0.008)
    session = np.concatenate([draws.expand(faulty), draws.expand(free), draws.expand(late)])
    unlike = rng.random(int(faulty.sum())) >= 0.4
    reason = np.concatenate(
        [unlike.astype(np.int64), np.full(int(free.sum()), NO_REASON), np.full(int(late.sum()), LATE)]
    )
    silent = (rng.random(now.category.size) < p.unknown_reasons)[s.host]
    reason = np.where((rng.random(reason.size) < 0.3) & silent[session], OTHER, reason)
    time = s.start[session] + 5400
    order = np.flatnonzero(time < p.days * DAY)
    order = order[np.argsort(time[order], kind="stable")]
    return Refunds(session=session[order], time=time[order], reason=reason[order])


def _complaints(rng: np.random.Generator, s: Sessions, now: Regimes) -> Complaints:
    p, day = now.p, s.start / DAY
    rate = now.rate("complaint", p.complaint_rate, p.complaint_sd, s.host, day) * rng.gamma(3.0, 1 / 3.0, day.size)
    upheld = draws.expand(rng.poisson(rate * s.orders))
    other = draws.expand(rng.poisson(0.0015 * s.orders))
    session = np.concatenate([upheld, other])
    status = np.concatenate([np.zeros(upheld.size, np.int64), 1 + draws.choose(rng, [0.5, 0.3, 0.2], other.size)])
    severity = draws.choose(rng, p.complaint_severity, session.size)
    time = s.start[session] + 7200
    order = np.flatnonzero(time < p.days * DAY)
    order = order[np.argsort(time[order], kind="stable")]
    return Complaints(session=session[order], time=time[order], severity=severity[order], status=status[order])


def _violations(rng: np.random.Generator, s: Sessions, now: Regimes) -> Violations:
    p = now.p
    confirmed = draws.expand(
        rng.poisson(now.rate("violation", p.violation_rate, p.violation_sd, s.host, s.start / DAY))
    )
    other = draws.expand(rng.poisson(np.full(s.host.size, 0.01)))
    session = np.concatenate([confirmed, other])
    status = np.concatenate([np.zeros(confirmed.size, np.int64), 1 + draws.choose(rng, [0.6, 0.4], other.size)])
    rank = draws.choose(rng, p.severity, session.size)
    order = np.argsort(s.start[session], kind="stable")
    session = session[order]
    return Violations(session=session, time=s.start[session] + 1800, rank=rank[order], status=status[order])
