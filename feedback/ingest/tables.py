"""Parquet and XLSX as columns of text, so that their values are judged exactly as those of a CSV."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from feedback.ingest.chunks import Chunk
from feedback.ingest.rejects import Refused
from feedback.ingest.streams import Stream
from feedback.ingest.text_files import check_header
from feedback.ingest.workbooks import Trap, demand_harmless

ROWS = 100_000
UNPACKED_LIMIT = 2 << 30  # bytes of an XLSX unpacked: it has to be held whole
MOST_CELLS = 100_000_000
ROWS_IN_A_BYTE = 100  # no more come out of honest columns; ids alone differ from row to row
SMALL = 1_000_000


def read_parquet(stream: Stream, wanted: frozenset[str]) -> Iterator[Chunk]:
    """Row groups as text; the line of a row is its number."""
    with _unpacked(stream) as path:
        try:
            file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise Refused(f"not a readable Parquet file: {error}") from None
        check_header(file.schema_arrow.names, wanted)
        if file.metadata.num_rows > SMALL + ROWS_IN_A_BYTE * path.stat().st_size:
            raise Refused("the file claims more rows than its bytes can hold")
        number = 1
        for batch in _readable(file):
            columns = {name: as_text(batch[name]) for name in batch.schema.names}
            lines = np.arange(number, number + batch.num_rows, dtype=np.int64)
            number += batch.num_rows
            yield _chunk(columns, lines)


def _readable(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """The rows up to where the file is damaged; Refused there, so that what came before is not lost."""
    batches, number = file.iter_batches(batch_size=ROWS), 1
    while True:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError) as error:
            reason = f"the Parquet data is damaged ({error}): rows from this one on are lost; fetch the file again"
            raise Refused(reason, number) from None
        if batch is None:
            return
        number += batch.num_rows
        yield batch


def read_xlsx(stream: Stream, wanted: frozenset[str]) -> Iterator[Chunk]:
    """The first sheet; the line of a row is its row in the sheet."""
    with _unpacked(stream) as path:
        try:
            demand_harmless(path, most_bytes=UNPACKED_LIMIT, most_cells=MOST_CELLS)
            with CalamineWorkbook.from_path(str(path)) as book:
                sheet = book.get_sheet_by_index(0)
                rows = sheet.to_python(skip_empty_area=False)
        except Trap as trap:
            raise Refused(str(trap)) from None
        except (CalamineError, OSError, IndexError) as error:
            raise Refused(f"not a readable XLSX file: {error}") from None
    filled = [number for number, row in enumerate(rows) if any(cell != "" for cell in row)]
    if not filled:
        raise Refused("the first sheet is empty; its first row has to name the columns")
    names = [str(cell).strip() for cell in rows[filled[0]]]
    check_header(names, wanted)
    for at in range(1, len(filled), ROWS):
        numbers = filled[at : at + ROWS]
        columns = {
            name: pa.array([cell_as_text(rows[number][position]) for number in numbers], pa.string())
            for position, name in enumerate(names)
        }
        yield _chunk(columns, np.array(numbers, np.int64) + 1)


def _unpacked(stream: Stream) -> Any:
    """A path to the plain file; also reads it once, for its digest."""
    keep = tempfile.TemporaryDirectory()
    path = Path(keep.name) / "file"
    with path.open("wb") as file:
        for block in stream.blocks():
            file.write(block)
            if stream.packed and file.tell() > UNPACKED_LIMIT:
                keep.cleanup()
                raise Refused("the file unpacks to more than 2 GB; unpack it first")
    if stream.damage:
        keep.cleanup()
        raise Refused(stream.damage)
    return _Held(keep, path)


class _Held:
    def __init__(self, keep: tempfile.TemporaryDirectory[str], path: Path) -> None:
        self.keep, self.path = keep, path

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.keep.name, ignore_errors=True)
        self.keep.cleanup()


def _chunk(columns: dict[str, pa.Array], lines: Any) -> Chunk:
    def raw(index: int) -> str:
        row = {name: column[index].as_py() for name, column in columns.items()}
        return json.dumps({name: value for name, value in row.items() if value is not None}, ensure_ascii=False)

    return Chunk(columns, lines, raw, [])


def as_text(column: pa.Array) -> pa.Array:
    """Values as the canonical files would spell them."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_string(kind):
        return column
    if pa.types.is_timestamp(kind):
        zoned = kind.tz is not None
        plain = column.cast(pa.timestamp("us", "UTC" if zoned else None), safe=False)
        return pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S" + ("Z" if zoned else ""))
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def number_as_text(value: float) -> str:
    """Spreadsheets and frames with gaps turn whole numbers into floats: 5.0 is 5 again."""
    return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else repr(value)


def cell_as_text(cell: Any) -> str | None:
    if cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return number_as_text(cell)
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()
    return str(cell)
