"""Many checks at once: CSV or XLSX in; JSON, CSV or XLSX out."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from feedback.ingest.workbooks import Trap, demand_harmless
from ratings.checks import parsing, verbs
from ratings.checks.terms import TermsError
from ratings.checks.wording import VERDICTS, worded

MOST_FILE = 200_000
MOST_UPLOAD = 100_000
MOST_NOW = 300  # rows answered while one waits; longer files are answered by the worker
AT_ONCE = 2_000  # looked at together: what is known of their hosts is gathered once for all
MOST_UNPACKED = 200 * 1024 * 1024
MOST_CELLS = 10_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
ENDINGS = (".json", ".csv", ".xlsx")
HEAD = (
    "row",
    "influencer",
    "verdict",
    "reasons",
    "p_fee_earned_back",
    "p_loss_over_max",
    "net_sales_p05",
    "net_sales_p50",
    "net_sales_p95",
    "profit_p05",
    "profit_p50",
    "profit_p95",
    "break_even_fee",
    "max_fee",
    "min_guarantee",
    "safe_balance_day",
    "comparable_shows",
    "errors",
)


class BatchRefusedError(ValueError):
    """A file that cannot be read or written as a whole, with the reason."""


def read(content: bytes, *, name: str, most: int) -> list[dict[str, Any]]:
    """Rows of a file, its header as names."""
    table = _sheet(content) if name.lower().endswith((".xlsx", ".xlsm")) else _csv(content)
    if not table:
        raise BatchRefusedError(_("The file is empty."))
    head = [str(cell).strip() for cell in table[0]]
    missing = [one for one in parsing.REQUIRED if one not in head]
    if missing:
        raise BatchRefusedError(_("Columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    named = [(k, one) for k, one in enumerate(head) if one in parsing.COLUMNS or one in parsing.FLAT]
    if len({one for _k, one in named}) < len(named):
        raise BatchRefusedError(_("A column occurs twice."))
    if len(table) - 1 > most:
        raise BatchRefusedError(
            _("%(rows)s rows; at most %(most)s can be checked at once.")
            % {"rows": f"{len(table) - 1:,}", "most": f"{most:,}"}
        )
    return [{one: row[k] if k < len(row) else "" for k, one in named} for row in table[1:]]


def _csv(content: bytes) -> list[list[Any]]:
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\x00" in text:
        raise BatchRefusedError(_("The file is not a text in UTF-8 or GB18030."))
    try:
        return [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise BatchRefusedError(_("The file is not a CSV.")) from None


def _sheet(content: bytes) -> list[list[Any]]:
    try:
        demand_harmless(io.BytesIO(content), most_bytes=MOST_UNPACKED, most_cells=MOST_CELLS)
    except Trap as trap:
        raise BatchRefusedError(_("The file is not an XLSX that can be opened here: %(why)s") % {"why": trap}) from None
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [row for row in sheet.to_python() if any(str(cell).strip() for cell in row)]
    except (CalamineError, ValueError, OSError):
        raise BatchRefusedError(_("The file is not an XLSX.")) from None


def many(rows: Sequence[Any]) -> int:
    """How many parts a file is answered in."""
    return -(-len(rows) // AT_ONCE)


def parts(
    rows: Sequence[Mapping[str, Any]], *, at: datetime, as_of: date | None = None, owner: verbs.Owner | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Part by part, one line a row: the answer, or what is wrong with it."""
    for start in range(0, len(rows), AT_ONCE):
        yield answered(rows[start : start + AT_ONCE], first=start + 1, at=at, as_of=as_of, owner=owner)


def answered(
    rows: Sequence[Mapping[str, Any]],
    *,
    first: int,
    at: datetime,
    as_of: date | None = None,
    owner: verbs.Owner | None = None,
) -> list[dict[str, Any]]:
    """One line a row, numbered from `first`."""
    lines: list[dict[str, Any]] = []
    asked: list[tuple[dict[str, Any], verbs.Asked]] = []
    known = verbs.find_all(row.get("influencer") for row in rows)
    for number, row in enumerate(rows, first):
        line: dict[str, Any] = {"row": number, "influencer": str(row.get("influencer", ""))[:128]}
        lines.append(line)
        try:
            asked.append((line, verbs.ask(row, known)))
        except TermsError as error:
            line["errors"] = error.errors
    if asked:
        found = verbs.answer([one for _line, one in asked], at=at, as_of=as_of, peers=False, owner=owner)
        for (line, _one), answer in zip(asked, found, strict=True):
            line["answer"] = answer
    return lines


def run(
    rows: Sequence[Mapping[str, Any]], *, at: datetime, as_of: date | None = None, owner: verbs.Owner | None = None
) -> list[dict[str, Any]]:
    return [line for part in parts(rows, at=at, as_of=as_of, owner=owner) for line in part]


def counts(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(line["answer"]["verdict"] if "answer" in line else "refused" for line in lines))


def ending_of(name: str) -> str:
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BatchRefusedError(_("Answers are written as .json, .csv or .xlsx."))
    return ending


def write(lines: Sequence[Mapping[str, Any]], *, ending: str) -> bytes:
    """The lines in the form that the ending of the file's name asks for."""
    ending = ending_of(f"x{ending}")
    if ending == ".json":
        body = [{**line, "answer": worded(line["answer"])} if "answer" in line else line for line in lines]
        return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    return table((flat(line) for line in lines), ending=ending)


def table(rows: Iterable[Sequence[Any]], *, ending: str) -> bytes:
    """Flat lines under their head, as CSV or XLSX."""
    if ending == ".csv":
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(HEAD)
        writer.writerows([escaped(cell) for cell in row] for row in rows)
        return out.getvalue().encode("utf-8-sig")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("checks")
    sheet.append(HEAD)
    for row in rows:
        sheet.append([escaped(cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def escaped(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, made a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def flat(line: Mapping[str, Any]) -> list[Any]:
    """One line of a table."""
    if "answer" not in line:
        errors = "; ".join(f"{name}: {reason}" for name, reason in line["errors"].items())
        return [line["row"], line["influencer"], *[""] * (len(HEAD) - 3), errors]
    a = worded(line["answer"])
    sales, profit, offer = a["forecast"]["net_sales"], a["forecast"]["profit"]["not_collected"], a["counter_offer"]
    return [
        line["row"],
        line["influencer"],
        str(VERDICTS[a["verdict"]]),
        " ".join(row["text"] for row in a["reasons"][:3]),
        a["p_fee_earned_back"],
        a["p_loss_over_max"],
        *(sales[q] for q in ("p05", "p50", "p95")),
        *(profit[q] for q in ("p05", "p50", "p95")),
        a["break_even_fee"],
        offer["max_fee"],
        offer["min_guarantee"],
        a["safe_balance_day"],
        a["comparable_shows"],
        "",
    ]
