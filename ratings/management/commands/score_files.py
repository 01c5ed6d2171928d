"""Rate a folder of canonical files, without any database, and write the scores file."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from feedback import evidence
from ratings.engine.allocator import give_back, hold_little
from ratings.engine.gathered import EngineError
from ratings.rating import ENGINES, EXPLAIN, rate_evidence
from ratings.scoring.inputs import SumsError

REJECTED, FAILED = 1, 2
STEPS = {
    "evidence": "reading the files",
    "sums": "adding the evidence up by day",
    "parameters": "learning what is usual among peers",
    "scores": "scoring",
    "writing": "writing",
}


class Command(BaseCommand):
    help = (
        "Rate a folder of canonical files with no database and write the scores file. "
        "Exit code 0; 1 when rows were rejected (the scores are written all the same, the rejects beside them as "
        "OUT.rejects.csv); 2 for a failure."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", metavar="DIR", help="folder of evidence files, canonical or with KIND.toml beside them"
        )
        parser.add_argument(
            "--clean",
            action="store_true",
            help="DIR is what `export evidence` wrote; with --engine spark any address that the cluster reads",
        )
        parser.add_argument(
            "--mappings", metavar="DIR", type=Path, help="folder of KIND.toml files, when they aren't in DIR itself"
        )
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", required=True, help="first day that is left out"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="scores file to write (JSON)")
        parser.add_argument(
            "--merged", metavar="FILE", type=Path, help="CSV with influencer_id and into_id: who goes on as whom"
        )
        parser.add_argument("--engine", choices=ENGINES, default="embedded")
        parser.add_argument(
            "--explain", choices=EXPLAIN, default="summary", help="contributions: none, per channel, or per event"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, out = Path(options["folder"]), options["out"]
        if not (options["clean"] or folder.is_dir()):
            raise CommandError(f"{folder} is not a folder", returncode=FAILED)
        hold_little()
        rejects = out.with_name(out.name + ".rejects.csv")
        with Console(stderr=True).status(STEPS["evidence"]) as status, tempfile.TemporaryDirectory() as room:

            def tell(step: str) -> None:
                status.update(STEPS.get(step, step))

            try:
                rejected, clean = 0, _clean(options)
                if clean is None:
                    clean = Path(room) / "clean"
                    found = evidence.from_files(
                        folder,
                        until=options["as_of"],
                        into=clean,
                        rejects=rejects,
                        mappings=options["mappings"],
                        merged=_merged(options["merged"]),
                    )
                    rejected = found.rejected
                give_back()
                scores = rate_evidence(
                    clean,
                    as_of=options["as_of"],
                    engine=options["engine"],
                    explain=options["explain"],
                    progress=tell,
                )
                tell("writing")
                _write(out, scores.pieces())
            except (EngineError, SumsError, OSError, ValueError) as why:
                raise CommandError(str(why), returncode=FAILED) from why
        rated = int(scores.cards.rated.sum())
        self.stdout.write(f"{out}: {rated} rated and {scores.cards.rated.size - rated} provisional influencers")
        if rejected:
            self.stderr.write(f"{rejected} rows were rejected, each with its reason in {rejects}")
            sys.exit(REJECTED)


def _merged(path: Path | None) -> list[tuple[str, str]]:
    """Who goes on as whom; in one step, so that there is no chain and no circle."""
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row.get("influencer_id") or "", row.get("into_id") or "") for row in csv.DictReader(file)]
    gone, into = {one for one, _other in rows}, {other for _one, other in rows}
    if not all(one and other for one, other in rows) or len(gone) < len(rows) or gone & into:
        raise ValueError(f"{path}: each row names influencer_id and into_id; nobody goes on twice, or as who goes on")
    return rows


def _clean(options: dict[str, Any]) -> Path | str | None:
    """Clean evidence that is there already: an address as it was given, for a cluster reads more than folders."""
    if not options["clean"]:
        return None
    given: str = options["folder"]
    return given if options["engine"] == "spark" else Path(given)


def _write(out: Path, pieces: Any) -> None:
    """All or nothing: a reader never sees half a scores file."""
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
