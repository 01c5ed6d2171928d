"""What is let go of by itself, and when (SECURITY.md has the table with the reasons)."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from feedback import forgetting
from feedback.api import idempotency
from feedback.models import Case, Pace, Review, Ticket

WITHDRAWN_WORDS = timedelta(days=30)
CASES = timedelta(days=3 * 365)
LOOKS = timedelta(days=2 * 365)
SIGN_INS = timedelta(days=90)
FILES_TO_LOAD = timedelta(days=1)
AT_ONCE = 500


def retire(*, at: datetime) -> dict[str, int]:
    """Do what is due; how many of each. Whatever is left is done by the next."""
    return {
        "words of withdrawn reviews": _withdrawn(at),
        "words and files of old complaints": _cases(at),
        "looks": _looks(at),
        "answers to repeat": idempotency.forget(at=at),
        "paces": Pace.objects.filter(until__lt=at).delete()[0],
        "sessions": Session.objects.filter(expire_date__lt=at).delete()[0],
        "sign-ins": _sign_ins(at),
        "files to load": _files(at),
    }


@transaction.atomic
def _withdrawn(at: datetime) -> int:
    old = Ticket.objects.filter(withdrawn_at__lt=at - WITHDRAWN_WORDS).values("review_id")
    return Review.objects.filter(source_id__in=old, text__isnull=False).update(text=None, language=None)


def _cases(at: datetime) -> int:
    old = Case.objects.filter(closed_at__lt=at - CASES).exclude(text=forgetting.FORGOTTEN).order_by("pk")
    found = list(old[:AT_ONCE])
    for case in found:
        forgetting.forget_case(case=case)
    return len(found)


def _looks(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT feedback_end_looks(%s)", [at - LOOKS])
        return int(cursor.fetchone()[0])


def _sign_ins(at: datetime) -> int:
    before = at - SIGN_INS
    models = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(int(model.objects.filter(attempt_time__lt=before).delete()[0]) for model in models)


def _files(at: datetime) -> int:
    """Folders of files that staff looked at and did not load."""
    home, ended = Path(settings.IMPORTS_ROOT), 0
    for folder in home.iterdir() if home.exists() else ():
        if folder.is_dir() and folder.stat().st_mtime < (at - FILES_TO_LOAD).timestamp():
            shutil.rmtree(folder, ignore_errors=True)
            ended += 1
    return ended
