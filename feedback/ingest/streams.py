"""A file's bytes, unpacked on the way and never held whole."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

BLOCK = 16 << 20
MOST_TIMES = 200  # what evidence packs to: ids and times repeat, yet never this much
HARMLESS = 64 << 20  # bytes that anything may unpack to


class Stream:
    """Reads a file once. `damage` says afterwards why its end is missing, if it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.position = 0  # bytes of the file itself, for progress
        self.damage: str | None = None
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    @property
    def packed(self) -> bool:
        return self.path.name.lower().endswith(".gz")

    def blocks(self) -> Iterator[bytes]:
        return self._unpacked() if self.packed else self._plain()

    def _plain(self, size: int = BLOCK) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(size):
                self._digest.update(block)
                self.position += len(block)
                yield block

    def _unpacked(self) -> Iterator[bytes]:
        """All that can be unpacked is given before damage is noted; no block is huge, whatever it was packed to."""
        unpack = zlib.decompressobj(wbits=31)
        begun, given = False, 0
        for packed in self._plain(1 << 20):
            data = packed
            while data:
                if unpack.eof:  # one gzip after another
                    if not data.strip(b"\0"):
                        break
                    unpack = zlib.decompressobj(wbits=31)
                begun = True
                try:
                    block = unpack.decompress(data, BLOCK)
                except zlib.error as error:
                    self.damage = (
                        f"the gzip data is damaged ({error}): rows after this one are lost; fetch the file again"
                    )
                    return
                given += len(block)
                if given > HARMLESS + MOST_TIMES * self.size:
                    self.damage = f"the gzip data unpacks to more than {MOST_TIMES} times its size: it is a trap"
                    return
                if block:
                    yield block
                data = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        while begun and not unpack.eof and (block := unpack.decompress(unpack.unconsumed_tail, BLOCK)):
            yield block
        if begun and not unpack.eof:
            self.damage = "the gzip data is cut off: later rows are missing; fetch the file again"
