"""What exports without ids, with gaps that mean something, and with brackets of sales need of a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.ingest.mapping import MappingError, parse
from feedback.ingest.readers import reader_of
from feedback.ingest.rejects import Reject
from feedback.ingest.streams import Stream
from feedback.ingest.typed import Typer

COMPLAINT = {
    "complaint_id": {"hash": ["Date", "Firm", "Text"]},
    "influencer_id": "Firm",
    "created_at": {"from": "Date", "format": "%m/%d/%Y", "tz": "America/New_York"},
    "severity": "Disputed",
    "status": {"value": "open"},
    "text": "Timely",
}
VALUES = {"severity": {"Yes": "moderate", "No": "minor", "": "minor"}, "text": {"Yes": "", "No": "late answer"}}


def read(path: Path, document: dict[str, object]) -> tuple[list[dict[str, object]], list[Reject]]:
    mapping = parse(document)
    typer, stream = Typer(mapping), Stream(path)
    rows: list[dict[str, object]] = []
    rejects: list[Reject] = []
    for chunk in reader_of(path)(stream, mapping.wanted):
        typed = typer.type(chunk)
        rows += typed.table.to_pylist()
        rejects += typed.rejects
    typer.close()
    return rows, rejects


def complaints(folder: Path, text: str, **columns: object) -> tuple[list[dict[str, object]], list[Reject]]:
    path = folder / "complaints.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, {"kind": "complaints", "columns": COMPLAINT | columns, "values": VALUES})


def test_an_id_made_of_what_a_row_says(tmp_path: Path) -> None:
    rows, rejects = complaints(
        tmp_path,
        "Date,Firm,Text,Disputed,Timely\n"
        "1/2/2016,a,bc,Yes,Yes\n"
        "1/2/2016,a,bc,No,Yes\n"  # what became of it is no part of the id
        "1/2/2016,ab,c,Yes,Yes\n"  # where one column ends and the next begins is
        "1/2/2016,a,,Yes,Yes\n",
    )
    ids = [row["complaint_id"] for row in rows]
    assert not rejects
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    # printf "1/2/2016\x1fa\x1fbc" | sha256sum, its first half
    assert ids[0] == "7f5d64e0d8ff9877962908e41ba763b5"


def test_an_id_is_never_made_of_fewer_columns_than_named(tmp_path: Path) -> None:
    rows, rejects = complaints(tmp_path, "Date,Firm,Disputed,Timely\n1/2/2016,a,Yes,Yes\n")
    assert not rows
    assert "the file has no column Text" in rejects[0].reason


def test_a_value_for_where_the_source_says_nothing_and_nothing_for_a_value(tmp_path: Path) -> None:
    rows, rejects = complaints(
        tmp_path, "Date,Firm,Text,Disputed,Timely\n1/2/2016,a,x,,Yes\n1/3/2016,a,x,Yes,No\n1/4/2016,a,x,No,\n"
    )
    assert not rejects
    assert [(row["severity"], row["text"]) for row in rows] == [
        ("minor", None),
        ("moderate", "late answer"),
        ("minor", None),
    ]


def test_nothing_is_received_before_it_happened(tmp_path: Path) -> None:
    sent = {"from": "Sent", "format": "%m/%d/%Y", "tz": "America/New_York"}
    rows, rejects = complaints(
        tmp_path,
        "Date,Sent,Firm,Text,Disputed,Timely\n1/2/2016,1/2/2016,a,x,,\n1/2/2016,1/1/2016,b,x,,\n",
        received_at=sent,
    )
    assert [row["influencer_id"] for row in rows] == ["a"]
    assert [(reject.line, reject.column, reject.reason) for reject in rejects] == [
        (3, "received_at", "lies before created_at")
    ]


@pytest.mark.parametrize(
    ("shown", "low", "high"),
    [
        ("7.5w~10w", 75_000, 100_000),
        ("7.5~10w", 75_000, 100_000),
        ("7500~1w", 7_500, 10_000),
        ("0~500", 0, 500),
        ("1,000~2,500", 1_000, 2_500),
        ("5000万~1亿", 50_000_000, 100_000_000),
    ],
)
def test_a_bracket_of_sales(tmp_path: Path, shown: str, low: float, high: float) -> None:
    path = tmp_path / "sessions.csv"
    path.write_text(f'id,host,start,orders,sales\ns1,h1,2025-01-01 20:00:00,3,"{shown}"\n', encoding="utf-8")
    columns = {
        "session_id": "id",
        "influencer_id": "host",
        "started_at": {"from": "start", "tz": "Asia/Shanghai"},
        "orders": "orders",
        "gmv": {"from": "sales", "number": "wan"},
    }
    ((row,), rejects) = read(path, {"kind": "sessions", "columns": columns})
    assert not rejects
    assert (row["gmv"], row["gmv_low"], row["gmv_high"]) == (None, low, high)


def test_a_column_is_made_in_one_way() -> None:
    with pytest.raises(MappingError, match="give one of from, value, concat and hash"):
        parse({"kind": "complaints", "columns": {"complaint_id": {"hash": ["a"], "concat": ["a"]}}})
