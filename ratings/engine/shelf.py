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
from typing import Any, BinaryIO, TypeVar

Record = TypeVar("Record")
SMALL = 1 << 16  # bytes: what is no larger is read, not mapped


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
            for array in arrays:
                file.write(bytes(-file.tell() % mmap.ALLOCATIONGRANULARITY))
                spans.append((file.tell(), array.raw().nbytes))
                file.write(array.raw())
        return partial(self._take, path, rest, spans)

    def _take(self, path: Path, rest: bytes, spans: list[tuple[int, int]]) -> Any:
        with path.open("rb") as file:
            # each for itself: who keeps one column of a record keeps none of the others in memory
            arrays = [_array(file, begin, size) for begin, size in spans]
        return pickle.loads(rest, buffers=arrays)  # noqa: S301 - never left memory


def _array(file: BinaryIO, begin: int, size: int) -> bytes | mmap.mmap:
    if size > SMALL:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ, offset=begin)
    file.seek(begin)
    return file.read(size)
