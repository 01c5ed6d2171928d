"""Files that are made to harm: they are refused, quickly, before they take memory or disk."""

from __future__ import annotations

import csv
import gzip
import io
import resource
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feedback.ingest import streams
from feedback.ingest.rejects import Refused
from feedback.ingest.streams import Stream
from feedback.ingest.tables import read_parquet, read_xlsx
from feedback.ingest.workbooks import Trap, demand_harmless
from ratings.checks import batch
from ratings.checks.batch import BatchRefusedError
from ratings.publication.export import as_text
from ratings.transparency.flat import as_csv

ANY = frozenset({"review_id"})
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example","x")']


@pytest.fixture(autouse=True)
def bounded_memory_and_time() -> Iterator[None]:
    """A trap that springs takes gigabytes or minutes."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000, "kilobytes"


def workbook(*cells: tuple[str, str], more: dict[str, bytes] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for place, value in cells:
        book.active[place] = value
    plain = io.BytesIO()
    book.save(plain)
    if not more:
        return plain.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, more.get(name, old.read(name)))
        for name in more.keys() - set(old.namelist()):
            new.writestr(name, more[name])
    return changed.getvalue()


def opened(content: bytes, most_bytes: int = 50 << 20, most_cells: int = 1_000_000) -> None:
    demand_harmless(io.BytesIO(content), most_bytes=most_bytes, most_cells=most_cells)


def test_an_honest_workbook_opens() -> None:
    opened(workbook(("A1", "review_id"), ("C20", "x")))


def test_one_cell_far_away(tmp_path: Path) -> None:
    bomb = workbook(("A1", "review_id"), ("XFD1048576", "x"))
    assert len(bomb) < 10_000
    with pytest.raises(Trap, match="far away"):
        opened(bomb)
    path = tmp_path / "reviews.xlsx"
    path.write_bytes(bomb)
    with pytest.raises(Refused, match="far away"):
        list(read_xlsx(Stream(path), ANY))
    with pytest.raises(BatchRefusedError, match="far away"):
        batch.read(bomb, name="terms.xlsx", most=10)


def test_a_member_that_unpacks_a_thousandfold() -> None:
    bomb = workbook(("A1", "x"), more={"xl/media/image.bin": bytes(60 << 20)})
    assert len(bomb) < 100_000
    with pytest.raises(Trap, match="50 MB"):
        opened(bomb)


def test_a_member_that_says_it_is_small() -> None:
    honest = workbook(("A1", "x"), more={"xl/media/image.bin": bytes(20 << 20)})
    size = struct.pack("<I", 20 << 20)
    assert honest.count(size) >= 1
    lying = honest.replace(size, struct.pack("<I", 10))
    with pytest.raises(Trap, match="not a readable"):
        opened(lying, most_bytes=1 << 20)


def test_entities_that_multiply() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&l11;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(Trap, match="entities"):
        opened(workbook(("A1", "x"), more={"xl/worksheets/sheet1.xml": sheet.encode()}))


def test_entities_that_read_a_file() -> None:
    sheet = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet>&f;</worksheet>'
    with pytest.raises(Trap, match="entities"):
        opened(workbook(("A1", "x"), more={"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_no_workbook(content: bytes) -> None:
    with pytest.raises(BatchRefusedError):
        batch.read(content, name="terms.xlsx", most=10)


def test_gzip_that_unpacks_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HARMLESS", 1 << 20)
    path = tmp_path / "reviews.csv.gz"
    path.write_bytes(gzip.compress(bytes(100 << 20)))
    stream = Stream(path)
    given = sum(len(block) for block in stream.blocks())
    assert given < 40 << 20
    assert stream.damage is not None
    assert "trap" in stream.damage


def test_gzip_within_gzip_is_not_opened_twice(tmp_path: Path) -> None:
    inner = gzip.compress(b"review_id\n" * 1000)
    path = tmp_path / "reviews.csv.gz"
    path.write_bytes(gzip.compress(inner))
    assert b"".join(Stream(path).blocks()) == inner


def test_a_parquet_file_of_more_rows_than_bytes(tmp_path: Path) -> None:
    path = tmp_path / "reviews.parquet"
    table = pa.table({"review_id": pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int32()), ["x"])})
    pq.write_table(table, path, compression="zstd", row_group_size=2_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(Refused, match="more rows"):
        list(read_parquet(Stream(path), ANY))


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_export_runs_in_a_spreadsheet(formula: str) -> None:
    assert as_text(formula) == f"'{formula}"
    assert batch.escaped(formula) == f"'{formula}"
    (row,) = [row for row in csv.reader(io.StringIO(as_csv({"codes": formula}))) if row[0] == "codes"]
    assert row[1] == f"'{formula}"
    written = batch.write([{"row": 1, "influencer": formula, "errors": {"fee": formula}}], ending=".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(written)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
