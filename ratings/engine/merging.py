"""Hosts that go on as another: everything is judged and summed under the id it came with, then counted there.

Trust of a review looks at the account it was left for, whoever that account belongs to by now; so a merge changes no
judgement, and taking it back leaves everything as if it had never been.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from ratings.engine.gathered import Gathered
from ratings.scoring.inputs import DaySums, Index, Ints, Population, ReviewDays, SessionRows


def merged(found: Gathered) -> Gathered:
    """Count everyone's evidence where it goes on."""
    goes_on = found.goes_on
    own = goes_on == np.arange(goes_on.size)
    if own.all():
        return found
    if not own[goes_on].all():
        raise ValueError("a host goes on as one that goes on as another itself")
    kept = np.flatnonzero(own)
    at = np.full(goes_on.size, -1, dtype=np.int64)
    at[kept] = np.arange(kept.size)
    at = at[goes_on]
    p = found.population

    def total(values: Ints) -> Ints:
        sums = np.zeros(kept.size, dtype=np.int64)
        np.add.at(sums, at, values)
        return sums

    return replace(
        found,
        population=Population(tuple(p.ids[k] for k in kept), p.category[kept], p.categories, p.as_of_day),
        sums=_sums(found.sums, at, kept.size),
        counts={kind: total(values) for kind, values in found.counts.items()},
        verified=total(found.verified),
        held=total(found.held),
        held_fast=total(found.held_fast),
        review_rows=found.review_rows and replace(found.review_rows, influencer=_of(found.review_rows, at)),
        event_rows=found.event_rows and replace(found.event_rows, influencer=_of(found.event_rows, at)),
        goes_on=np.arange(kept.size),
    )


def _of(rows: Any, at: Ints) -> Index:
    return np.asarray(at[rows.influencer])


def _sums(sums: DaySums, at: Ints, size: int) -> DaySums:
    red = np.full(size, -1, dtype=np.int64)
    np.maximum.at(red, at, sums.red_line)
    return DaySums(
        _reviews(sums.reviews, at),
        sums.buckets,
        _added(sums.events, at, ("channel", "influencer", "day")),
        _added(sums.exposure, at, ("influencer", "day")),
        _sessions(sums.sessions, at),
        red,
    )


def _reviews(rows: ReviewDays, at: Ints) -> ReviewDays:
    """In the order of who they count for; what buckets let through stays that of the account they came to."""
    who = at[rows.influencer]
    order = np.lexsort([rows.influencer, rows.receipt, rows.known, rows.band, rows.day, who])
    taken = {f.name: getattr(rows, f.name)[..., order] for f in fields(rows) if f.name != "account"}
    return ReviewDays(**{**taken, "influencer": who[order], "account": rows.influencer[order]})


def _sessions(rows: SessionRows, at: Ints) -> SessionRows:
    who = at[rows.influencer]
    order = np.array(sorted(range(rows.size), key=lambda k: (who[k], rows.started[k], rows.ids[k])), dtype=np.int64)
    taken = {f.name: getattr(rows, f.name)[..., order] for f in fields(rows)}
    return SessionRows(**{**taken, "influencer": who[order]})


def _added(rows: Any, at: Ints, keys: tuple[str, ...]) -> Any:
    """The same with rows of one key added up."""
    moved = replace(rows, influencer=at[rows.influencer])
    order = np.lexsort([getattr(moved, key) for key in reversed(keys)])
    of = {key: getattr(moved, key)[order] for key in keys}
    if not order.size:
        return moved
    new = np.logical_or.reduce([np.r_[True, values[1:] != values[:-1]] for values in of.values()])
    start = np.flatnonzero(new)
    added = {
        f.name: np.add.reduceat(getattr(moved, f.name)[..., order], start, axis=-1)
        for f in fields(moved)
        if f.name not in keys
    }
    return type(rows)(**{key: values[start] for key, values in of.items()}, **added)
