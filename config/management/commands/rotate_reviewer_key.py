"""Put the next key around every pseudonym, so that whoever knows the old one recognises nobody any more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone as clock

from config.state import Secrets
from feedback.models import PseudonymKey
from feedback.pseudonyms import KeysDiffer
from ratings.renaming import next_key


class Command(BaseCommand):
    help = (
        "Nest the next key of reviewers' pseudonyms around those that are stored; nobody's rating changes. "
        "With REVIEWER_KEY in the environment append the new key to it first, after a comma, and start all processes "
        "anew; without it a key is made. All keys are needed from then on: the new one does not replace the old."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        keys = settings.REVIEWER_KEYS
        if isinstance(keys, Secrets) and len(keys) <= max(1, PseudonymKey.objects.count()):
            keys.add()
        try:
            people = next_key(at=clock.now())
        except KeysDiffer as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{people:,} pseudonyms are under {PseudonymKey.objects.count()} keys now.")
