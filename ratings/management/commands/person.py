"""One person's data: all of it as JSON, or forgotten."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone as clock

from feedback import forgetting
from feedback.reviews import UnknownTokenError
from ratings import renaming
from ratings.members import leaving


class Command(BaseCommand):
    help = (
        "Give out, or forget, what is stored about one person: a reviewer by the id a platform knows it under or by "
        "the token of a review, a complainant by the token of a case, a member by the name or address of the account. "
        "What is forgotten leads back to nobody; marks, dates and decisions stay, so that every rating stays explained."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["export", "forget"])
        parser.add_argument("--reviewer", action="append", default=[], help="id as sent, with the source before it")
        parser.add_argument(
            "--review", action="append", default=[], help="token of a review; --review=TOKEN if it begins with -"
        )
        parser.add_argument("--complaint", action="append", default=[], help="token of a complaint, likewise")
        parser.add_argument("--account", help="name or e-mail address")
        parser.add_argument("--out", type=Path, help="file for the export; else it is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        try:
            cases = forgetting.cases_of(options["complaint"])
        except UnknownTokenError:
            raise CommandError("no complaint has this token") from None
        reviewers = forgetting.reviewers_of(ids=options["reviewer"], tokens=options["review"])
        user = self.user(options["account"])
        if not cases and not reviewers and user is None:
            raise CommandError("nobody was named, or nothing is stored under that name")
        if options["what"] == "export":
            found = forgetting.kept(reviewers=reviewers, cases=cases, at=at)
            found["account"] = leaving.kept(user=user) if user else None
            text = json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, default=str)
            if options["out"]:
                options["out"].write_text(text + "\n", encoding="utf-8")
            else:
                self.stdout.write(text)
            return
        with transaction.atomic():
            reviews = renaming.forget(reviewers=reviewers) if reviewers else 0
            files = sum(forgetting.forget_case(case=case) for case in cases)
            if user:
                leaving.leave(user=user, at=at)
        accounts = int(user is not None)
        self.stdout.write(f"forgotten: {reviews} reviews, {len(cases)} complaints, {files} files, {accounts} accounts")

    def user(self, name: str | None) -> User | None:
        if not name:
            return None
        found = User.objects.filter(username=name).first() or User.objects.filter(email__iexact=name).first()
        if found is None:
            raise CommandError("there is no such account")
        return found
