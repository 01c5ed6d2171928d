"""Measures the model and simple baselines on synthetic worlds, clean and attacked."""

from __future__ import annotations

import json
import multiprocessing
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ratings.rating import CURRENT, Policy
from ratings.worlds import evaluation, figures, report
from ratings.worlds.evaluation import FAMILIES, SEEDS, Figures, evaluate_world
from ratings.worlds.steps import step_policies

FIGURES = Path("docs/figures")


class Command(BaseCommand):
    help = "Rate synthetic worlds of two unlike generators, clean and under each attack, and print the figures."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worlds", type=int, default=2, metavar="N", help="worlds (seeds) per generator")
        parser.add_argument("--size", type=int, default=1000, metavar="N", help="influencers per world")
        parser.add_argument("--seeds", choices=sorted(SEEDS), default="dev", help="which set of seeds")
        parser.add_argument("--family", choices=FAMILIES, help="only this generator")
        parser.add_argument("--quick", action="store_true", help="clean, drip, camouflaged drip and brushing only")
        parser.add_argument("--measures", metavar="A,B", help=f"only these of {', '.join(evaluation.ALL)}")
        parser.add_argument("--policy", type=Path, metavar="FILE", help="policy document (JSON) instead of the current")
        parser.add_argument("--steps", action="store_true", help="one row per step from the base model on")
        parser.add_argument("--processes", type=int, default=2, metavar="N", choices=(1, 2), help="1 or 2")
        parser.add_argument("--write", type=Path, metavar="METHOD.md", help="write the tables between its markers")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure of every world")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["worlds"] < 1 or options["size"] < 20:
            raise CommandError("At least one world of at least 20 influencers is needed.")
        which = _measures(options)
        policies = step_policies() if options["steps"] else [("model", _policy(options["policy"]))]
        families = [options["family"]] if options["family"] else list(FAMILIES)
        seeds = [SEEDS[options["seeds"]] + k for k in range(options["worlds"])]
        jobs = [(label, policy, f, seed) for label, policy in policies for seed in seeds for f in families]
        rows = self._run(jobs, size=options["size"], which=which, processes=options["processes"])
        steps = [(label, [f for name, f in rows if name == label]) for label, _ in policies]
        tables = {"steps": report.step_table(steps)} if options["steps"] else _tables(steps[0][1])
        note = (
            f"{options['worlds']} worlds of {options['size']:,} influencers per generator, "
            f"{'reporting' if options['seeds'] == 'report' else 'development'} seeds, mean ± sd over worlds."
        )
        for table in tables.values():
            self._show(table, note)
        if options["json"]:
            body = [{"policy": label, **asdict(f)} for label, f in rows]
            options["json"].write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        if options["write"]:
            for name, table in tables.items():
                _write(options["write"], name, f"{note}\n\n{report.markdown(table)}")
            if not options["steps"]:
                figures.write_all(steps[0][1], options["write"].parent / FIGURES)

    def _run(
        self, jobs: Sequence[tuple[str, Policy, str, int]], *, size: int, which: Sequence[str], processes: int
    ) -> list[tuple[str, Figures]]:
        """Every job's figures, in the order of the jobs whichever ends first."""
        done: dict[int, tuple[str, Figures]] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        context = multiprocessing.get_context("spawn")
        with (
            Progress(*columns, console=Console(stderr=True)) as progress,
            ProcessPoolExecutor(processes, mp_context=context) as pool,
        ):
            task = progress.add_task("worlds", total=len(jobs))
            waiting = {
                pool.submit(evaluate_world, family, seed, n=size, policy=policy, which=tuple(which)): k
                for k, (_, policy, family, seed) in enumerate(jobs)
            }
            for ready in as_completed(waiting):
                k = waiting[ready]
                done[k] = (jobs[k][0], ready.result())
                progress.update(task, advance=1, description=f"{jobs[k][0]} {jobs[k][2]}{jobs[k][3]}")
        return [done[k] for k in range(len(jobs))]

    def _show(self, table: list[list[str]], note: str) -> None:
        head, *body = table
        shown = Table(*head, caption=note)
        for row in body:
            shown.add_row(*row)
        Console(width=200).print(shown)


def _measures(options: dict[str, Any]) -> tuple[str, ...]:
    if options["measures"]:
        wanted = tuple(part for part in options["measures"].split(",") if part)
        unknown = sorted(set(wanted) - set(evaluation.ALL))
        if unknown:
            raise CommandError(f"Unknown measures: {', '.join(unknown)}. Known: {', '.join(evaluation.ALL)}")
        return wanted
    return evaluation.QUICK if options["quick"] else evaluation.ALL


def _policy(path: Path | None) -> Policy:
    return CURRENT if path is None else Policy.from_document(json.loads(path.read_text(encoding="utf-8")))


def _tables(rows: list[Figures]) -> dict[str, list[list[str]]]:
    return {"figures": report.main_table(rows), "baselines": report.baseline_table(rows)}


def _write(path: Path, name: str, body: str) -> None:
    """Replaces what stands between `<!-- evaluate:NAME -->` and `<!-- /evaluate:NAME -->`, or adds it at the end."""
    begin, end = f"<!-- evaluate:{name} -->", f"<!-- /evaluate:{name} -->"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    block = f"{begin}\n{body}\n{end}"
    if begin in text and end in text:
        before, rest = text.split(begin, 1)
        text = before + block + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n{block}\n".lstrip()
    path.write_text(text, encoding="utf-8")
