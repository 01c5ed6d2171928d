"""Loads files in tests as the command does."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from feedback.ingest.files import Files, Summary, whole_folder
from feedback.ingest.load import load
from feedback.ingest.mapping import Mapping, canonical
from feedback.ingest.rejects import RejectsFile
from feedback.kinds import KINDS
from tests.feedback.factories import Row, write


@dataclass
class Loaded:
    summary: Summary
    rejects: list[dict[str, str]]
    unknown: set[str]

    @property
    def counts(self) -> dict[str, int]:
        names = ("rows", "loaded", "older", "duplicate", "skipped", "rejected")
        return {name: found for name in names if (found := getattr(self.summary, name))}

    @property
    def reasons(self) -> list[str]:
        return [f"{reject['line']} {reject['column']}: {reject['reason']}" for reject in self.rejects]


def load_file(path: Path, kind: str, *, mapping: Mapping | None = None, dry_run: bool = False, **how: str) -> Loaded:
    where = path.with_name(f"{path.name}.rejects.csv")
    where.unlink(missing_ok=True)
    with RejectsFile(where) as rejects:
        files = Files(mapping or canonical(KINDS[kind]), [path], rejects, **how)  # type: ignore[arg-type]
        (summary,) = load([files], dry_run=dry_run)
    return Loaded(summary, read_rejects(where), files.unknown)


def load_rows(folder: Path, kind: str, *rows: Row, **how: object) -> Loaded:
    return load_file(write(folder / f"{kind}.csv", rows), kind, **how)  # type: ignore[arg-type]


def load_folder(folder: Path) -> tuple[list[Summary], list[dict[str, str]]]:
    where = folder.with_name("folder.rejects.csv")
    where.unlink(missing_ok=True)
    with RejectsFile(where) as rejects:
        summaries = load(whole_folder(folder, rejects))
    return summaries, read_rejects(where)


def read_rejects(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
