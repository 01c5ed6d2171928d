"""Does what is stored agree with itself: keys, sums, balances, documents."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console

from ratings import verify

WRONG, FAILED = 1, 2


class Command(BaseCommand):
    help = (
        "Check that source keys are unique, loads whole, trust as its log, runs whole, documents as their run, "
        "cards as their evidence, balances as their logs. Changes nothing; others may read and write meanwhile. "
        "Exit code 0: all agrees; 1: something does not, with its place and remedy; 2: could not look."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--only", nargs="+", choices=[*verify.CHECKS], default=(), metavar="CHECK",
                            help=", ".join(verify.CHECKS))  # fmt: skip
        parser.add_argument("--sample", type=int, metavar="N", help="count only N cards again, spread over all")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            with Console(stderr=True).status("looking") as status:  # draws on a terminal only
                how = verify.Look(sample=options["sample"], progress=lambda step: status.update(f"looking: {step}"))
                found = verify.look(only=options["only"], how=how)
        except DatabaseError as why:
            raise CommandError(f"could not look: {why}", returncode=FAILED) from why
        wrong = sum(checked.wrong for checked in found)
        if options["json"]:
            document = {"ok": not wrong, "faults": wrong, "seconds": round(time.monotonic() - began, 1)}
            self.stdout.write(json.dumps({**document, "checks": [asdict(checked) for checked in found]}, indent=1))
        else:
            self._say(found)
        if wrong:
            raise CommandError(f"{wrong:,} faults", returncode=WRONG)
        if not options["json"]:
            self.stdout.write(f"All agrees; {time.monotonic() - began:.1f} s.")

    def _say(self, found: list[verify.Checked]) -> None:
        for checked in found:
            said = f"{checked.wrong:,} FAULTS" if checked.wrong else "ok"
            self.stdout.write(f"{checked.name:<10}{said:<10} {checked.looked_at:>12,}  {checked.promise}")
            for note in checked.notes:
                self.stdout.write(f"{'':<10}note: {note}")
            for fault in checked.faults:
                self.stdout.write(f"{'':<10}{fault.place}: {fault.what}\n{'':<12}remedy: {fault.remedy}")
            if checked.wrong > len(checked.faults):
                self.stdout.write(f"{'':<10}… and {checked.wrong - len(checked.faults):,} more")
