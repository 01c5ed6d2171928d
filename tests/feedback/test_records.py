"""The cutter finds the records that the csv module of the standard library finds, at the lines where they stand."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.ingest import records, streams
from feedback.ingest.records import Piece, pieces
from feedback.ingest.rejects import Reject
from feedback.ingest.streams import Stream


def cut(path: Path) -> tuple[list[tuple[int, str]], list[Reject]]:
    found: list[tuple[int, str]] = []
    rejects: list[Reject] = []
    for piece in pieces(Stream(path)):
        assert isinstance(piece, Piece)
        found += [(int(line), piece.raw(i)) for i, line in enumerate(piece.lines)]
        rejects += piece.rejects
    return found, rejects


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BLOCK", 64)
    monkeypatch.setattr(Stream._plain, "__defaults__", (64,))
    monkeypatch.setattr(records, "LONGEST", 200)


cells = st.text(alphabet=st.sampled_from('ab,"\n 中'), max_size=6)


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=40))
def test_cuts_where_the_standard_parser_does(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("x", *row) for row in rows])
    path = tmp_path_factory.mktemp("cut") / "a.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream._plain, "__defaults__", (64,))
        found, rejects = cut(path)
    assert rejects == []
    assert [next(csv.reader(io.StringIO(raw, newline=""))) for _, raw in found] == [["x", *row] for row in rows]
    lines = text.getvalue().split("\n")
    assert all(raw.startswith(lines[line - 1]) for line, raw in found)


@pytest.mark.usefixtures("small_blocks")
def test_a_line_without_end_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n1,2\n" + b"x" * 5_000 + b"\n3,4\n")
    found, rejects = cut(path)
    assert found == [(1, "a,b"), (2, "1,2"), (4, "3,4")]
    assert [(r.line, r.reason) for r in rejects] == [(3, records.TOO_LONG)]


@pytest.mark.usefixtures("small_blocks")
def test_a_line_without_end_at_the_end_is_refused_once(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"x" * 5_000)
    found, rejects = cut(path)
    assert found == [(1, "a,b")]
    assert [r.line for r in rejects] == [2]


@pytest.mark.parametrize("filler", [0, 50, 400])
@pytest.mark.usefixtures("small_blocks")
def test_a_quote_never_closed_costs_one_line(tmp_path: Path, filler: int) -> None:
    path = tmp_path / "quote.csv"
    path.write_bytes(b'a,b\n1,"open\n' + b"3,4\n" * (1 + filler))
    found, rejects = cut(path)
    assert [line for line, _ in found] == [1, *range(3, 4 + filler)]
    assert [(r.line, r.reason) for r in rejects] == [(2, records.BAD_QUOTE)]


def test_a_quote_inside_a_field_is_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "inch.csv"
    path.write_bytes(b'a,b\n5" screen,x\n"two\nlines",y\n')
    found, rejects = cut(path)
    assert found == [(1, "a,b"), (2, '5" screen,x'), (3, '"two\nlines",y')]
    assert rejects == []


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_bytes(b"a,b\r\n\r\n1,2\r\n\n3,4")
    assert cut(path)[0] == [(1, "a,b"), (3, "1,2"), (5, "3,4")]


@pytest.mark.parametrize("cut_off", [3, 12, 30])
def test_a_gzip_cut_off_gives_what_came_before(tmp_path: Path, cut_off: int) -> None:
    path = tmp_path / "cut.csv.gz"
    whole = b"a,b\n" + b"".join(b"%d,%d\n" % (i * 7919 % 10_007, i) for i in range(2_000))
    path.write_bytes(gzip.compress(whole)[:-cut_off])
    found, rejects = cut(path)
    assert len(rejects) == 1
    assert "cut off" in rejects[0].reason
    assert rejects[0].line == found[-1][0] + 1
    assert [raw for _, raw in found] == whole.decode().split("\n")[: len(found)]


def test_several_gzips_in_a_row_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "two.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"))
    assert [raw for _, raw in cut(path)[0]] == ["a,b", "1,2"]
