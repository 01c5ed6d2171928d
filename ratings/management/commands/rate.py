"""Rate everyone by the stored evidence; with --publish, make the result public; with --compare, only look."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone as clock
from rich.console import Console

from influencers.models import Influencer
from ratings import ledger, publication, runs
from ratings.close import rate_and_publish
from ratings.comparison import compare
from ratings.days import policy_date
from ratings.management import compared
from ratings.management.policies import BUILT_IN, read_policy
from ratings.management.steps import STEPS
from ratings.models import PublicRun
from ratings.rating import ENGINES
from ratings.scoring.policy import CURRENT, Policy


class Command(BaseCommand):
    help = "Rate every influencer by the stored evidence and keep the result as a run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="leave out what happened on this day or later"
        )
        parser.add_argument("--publish", action="store_true", help="make the run the public one")
        parser.add_argument(
            "--policy",
            metavar="FILE",
            help=f"policy document (JSON) instead of the one in force; {BUILT_IN!r} for that of this release",
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="show who would move under --policy, by how much and why; nothing is stored (as of the public run)",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="with --compare: everyone, as .csv or .json")
        parser.add_argument("--top", type=int, default=20, metavar="N", help="with --compare: rows to show")
        parser.add_argument(
            "--rebuild", action="store_true", help="first judge all closed days anew from their log and compare"
        )
        parser.add_argument("--engine", choices=ENGINES, default="embedded")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check(options)
        policy = runs.policy_in_force() if options["policy"] is None else read_policy(options["policy"])
        with Console(stderr=True).status(STEPS["evidence"]) as status:  # draws on a terminal only

            def tell(step: str) -> None:
                status.update(STEPS.get(step, step))

            try:
                if options["compare"]:
                    self._compare(policy, tell, options)
                else:
                    self._rate(policy, tell, options)
            except (runs.CannotRate, publication.CannotPublish, ledger.Differs) as why:
                raise CommandError(str(why)) from why

    def _check(self, options: dict[str, Any]) -> None:
        if options["compare"]:
            if options["policy"] is None:
                raise CommandError("--compare needs --policy FILE: the policy to compare with the one in force.")
            if options["publish"] or options["rebuild"]:
                raise CommandError("--compare stores and publishes nothing: leave out --publish and --rebuild.")
            out = options["out"]
            if out is not None and out.suffix not in compared.SUFFIXES:
                raise CommandError(f"{out}: the name must end with {' or '.join(compared.SUFFIXES)}.")
        elif options["out"] is not None:
            raise CommandError("--out belongs to --compare; scores as a file: manage.py score_files.")

    def _compare(self, policy: Policy, tell: Any, options: dict[str, Any]) -> None:
        runs.check_version(policy=policy)
        public = PublicRun.objects.select_related("run").first()
        as_of = options["as_of"] or (public.run.as_of if public else policy_date(clock.now()))
        found = compare(as_of=as_of, before=runs.policy_in_force(), after=policy, progress=tell)
        if not found.moves:
            raise CommandError("There is nobody to rate: load influencers and their evidence first.")
        names = dict(Influencer.objects.values_list("source_id", "name"))
        compared.show(found, names=names, top=options["top"], console=Console(highlight=False))
        if options["out"] is not None:
            compared.write(found, options["out"], names=names)
            self.stdout.write(f"All {len(found.moves):,} are in {options['out']}.")
        self.stdout.write("Nothing was stored.")

    def _rate(self, policy: Policy, tell: Any, options: dict[str, Any]) -> None:
        at = clock.now()
        as_of = options["as_of"] or policy_date(at)
        if options["rebuild"]:
            tell("rebuilding")
            self.stdout.write(f"{ledger.replayed():,} reviews replayed, each as it is stored.")
        rate = rate_and_publish if options["publish"] else runs.rate
        run = rate(as_of=as_of, at=at, policy=policy, engine=options["engine"], progress=tell)
        self.stdout.write(
            f"Run {run.pk}: {run.rated} rated and {run.influencers - run.rated} provisional influencers as of {as_of}"
            f" under policy {run.policy_id}, {run.digest}"
        )
        self.stdout.write("It is public." if options["publish"] else f"To publish it: manage.py publish {run.pk}")
        if options["policy"] is None and policy.version != CURRENT.version:
            self.stdout.write(
                f"This release brings policy {CURRENT.version}; {policy.version} is in force. Who would move: "
                f"manage.py rate --policy {BUILT_IN} --compare"
            )
