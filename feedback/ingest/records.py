"""Where the records of a CSV begin and end, exactly, in pieces of bounded size.

A field is quoted when it begins with a quote; elsewhere a quote is a letter. A line that fits no record is refused
alone, and reading goes on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from feedback.ingest.rejects import SHOWN, Reject
from feedback.ingest.streams import Stream

LONGEST = 1 << 20  # bytes of one record
NEWLINE, RETURN, QUOTE, COMMA = b'\n\r",'

_FIELD = rb'(?:"(?:[^"]++|"")*+"|(?!")[^,\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r?\n")

TOO_LONG = f"the line is longer than {LONGEST:,} bytes; a line break or a closing quote seems to be missing"
BAD_QUOTE = "a quoted field is never closed, or something follows its closing quote; double the quotes inside a field"

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Whole records: record i is data[starts[i]:ends[i]] and begins on line lines[i] of the file."""

    data: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    rejects: list[Reject] = field(default_factory=list)

    def raw(self, index: int) -> str:
        record = self.data[self.starts[index] : self.ends[index]]
        return record[: SHOWN * 4].decode("utf-8", "backslashreplace").rstrip("\r\n")


def shown(raw: bytes) -> str:
    return raw[: SHOWN * 4].decode("utf-8", "backslashreplace").rstrip("\r\n")


def pieces(stream: Stream, *, quoting: bool = True) -> Iterator[Piece]:
    """Cut a stream of blocks at the ends of records. Without `quoting` every line is a record."""
    rest, line, skipping = b"", 1, False
    for block in stream.blocks():
        data = rest + block
        if skipping:
            cut = data.find(b"\n")
            if cut < 0:
                continue
            data, line, skipping = data[cut + 1 :], line + 1, False
        piece, used, line = _cut(data, line, quoting=quoting, last=False)
        rest = data[used:]
        if len(rest) > LONGEST:  # one line, and no end of it in sight
            piece.rejects.append(Reject(line, "", TOO_LONG, shown(rest)))
            rest, skipping = b"", True
        yield piece
    if stream.damage:  # what came last may be half a row that looks whole
        nothing = np.empty(0, np.int64)
        yield Piece(b"", nothing, nothing, nothing, [Reject(line, "", stream.damage, shown(rest))])
    elif rest:
        yield _cut(rest if rest.endswith(b"\n") else rest + b"\n", line, quoting=quoting, last=True)[0]


def _cut(data: bytes, line: int, *, quoting: bool, last: bool) -> tuple[Piece, int, int]:
    """The records that `data` holds whole, how many bytes that took, and the line that comes next."""
    letters = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(letters == NEWLINE)
    quotes = np.flatnonzero(letters == QUOTE) if quoting else newlines[:0]
    if not _regular(letters, quotes):
        return _cut_carefully(data, newlines, line, last=last)
    closing = np.flatnonzero(np.searchsorted(quotes, newlines) % 2 == 0)
    reached = int(newlines[closing[-1]]) + 1 if closing.size else 0
    if len(data) - reached > (0 if last else LONGEST):  # a quote stays open too long
        return _cut_carefully(data, newlines, line, last=last)
    ends = newlines[closing] + 1
    starts = np.concatenate(([0], ends[:-1])) if ends.size else ends
    lines = line + np.concatenate(([0], closing[:-1] + 1)) if ends.size else ends
    next_line = line + (int(closing[-1]) + 1 if ends.size else 0)
    rejects: list[Reject] = []
    for index in np.flatnonzero(ends - starts > LONGEST):
        rejects.append(Reject(int(lines[index]), "", TOO_LONG, shown(data[starts[index] : ends[index]])))
    if rejects:
        keep = ends - starts <= LONGEST
        piece = _joined(data, starts[keep], ends[keep], lines[keep], rejects)
    else:
        piece = Piece(data[: ends[-1]] if ends.size else b"", starts, ends, lines, rejects)
    return _without_blank(piece), reached, next_line


def _regular(letters: npt.NDArray[np.uint8], quotes: Positions) -> bool:
    """Whether every odd quote opens a field and every even one closes it, so that counting quotes is enough."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = letters[opening[opening > 0] - 1]
    after = letters[closing[closing < letters.size - 1] + 1]
    begins = (before == COMMA) | (before == NEWLINE) | (before == QUOTE)
    stops = (after == COMMA) | (after == NEWLINE) | (after == RETURN) | (after == QUOTE)
    return bool(begins.all() and stops.all())


def _cut_carefully(data: bytes, newlines: Positions, line: int, *, last: bool) -> tuple[Piece, int, int]:
    """Record by record: slower, and exact where quotes stand in odd places."""
    spans: list[tuple[int, int, int]] = []
    rejects: list[Reject] = []
    at, passed = 0, 0
    while at < len(data):
        found = _RECORD.match(data, at, min(at + LONGEST, len(data)))
        if found:
            end = found.end()
            spans.append((at, end, line + passed))
        elif not last and at + LONGEST > len(data):
            break  # what is missing may come with the next block
        else:
            cut = data.find(b"\n", at)
            if cut < 0:
                break
            end = cut + 1
            reason = TOO_LONG if end - at > LONGEST else BAD_QUOTE
            rejects.append(Reject(line + passed, "", reason, shown(data[at:end])))
        passed = int(np.searchsorted(newlines, end - 1)) + 1
        at = end
    array = np.array(spans, np.int64).reshape(-1, 3)
    piece = _joined(data, array[:, 0], array[:, 1], array[:, 2], rejects)
    return _without_blank(piece), at, line + passed


def _joined(data: bytes, starts: Positions, ends: Positions, lines: Positions, rejects: list[Reject]) -> Piece:
    kept = b"".join(data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
    stops = np.cumsum(ends - starts)
    return Piece(kept, stops - (ends - starts), stops, lines, rejects)


def _without_blank(piece: Piece) -> Piece:
    """Blank lines are no records; they stay in the data, where every parser passes over them."""
    length = piece.ends - piece.starts
    blank = length == 1
    if piece.data:
        first = np.frombuffer(piece.data, np.uint8)[piece.starts]
        blank |= (length == 2) & (first == RETURN)
    if not blank.any():
        return piece
    return Piece(piece.data, piece.starts[~blank], piece.ends[~blank], piece.lines[~blank], piece.rejects)
