"""CSV and JSON Lines, chunk by chunk."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

from feedback.ingest.chunks import Chunk
from feedback.ingest.records import LONGEST, Piece, pieces
from feedback.ingest.rejects import Refused, Reject
from feedback.ingest.streams import Stream

BOM = b"\xef\xbb\xbf"
csv.field_size_limit(LONGEST)


def read_csv(stream: Stream, wanted: frozenset[str]) -> Iterator[Chunk]:
    """Rows of a CSV whose first record names the columns."""
    header: list[str] = []
    for piece in pieces(stream):
        if not header:
            if not piece.lines.size:
                if piece.rejects:
                    raise Refused(f"the header can't be read: {piece.rejects[0].reason}", piece.rejects[0].line)
                continue
            header, piece = _header(piece, wanted)
        yield _csv_chunk(piece, header)
    if not header:
        raise Refused(stream.damage or "the file is empty; the first line has to name the columns")


def _header(piece: Piece, wanted: frozenset[str]) -> tuple[list[str], Piece]:
    end = int(piece.ends[0])
    line = piece.data[int(piece.starts[0]) : end].removeprefix(BOM)
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("the file is in UTF-16; save it as UTF-8")
    try:
        names = [name.strip() for name in _fields(line)]
    except ValueError as error:
        raise Refused(f"the header can't be read: {error}") from None
    check_header(names, wanted)
    rest = Piece(piece.data[end:], piece.starts[1:] - end, piece.ends[1:] - end, piece.lines[1:], piece.rejects)
    return names, rest


def check_header(names: list[str], wanted: frozenset[str]) -> None:
    """Raise what would make every row wrong."""
    if twice := sorted({name for name in names if name in wanted and names.count(name) > 1}):
        raise Refused(f"the header names {', '.join(twice)} twice; rename one")
    if wanted.isdisjoint(names):
        found = ", ".join(names)[:200]
        hint = " (is the file separated by something other than commas?)" if len(names) == 1 else ""
        expected = ", ".join(sorted(wanted))[:300]
        raise Refused(f"the header names none of the columns that are read; expected: {expected}; found: {found}{hint}")


def _fields(record: bytes) -> list[str]:
    if b"\0" in record:
        raise ValueError("it contains a NUL byte; is this a text file?")
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = record[error.start]
        raise ValueError(f"byte 0x{byte:02X} at position {error.start + 1} is not UTF-8; save as UTF-8") from None
    try:
        return next(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _csv_chunk(piece: Piece, header: list[str]) -> Chunk:
    if not piece.lines.size:
        return Chunk.only_rejects(piece.rejects)
    names = [str(i) for i in range(len(header))]
    try:
        if b"\0" in piece.data:
            raise pa.ArrowInvalid("NUL")
        table = pyarrow.csv.read_csv(
            pa.py_buffer(piece.data),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(piece.data) + 1),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return _csv_chunk_carefully(piece, header)
    if table.num_rows != piece.lines.size:
        return _csv_chunk_carefully(piece, header)
    columns = {name: column.combine_chunks() for name, column in zip(header, table.columns, strict=True)}
    return Chunk(columns, piece.lines, piece.raw, piece.rejects)


def _csv_chunk_carefully(piece: Piece, header: list[str]) -> Chunk:
    """Row by row, so that only the rows at fault are lost."""
    kept: list[int] = []
    rows: list[list[str]] = []
    rejects = list(piece.rejects)
    for index in range(piece.lines.size):
        try:
            fields = _fields(piece.data[piece.starts[index] : piece.ends[index]])
            if len(fields) != len(header):
                raise ValueError(f"the row has {len(fields)} fields, the header {len(header)}")
        except ValueError as error:
            rejects.append(Reject(int(piece.lines[index]), "", str(error), piece.raw(index)))
        else:
            kept.append(index)
            rows.append(fields)
    columns = {
        name: pa.array(values, pa.string()) for name, values in zip(header, zip(*rows, strict=True), strict=bool(rows))
    }
    where = np.array(kept, np.int64)
    return Chunk(columns, piece.lines[where], lambda i: piece.raw(kept[i]), rejects)


def read_jsonl(stream: Stream, wanted: frozenset[str]) -> Iterator[Chunk]:
    """One object a line. Values keep the text they are written with."""
    names = sorted(wanted)
    first = True
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as duck:
        for piece in pieces(stream, quoting=False):
            if first and piece.data.startswith(BOM):
                piece = Piece(b"   " + piece.data[3:], piece.starts, piece.ends, piece.lines, piece.rejects)
            first = first and not piece.lines.size
            yield _jsonl_chunk(duck, piece, names)
    if first and not stream.damage:
        raise Refused("the file is empty")


def _jsonl_chunk(duck: duckdb.DuckDBPyConnection, piece: Piece, names: list[str]) -> Chunk:
    rejects = list(piece.rejects)
    kept: list[int] = []
    texts: list[str] = []
    for index, (start, end) in enumerate(zip(piece.starts.tolist(), piece.ends.tolist(), strict=True)):
        record = piece.data[start:end]
        try:
            texts.append(record.decode("utf-8"))
            kept.append(index)
        except UnicodeDecodeError:
            rejects.append(Reject(int(piece.lines[index]), "", "not UTF-8; save as UTF-8", piece.raw(index)))
    lines = pa.table({"i": pa.array(kept, pa.int64()), "json": pa.array(texts, pa.string())})
    duck.register("lines", lines)
    valid = "CASE WHEN json_valid(json) THEN json_type(json) = 'OBJECT' ELSE false END"
    bad = duck.execute(f"SELECT i FROM lines WHERE NOT ({valid})").fetchall()
    for (index,) in bad:
        reason = "not a JSON object; each line has to be one"
        rejects.append(Reject(int(piece.lines[index]), "", reason, piece.raw(index)))
    select = f"SELECT i, json_extract_string(json, ?) AS found FROM lines WHERE {valid}"
    paths = ['$."' + name.replace('"', '\\"') + '"' for name in names]
    listed = ", ".join(f"found[{position + 1}] AS c{position}" for position in range(len(names)))
    table: Any = duck.sql(f"SELECT i, {listed} FROM ({select}) ORDER BY i", params=[paths]).to_arrow_table()
    keys = duck.execute(
        f"SELECT DISTINCT unnest(json_keys(json)) FROM (SELECT json FROM lines WHERE {valid} LIMIT 1000)"
    ).fetchall()
    where = table["i"].to_numpy()
    columns = {name: table[f"c{position}"].combine_chunks() for position, name in enumerate(names)}
    columns = {name: column for name, column in columns.items() if column.null_count < len(column)}
    extra = {key: pa.nulls(len(where), pa.string()) for (key,) in keys if key not in columns}
    return Chunk({**columns, **extra}, piece.lines[where], lambda i: piece.raw(int(where[i])), rejects)
