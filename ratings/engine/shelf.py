"""Records of arrays, put away in a folder and looked at again: only what is touched comes back into memory."""

from __future__ import annotations

import mmap
import pickle
import shutil
import tempfile
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

Record = TypeVar("Record")
ALIGNED = 64


class Shelf:
    """Gone when nobody knows of it any more."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="clearhost-"))
        self._count = 0
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def put(self, record: Record) -> Callable[[], Record]:
        """Write the arrays of a record to a file; what is given back reads it, for as long as it is known."""
        arrays: list[pickle.PickleBuffer] = []
        rest = pickle.dumps(record, protocol=5, buffer_callback=arrays.append)
        path = self._folder / str(self._count)
        self._count += 1
        spans = []
        with path.open("wb") as file:
            file.write(bytes(ALIGNED))  # a file of nothing cannot be mapped
            for array in arrays:
                begin = file.tell()
                file.write(array.raw())
                spans.append((begin, file.tell()))
                file.write(bytes(-file.tell() % ALIGNED))
        return partial(self._take, path, rest, spans)

    def _take(self, path: Path, rest: bytes, spans: list[tuple[int, int]]) -> Any:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return pickle.loads(rest, buffers=[whole[begin:end] for begin, end in spans])  # noqa: S301 - never left memory
