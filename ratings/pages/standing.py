"""Public warnings, restrictions and appeals of a document, and what of its past deserves a mark on the trend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from feedback.taxonomy import CODES
from ratings.pages import labels, wording
from ratings.pages.numbers import as_day, chinese, day

UNDER_APPEAL = "under_appeal"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the standing, in words."""

    name: str
    codes: list[str]
    summary: str
    period: str
    appeal: str
    overturned: bool
    start: date | None
    decided: date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Event:
    """A day on which something happened, with its number on the trend."""

    number: int
    when: date
    what: str


def entries(data: Row) -> list[Entry]:
    """The document's `standing`, newest first."""
    found = [_entry(row) for row in data.get("standing") or []]
    return sorted(found, key=lambda e: e.start or date.min, reverse=True)


def _entry(row: Row) -> Entry:
    appeal: Row = row.get("appeal") or {}
    overturned: Row = row.get("overturned") or {}
    start, end, due, decided = _day(row, "start"), _day(row, "end"), _day(appeal, "due"), _day(overturned, "on")
    status = "overturned" if overturned else str(appeal.get("status") or "")
    outcome = "" if status == UNDER_APPEAL else status
    if outcome:
        text = labels.name(labels.OUTCOMES, outcome)
    elif due:
        text = wording.under_appeal(due, level=str(row.get("level") or ""))
    else:
        text = _("Under appeal.") if status else ""
    return Entry(
        name=labels.name(labels.LEVELS, row.get("level")),
        codes=[_code(code) for code in row.get("codes") or []],
        summary=str(row.get("public_summary") or ""),
        period="" if not start else f"{day(start)} – {day(end)}" if end else _("since %(day)s") % {"day": day(start)},
        appeal=text,
        overturned=bool(overturned),
        start=start,
        decided=decided,
        outcome=labels.name(labels.OUTCOMES, outcome) if outcome else "",
    )


def _day(row: Row, name: str) -> date | None:
    return as_day(row[name]) if row.get(name) else None


def _code(code: object) -> str:
    known = CODES.get(str(code))
    return str(code) if known is None else known.name_zh if chinese() else known.name_en


def events(found: Sequence[Entry], history: Sequence[Row]) -> list[Event]:
    """Warnings, decided appeals and changes of the method, oldest first."""
    marks: list[tuple[date, str]] = [
        (e.start, f"{e.name}: {e.summary}" if e.summary else e.name) for e in found if e.start
    ]
    marks += [(e.decided, e.outcome) for e in found if e.decided]
    for before, after in pairwise(history):
        if before.get("policy") and after.get("policy") and before["policy"] != after["policy"]:
            text = _("The method changed: policy %(version)s") % {"version": after["policy"]}
            marks.append((as_day(after["as_of"]), text))
    first = as_day(history[0]["as_of"]) if history else date.max
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    for when, what in marks:
        if when >= first:
            by_day[when].append(what)
    return [Event(n, when, "; ".join(by_day[when])) for n, when in enumerate(sorted(by_day), start=1)]
