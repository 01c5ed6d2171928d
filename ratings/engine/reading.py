"""Results of a query as arrays, in an order that never depends on the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ratings.scoring.inputs import Index, Ints

BATCH = 100_000
TEXT = np.dtypes.StringDType()


def fetch(db: Any, sql: str, keys: tuple[str, ...]) -> dict[str, Ints]:
    """The sums in the order of their keys, so that adding floats over them later never depends on the engine."""
    return ordered(db.execute(sql).fetchnumpy(), keys)


def fetch_narrow(db: Any, sql: str, keys: tuple[str, ...]) -> dict[str, Index]:
    """The same in four bytes each where they fit; the wide ones never stand in memory all at once."""
    parts: dict[str, list[Index]] = {}
    for batch in batches(db, sql):
        for name in batch.schema.names:
            parts.setdefault(name, []).append(narrow(batch[name].to_numpy()))
    if not parts:
        return dict(fetch(db, sql, keys))
    return in_order({name: np.concatenate(parts.pop(name)) for name in list(parts)}, keys)


def ordered(found: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Ints]:
    """The same of columns that are here already; takes them out of what is given."""
    table = {name: np.asarray(found.pop(name)).astype(np.int64, copy=False) for name in list(found)}
    return in_order(table, keys)


def in_order(table: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The same sums in the order of their keys; the given table is emptied."""
    order = np.lexsort([table[key] for key in reversed(_scan_order(keys))])
    return {name: table.pop(name)[order] for name in list(table)}


def _scan_order(keys: tuple[str, ...]) -> list[str]:
    return sorted(keys, key=lambda key: (key != "channel", key != "influencer", key != "day", key))


class Columns(Mapping[str, Any]):
    """Columns of a table in the order of its rows, each fetched when asked for: one at a time stands in memory."""

    def __init__(self, db: Any, table: str) -> None:
        self._db, self._table = db, table

    def __getitem__(self, name: str) -> Any:
        return self._db.execute(f"SELECT {name} FROM {self._table} ORDER BY rowid").fetchnumpy()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(row[0] for row in self._db.execute(f"DESCRIBE {self._table}").fetchall())

    def __len__(self) -> int:
        return len(list(iter(self)))


def batches(db: Any, sql: str) -> Iterator[Any]:
    """Rows in the order in which they stand; several threads would give them as they are done with them."""
    threads = db.execute("SELECT current_setting('threads')").fetchall()[0][0]
    db.execute("SET threads = 1")
    yield from db.sql(sql).to_arrow_reader(BATCH)
    db.execute(f"SET threads = {threads}")


def texts(db: Any, sql: str) -> np.ndarray[Any, Any]:
    """One column of short texts, side by side instead of an object each."""
    parts = [np.array(batch.column(0).to_pylist(), dtype=TEXT) for batch in batches(db, sql)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=TEXT)


def narrow(values: Ints) -> Index:
    """The same numbers in four bytes each, where they fit."""
    small = not values.size or (int(values.min()) >= -(1 << 31) and int(values.max()) < 1 << 31)
    return values.astype(np.int32) if small else values


def column(db: Any, sql: str) -> np.ndarray[Any, Any]:
    """One column of texts."""
    (values,) = db.execute(sql).fetchnumpy().values()
    return np.asarray(values, dtype=object)
