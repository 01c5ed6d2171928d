"""Records put away in files, and looked at again."""

from __future__ import annotations

import numpy as np

from ratings.engine.shelf import Shelf


def test_what_is_put_away_comes_back() -> None:
    wide = np.arange(60_000.0).reshape(3, -1)
    given = (wide, np.asfortranarray(wide), np.zeros(0), np.array([True, False]), "a name")
    found = Shelf().put(given)()
    for before, after in zip(given[:4], found[:4], strict=True):
        assert np.array_equal(before, after)
    assert found[4] == "a name"


def test_who_keeps_one_column_keeps_no_other_in_memory() -> None:
    one = Shelf().put((np.zeros(50_000), np.arange(20_000)))()[1]
    assert one[-1] == 19_999
    held = one
    while isinstance(held, np.ndarray):
        held = held.base
    assert memoryview(held).nbytes == one.nbytes
