"""Attacks on a world: each gives a new world with evidence added, its truth unchanged, its targets marked.

Review attacks promote half of their targets and bomb the other half; five in a hundred influencers are targets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ratings.worlds import draws
from ratings.worlds.world import DAY, NO_REASON, Bools, Floats, Ints, Refunds, Reviews, World

SHARE = 0.05
PROMOTED, BOMBED = 5, 1


@dataclass(frozen=True, slots=True)
class Attacked:
    """A world under attack; `promoted` and `bombed` mark the targets."""

    world: World
    promoted: Bools
    bombed: Bools

    @property
    def targets(self) -> Bools:
        return self.promoted | self.bombed


def targets(world: World, name: str) -> tuple[Bools, Bools]:
    """Who is promoted and who is bombed: a random twentieth of those with a session, half and half."""
    rng = draws.stream(world.seed, world.name, "targets", name)
    active = np.unique(world.sessions.host)
    count = max(2, round(SHARE * world.n))
    chosen = rng.choice(active, min(count, active.size), replace=False)
    promoted, bombed = np.zeros(world.n, dtype=np.bool_), np.zeros(world.n, dtype=np.bool_)
    promoted[chosen[::2]] = True
    bombed[chosen[1::2]] = True
    return promoted, bombed


def _amount(world: World, floor: int) -> Ints:
    """Fakes per target: as many as it has reviews, at least `floor`, at most 1,000."""
    own = np.bincount(world.reviews.host, minlength=world.n)
    return np.clip(own, floor, 1000)


def _add_reviews(
    world: World, *, host: Ints, time: Ints, user: Ints, verified: Bools, marks: Ints, users: int
) -> World:
    """The world with more fake reviews, in order of time."""
    r = world.reviews
    parts = {
        "host": host,
        "time": time,
        "session": np.full(host.size, -1),
        "user": user,
        "verified": verified,
        "marks": marks,
        "fake": np.ones(host.size, dtype=np.bool_),
    }
    order = np.argsort(np.r_[r.time, time], kind="stable")
    joined = {name: np.concatenate([getattr(r, name), new])[order] for name, new in parts.items()}
    return replace(world, reviews=Reviews(**joined), users=users)


def _bought(world: World, host: Ints, time: Ints) -> World:
    """The world in which every verified fake was a real order of the target's last show before it."""
    s = world.sessions
    order = np.lexsort((s.start, s.host))
    place = np.searchsorted(
        s.host[order] * (world.days * DAY + 1) + s.start[order], host * (world.days * DAY + 1) + time
    )
    session = order[np.maximum(place - 1, 0)]
    same = s.host[session] == host
    more = np.bincount(session[same], minlength=s.host.size)
    return replace(world, sessions=replace(s, orders=s.orders + more))


def _fakes(
    world: World, name: str, floor: int, amount: int | None = None
) -> tuple[Bools, Bools, Ints, Ints, np.random.Generator]:
    promoted, bombed = targets(world, name)
    rng = draws.stream(world.seed, world.name, "attack", name)
    host = draws.expand(np.where(promoted | bombed, _amount(world, floor) if amount is None else amount, 0))
    marks = np.where(promoted[host], PROMOTED, BOMBED)[:, None] * np.ones(3, dtype=np.int64)
    return promoted, bombed, host, marks, rng


def unverified_burst(world: World) -> Attacked:
    """Unverified reviews by new accounts, all within two days of the last two months."""
    promoted, bombed, host, marks, rng = _fakes(world, "burst", 60)
    day = world.days - rng.uniform(3.0, 60.0, world.n)
    time = ((day[host] + rng.uniform(0.0, 2.0, host.size)) * DAY).astype(np.int64)
    pool = max(host.size // 3, 1)
    user = world.users + rng.integers(0, pool, host.size)
    none = np.zeros(host.size, dtype=np.bool_)
    new = _add_reviews(world, host=host, time=time, user=user, verified=none, marks=marks, users=world.users + pool)
    return Attacked(new, promoted, bombed)


def _drip_times(world: World, rng: np.random.Generator, size: int) -> Ints:
    return (
        ((world.days - rng.uniform(0.0, min(180.0, world.days), size)) * DAY)
        .astype(np.int64)
        .clip(0, world.days * DAY - 1)
    )


def verified_drip(
    world: World, *, name: str = "drip", reuse: int = 8, camouflage: bool = False, amount: int | None = None
) -> Attacked:
    """Verified reviews spread over half a year by hired accounts, each used about `reuse` times."""
    promoted, bombed, host, marks, rng = _fakes(world, name, 50, amount)
    time = _drip_times(world, rng, host.size)
    if reuse > 1:
        pool = max(host.size // reuse, 1)
        user = world.users + rng.integers(0, pool, host.size)
    else:
        pool = host.size
        user = world.users + np.arange(pool)
    new = _bought(world, host, time)
    yes = np.ones(host.size, dtype=np.bool_)
    if camouflage:
        other_host, other_time, other_marks = _honest_copies(world, rng, promoted | bombed, host.size)
        host, time = np.r_[host, other_host], np.r_[time, other_time]
        marks, user = np.concatenate([marks, other_marks]), np.r_[user, user]
        yes = np.ones(host.size, dtype=np.bool_)
    new = _add_reviews(new, host=host, time=time, user=user, verified=yes, marks=marks, users=world.users + pool)
    return Attacked(new, promoted, bombed)


def _honest_copies(world: World, rng: np.random.Generator, who: Bools, size: int) -> tuple[Ints, Ints, Ints]:
    """As many reviews of others, with the marks those others truly get."""
    r = world.reviews
    others = np.flatnonzero(~who[r.host] & ~r.fake)
    pick = rng.choice(others, size)
    return r.host[pick], _drip_times(world, rng, size), r.marks[pick]


def camouflaged_drip(world: World) -> Attacked:
    """The drip by accounts that review as many others honestly."""
    return verified_drip(world, name="camouflaged", camouflage=True)


def never_reused(world: World) -> Attacked:
    """The drip with a fresh account for every review."""
    return verified_drip(world, name="fresh", reuse=1)


def rings(world: World, *, size: int = 8, accounts: int = 24) -> Attacked:
    """Rings of influencers whose accounts praise every member, verified, all year."""
    rng = draws.stream(world.seed, world.name, "attack", "rings")
    promoted, bombed = targets(world, "rings")
    members = rng.permutation(np.flatnonzero(promoted | bombed))
    hosts, users = [], []
    count = 0
    for first in range(0, members.size - 1, size):
        ring = members[first : first + size]
        who = rng.random((accounts, ring.size)) < 0.6
        account, at = np.nonzero(who)
        hosts.append(ring[at])
        users.append(world.users + count + account)
        count += accounts
    host, user = np.concatenate(hosts), np.concatenate(users)
    time = (rng.random(host.size) * world.days * DAY).astype(np.int64)
    new = _add_reviews(
        _bought(world, host, time),
        host=host,
        time=time,
        user=user,
        verified=np.ones(host.size, dtype=np.bool_),
        marks=np.full((host.size, 3), PROMOTED),
        users=world.users + count,
    )
    return Attacked(new, promoted | bombed, np.zeros(world.n, dtype=np.bool_))


def brushing(world: World, *, extra: float = 1.0, refunded: bool = False) -> Attacked:
    """Fake orders on top of the real ones (`extra` = 1 doubles them), free of refunds or all sent back later."""
    rng = draws.stream(world.seed, world.name, "attack", "brushing")
    promoted, bombed = targets(world, "brushing")
    who = promoted | bombed
    s = world.sessions
    more = np.where(who[s.host], rng.poisson(extra * s.orders), 0)
    new = replace(world, sessions=replace(s, orders=s.orders + more))
    if refunded:
        new = replace(new, refunds=_returned(new, rng, more))
    return Attacked(new, who, np.zeros(world.n, dtype=np.bool_))


def _returned(world: World, rng: np.random.Generator, more: Ints) -> Refunds:
    session = draws.expand(rng.binomial(more, 0.9))
    time = world.sessions.start[session] + 5400
    keep = time < world.days * DAY
    f = world.refunds
    session, time = np.r_[f.session, session[keep]], np.r_[f.time, time[keep]]
    reason = np.r_[f.reason, np.full(int(keep.sum()), NO_REASON)]
    order = np.argsort(time, kind="stable")
    return Refunds(session=session[order], time=time[order], reason=reason[order])


def refunded_brushing(world: World) -> Attacked:
    """Fake orders that double the real ones, nine in ten returned without a reason."""
    return brushing(world, refunded=True)


def inflation(world: World, factor: float) -> Attacked:
    """Half of the targets' sessions of the last 90 days shown `factor` times too large, a few comments bought along."""
    rng = draws.stream(world.seed, world.name, "attack", "views")
    promoted, bombed = targets(world, "views")
    who = promoted | bombed
    s = world.sessions
    honest = s.inflation <= 1.0
    known = np.isfinite(s.viewers) & np.isfinite(s.commenters)
    recent = s.start >= (world.days - 90) * DAY
    hit = who[s.host] & honest & known & recent & (rng.random(s.host.size) < 0.5)
    comments: Floats = np.rint(s.commenters * (1 + 0.05 * (factor - 1)))
    new = replace(
        s,
        viewers=np.where(hit, np.rint(s.viewers * factor), s.viewers),
        commenters=np.where(hit, comments, s.commenters),
        inflation=np.where(hit, factor, s.inflation),
    )
    return Attacked(replace(world, sessions=new), who, np.zeros(world.n, dtype=np.bool_))


REVIEW_ATTACKS: dict[str, Callable[[World], Attacked]] = {
    "burst": unverified_burst,
    "drip": verified_drip,
    "camouflaged": camouflaged_drip,
    "fresh": never_reused,
    "rings": rings,
}
ORDER_ATTACKS: dict[str, Callable[[World], Attacked]] = {"brushing": brushing, "refunded": refunded_brushing}
FACTORS = (2.0, 5.0, 28.0)
