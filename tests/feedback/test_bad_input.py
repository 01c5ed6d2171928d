"""Each kind of bad input: a clear reason, the line, and the good rows kept."""

from __future__ import annotations

import csv
import gzip
import random
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from feedback.ingest import records, streams
from feedback.models import Refund, Review, Session, Violation
from tests.feedback.factories import row, write
from tests.feedback.loading import load_file, load_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def influencer(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))


GOOD = row("reviews", review_id="good")

BAD_CELLS = [
    ("professionalism", "6", '"6" is outside 1 to 5'),
    ("professionalism", "0", '"0" is outside 1 to 5'),
    ("professionalism", "4.5", '"4.5" is not a whole number'),
    ("professionalism", "", "is empty, and it is required"),
    ("service", "five", '"five" is not a whole number'),
    ("service", "nan", '"nan" is not a whole number'),
    ("service", "1_0", '"1_0" is not a whole number'),
    ("service", "=cmd|' /C calc'!A0", "looks like a formula; give the value itself"),
    ("service", "=4+1", "looks like a formula; give the value itself"),
    ("created_at", "2025-03-05T12:00:00", "has no offset from UTC"),
    ("created_at", "2025-03-05", "has no offset from UTC"),
    ("created_at", "yesterday", "is not a time; write it as 2025-12-31T20:00:00+08:00"),
    ("created_at", "2025-02-30T12:00:00Z", "is not a time"),
    ("created_at", "2025-03-05T12:00:00 Asia/Shanghai", "is not a time"),
    ("created_at", "1889-03-05T12:00:00Z", "is outside the years 1990 to 2099"),
    ("verified", "maybe", '"maybe" is not true or false'),
    ("influencer_id", "h404", '"h404" is no known influencer; load influencers first'),
    ("order_id", "=HYPERLINK(1)", "looks like a formula"),
    ("order_id", "x" * 129, "is longer than 128 characters"),
    ("order_id", "a\x07b", "contains control characters"),
    ("text", "x" * 20_001, "is longer than 20,000 characters"),
]


@pytest.mark.parametrize(("column", "cell", "reason"), BAD_CELLS)
def test_a_bad_cell_costs_its_row(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    bad = row("reviews", review_id="bad", **{column: cell})
    done = load_rows(tmp_path, "reviews", GOOD, bad)
    assert done.counts == {"rows": 2, "loaded": 1, "rejected": 1}
    (reject,) = done.rejects
    assert (reject["file"], reject["line"], reject["column"]) == ("reviews.csv", "3", column)
    assert reason in reject["reason"]
    assert reject["row"].startswith("bad,")
    assert [review.source_id for review in Review.objects.all()] == ["good"]


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("violations", {"code": "XYZ-99"}, '"XYZ-99" is not one of the codes of the taxonomy'),
        ("violations", {"class": "E"}, '"E" is not one of D, C, B, A'),
        ("refunds", {"reason": "bored"}, '"bored" is not one of not_as_described, quality'),
        ("refunds", {"amount": "-5"}, "is outside 0 to"),
        ("complaints", {"responded_at": "2025-03-01T00:00:00Z"}, "lies before created_at"),
        ("sessions", {"ended_at": "2025-02-01T00:00:00Z"}, "lies before started_at"),
        ("sessions", {"gmv_low": "9", "gmv_high": "3"}, "is less than gmv_low"),
        ("sessions", {"orders": "1e15"}, "is outside 0 to"),
    ],
)
def test_bounds_of_other_kinds(tmp_path: Path, kind: str, values: dict[str, object], reason: str) -> None:
    done = load_rows(tmp_path, kind, row(kind, **values))
    assert done.counts == {"rows": 1, "rejected": 1}
    assert reason in done.rejects[0]["reason"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    without = {name: value for name, value in GOOD.items() if name != "created_at"}
    done = load_rows(tmp_path, "reviews", without)
    assert done.counts == {"rows": 1, "rejected": 1}
    assert done.reasons == ["2 created_at: the file has no column created_at; add it, or name another in a mapping"]


def test_missing_optional_columns_are_not_known(tmp_path: Path) -> None:
    load_rows(tmp_path, "reviews", GOOD)
    review = Review.objects.get()
    assert (review.verified, review.text, review.session_id) == (None, None, None)


def test_unknown_columns_are_named_once(tmp_path: Path) -> None:
    done = load_rows(tmp_path, "reviews", {**GOOD, "mood": "good"})
    assert done.counts == {"rows": 1, "loaded": 1}
    assert done.unknown == {"mood"}


def test_a_gzip_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    rows = [row("reviews", review_id=f"r{random.Random(i).random()}") for i in range(3_000)]
    whole = write(tmp_path / "whole.csv", rows).read_bytes()
    path = tmp_path / "reviews.csv.gz"
    path.write_bytes(gzip.compress(whole)[:-2_000])
    done = load_file(path, "reviews")
    assert done.counts["loaded"] == Review.objects.count() > 1_000
    assert done.counts["rejected"] == 1
    assert "the gzip data is cut off" in done.reasons[0]
    assert not done.summary.whole


def test_a_latin_1_file_loses_only_the_lines_that_are_not_utf_8(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", [row("reviews", review_id="a", text="ok"), row("reviews", text="MARK")])
    path.write_bytes(path.read_bytes().replace(b"MARK", "café".encode("latin-1")))
    done = load_file(path, "reviews")
    assert done.counts == {"rows": 2, "loaded": 1, "rejected": 1}
    assert "byte 0xE9" in done.reasons[0]
    assert "is not UTF-8; save as UTF-8" in done.reasons[0]
    assert done.rejects[0]["line"] == "3"


def test_a_line_without_end_loses_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 1_000)
    monkeypatch.setattr(streams.Stream._plain, "__defaults__", (4_096,))
    path = write(tmp_path / "reviews.csv", [row("reviews", review_id="a"), row("reviews", review_id="b")])
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second + b"x" * 50_000 + b"\n" + third)
    done = load_file(path, "reviews")
    assert done.counts == {"rows": 3, "loaded": 2, "rejected": 1}
    assert done.reasons == [f"3 : {records.TOO_LONG}"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"a;b;c\n1;2;3\n", "separated by something other than commas"),
        ("review_id,service\n".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02,\x03\n", "NUL byte"),
        (b"review_id,review_id,service\n", "names review_id twice"),
    ],
)
def test_what_is_no_file_of_reviews_is_refused_whole(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(content)
    done = load_file(path, "reviews")
    assert done.counts == {"rows": 1, "rejected": 1}
    assert reason in done.reasons[0]


@pytest.mark.parametrize("name", ["reviews.parquet", "reviews.xlsx", "reviews.jsonl", "reviews.csv", "reviews.csv.gz"])
def test_garbage_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(random.Random(1).randbytes(300_000))
    done = load_file(path, "reviews")
    assert done.counts["rejected"] == done.counts["rows"] > 0
    assert Review.objects.count() == 0


def test_garbage_behind_a_header_is_refused_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", [GOOD])
    path.write_bytes(path.read_bytes() + random.Random(1).randbytes(300_000))
    done = load_file(path, "reviews")
    assert done.counts["loaded"] == 1
    assert done.counts["rejected"] > 500


def test_too_many_and_too_few_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "refunds.csv", [row("refunds"), row("refunds", refund_id="f2")])
    with path.open("a") as file:
        file.write("f3,h1\nf4,h1,2025-03-06T12:00:00+08:00,quality,more\n")
    done = load_file(path, "refunds")
    assert done.counts == {"rows": 4, "loaded": 2, "rejected": 2}
    assert done.reasons == ["4 : the row has 2 fields, the header 4", "5 : the row has 5 fields, the header 4"]


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    load_rows(tmp_path, "reviews", row("reviews", text="=1+1"))
    assert Review.objects.get().text == "=1+1"


def test_nothing_in_the_rejects_file_is_a_formula(tmp_path: Path) -> None:
    done = load_rows(tmp_path, "refunds", {"refund_id": '=cmd("x")', **row("refunds", refund_id='=cmd("x")')})
    with (tmp_path / "refunds.csv.rejects.csv").open(newline="") as file:
        cells = [cell for found in csv.reader(file) for cell in found]
    assert done.counts == {"rows": 1, "rejected": 1}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "refunds.csv", [row("refunds")])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_file(path, "refunds").counts == {"rows": 1, "loaded": 1}


def test_a_zone_makes_naive_times_readable(tmp_path: Path) -> None:
    load_rows(tmp_path, "sessions", row("sessions", started_at="2025-03-01 20:00"), tz="Asia/Shanghai")
    assert Session.objects.get().started_at.isoformat() == "2025-03-01T12:00:00+00:00"


@pytest.mark.parametrize("offset", ["+08:00", "+0800", "+08", " +08:00"])
def test_offsets_as_people_write_them(tmp_path: Path, offset: str) -> None:
    load_rows(tmp_path, "violations", row("violations", occurred_at=f"2025-03-01T20:00:00.250{offset}"))
    assert Violation.objects.get().occurred_at.isoformat() == "2025-03-01T12:00:00.250000+00:00"


def test_not_known_is_kept_apart_from_zero(tmp_path: Path) -> None:
    load_rows(tmp_path, "sessions", row("sessions", viewers=0, likes=""))
    session = Session.objects.get()
    assert (session.viewers, session.likes) == (0, None)


def test_a_dry_run_stores_nothing_and_finds_everything(tmp_path: Path) -> None:
    done = load_rows(tmp_path, "refunds", row("refunds"), row("refunds", refund_id="f2", reason="x"), dry_run=True)
    assert done.counts == {"rows": 2, "loaded": 1, "rejected": 1}
    assert not Refund.objects.exists()


def test_the_command_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "reviews.csv", [GOOD, row("reviews", service=9)])
    with pytest.raises(CommandError, match=r"1 row was rejected; where and why: reviews\.rejects\.csv") as failure:
        call_command("ingest", "reviews", "reviews.csv")
    assert failure.value.returncode == 1
    said = capsys.readouterr()
    assert "reviews.csv: loaded 1 + older 0 + duplicate 0 + skipped 0 + rejected 1 = 2 rows" in said.out
    assert 'reviews.csv:3: service: "9" is outside 1 to 5' in said.err
    assert (tmp_path / "reviews.rejects.csv").exists()


def test_the_command_leaves_no_rejects_file_when_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "reviews.csv", [GOOD])
    call_command("ingest", "reviews", "reviews.csv")
    assert not list(tmp_path.glob("*.rejects.csv"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["reviews", "missing.csv"],
        ["reviews"],
        [],
        ["--dir", "nowhere"],
        ["reviews", "reviews.doc"],
        ["reviews", "reviews.csv", "--tz", "Mars/Olympus"],
        ["reviews", "reviews.csv", "--mapping", "nothing.toml"],
        ["unknown", "reviews.csv"],
    ],
)
def test_what_can_not_be_done_fails_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "reviews.csv", [GOOD])
    (tmp_path / "reviews.doc").write_text("x")
    with pytest.raises(CommandError) as failure:
        call_command("ingest", *arguments)
    assert failure.value.returncode in (1, 2)  # argparse's own errors get their 2 on a command line only
    assert not Review.objects.exists()
