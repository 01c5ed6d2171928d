"""Whether a workbook may be opened: it is held whole, and a sheet takes memory for every cell up to its last corner.

A few kilobytes can claim gigabytes: packed a thousandfold, sized otherwise than they say, or with one cell in A1 and
one in XFD1048576. So every member is unpacked once in pieces, within its announced size, and corners are looked up.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
CELL = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,3})(\d{1,7})"')
DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^>]*?\bref="[^":]*:?([A-Z]{1,3})(\d{1,7})"')
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
PIECE = 1 << 20
OVERLAP = 4_096
MEGABYTE = 1 << 20


class Trap(ValueError):
    """A workbook that is not opened, with the reason."""


def demand_harmless(file: Path | IO[bytes], *, most_bytes: int, most_cells: int) -> None:
    """Look through a workbook before it is opened.

    Raises
    ------
    Trap
        when it would take more than `most_bytes` or `most_cells`, is not what it says, or defines entities.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > most_bytes:
                raise Trap(f"the workbook unpacks to more than {most_bytes // MEGABYTE:,} MB; save it as CSV")
            for member in members:
                _look_through(archive, member, most_cells=most_cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Trap(f"not a readable XLSX file: {error}") from None


def _look_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, most_cells: int) -> None:
    """Unpack a member to its end: what is longer than it says does not have the sum of bits it says."""
    sheet = bool(SHEET.fullmatch(member.filename))
    width = height = 0
    before = b""
    with archive.open(member) as content:
        while piece := content.read(PIECE):
            text = before + piece
            if member.filename.lower().endswith((".xml", ".rels")) and DOCTYPE.search(text):
                raise Trap("the workbook defines entities of its own; save it anew from a spreadsheet")
            if sheet:
                for column, row in (*CELL.findall(text), *DIMENSION.findall(text)):
                    width, height = max(width, _number(column)), max(height, int(row))
                if width * height > most_cells:
                    raise Trap("a cell lies far away from the others; delete it, or save the sheet as CSV")
            before = text[-OVERLAP:]


def _number(column: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    found = 0
    for letter in column:
        found = found * 26 + letter - 64
    return found
