"""Results of a query as arrays, in an order that never depends on the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from ratings.scoring.inputs import Ints


def fetch(db: Any, sql: str, keys: tuple[str, ...]) -> dict[str, Ints]:
    """The sums in the order of their keys, so that adding floats over them later never depends on the engine."""
    return ordered(db.execute(sql).fetchnumpy(), keys)


def ordered(found: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Ints]:
    """The same of columns that are here already; takes them out of what is given."""
    table = {name: np.asarray(found.pop(name)).astype(np.int64, copy=False) for name in list(found)}
    return in_order(table, keys)


def in_order(table: dict[str, Ints], keys: tuple[str, ...]) -> dict[str, Ints]:
    """The same sums in the order of their keys; the given table is emptied."""
    order = np.lexsort([table[key] for key in reversed(_scan_order(keys))])
    return {name: table.pop(name)[order] for name in list(table)}


def _scan_order(keys: tuple[str, ...]) -> list[str]:
    return sorted(keys, key=lambda key: (key != "channel", key != "influencer", key != "day", key))


def column(db: Any, sql: str) -> np.ndarray[Any, Any]:
    """One column of texts."""
    (values,) = db.execute(sql).fetchnumpy().values()
    return np.asarray(values, dtype=object)
