"""Long files of terms: taken in, answered part by part by whoever has time, handed out as a table."""

from __future__ import annotations

import gzip
import json
import logging
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from ratings import publication
from ratings.checks import batch
from ratings.checks.batch import BatchRefusedError
from ratings.checks.verbs import Owner
from ratings.days import policy_date
from ratings.models import CheckBatch, CheckBatchPart

KEPT = timedelta(days=30)
MOST_OPEN = 2
State = CheckBatch.State
log = logging.getLogger("clearhost.checks")


@transaction.atomic
def take_in(*, rows: Sequence[Mapping[str, Any]], name: str, owner: Owner, at: datetime) -> CheckBatch:
    """Keep a file to be answered. Raises BatchRefusedError while others of the same owner are not done."""
    waiting = of(owner).filter(state__in=(State.WAITING, State.RUNNING)).count()
    if waiting >= MOST_OPEN:
        raise BatchRefusedError(
            _("%(count)s of your files are still being checked. Please wait for one of them, or stop it.")
            % {"count": waiting}
        )
    public = publication.public_run()
    return CheckBatch.objects.create(
        merchant=owner.merchant(),
        api_key=owner.api_key,
        user=owner.user,
        name="".join(letter for letter in name if letter.isprintable())[:200] or "checks",
        language=get_language() or "en",
        at=at,
        as_of=policy_date(at) + timedelta(days=1),
        run=public.run if public else None,
        given=gzip.compress(json.dumps(list(rows), ensure_ascii=False, default=str).encode()),
        rows=len(rows),
    )


def of(owner: Owner) -> QuerySet[CheckBatch]:
    """One's own files, and one's merchant's, the newest first."""
    if owner.api_key is not None:
        mine = Q(api_key=owner.api_key) | Q(merchant__keys__key=owner.api_key)
    else:
        mine = Q(user=owner.user) | Q(merchant__memberships__user=owner.user)
    own = CheckBatch.objects.filter(mine).order_by().values("pk")
    return CheckBatch.objects.filter(pk__in=own).defer("given")


def work(*, number: uuid.UUID, at: datetime, seconds: float) -> bool:
    """Answer parts of a file for about so long; whether something is left. Done parts stay done whatever happens."""
    began = time.monotonic()
    found = CheckBatch.objects.filter(pk=number).first()
    if found is None or not found.open:
        return False
    rows = found.table()
    while found.open:
        with transaction.atomic():
            locked = CheckBatch.objects.select_for_update(skip_locked=True, of=("self",)).defer("given")
            state = locked.filter(pk=number, state__in=(State.WAITING, State.RUNNING)).first()
            if state is None:
                return False  # stopped, or another is at it
            found = _part(state, rows, at)
        if time.monotonic() - began >= seconds:
            break
    return found.open


def _part(found: CheckBatch, rows: Sequence[Mapping[str, Any]], at: datetime) -> CheckBatch:
    with override(found.language):
        lines = batch.answered(
            rows[found.done : found.done + batch.AT_ONCE],
            first=found.done + 1,
            at=found.at,
            as_of=found.as_of,
            owner=Owner(api_key=found.api_key, user=found.user),
        )
        flat = [batch.flat(line) for line in lines]
    CheckBatchPart.objects.create(batch=found, first=found.done + 1, lines=flat)
    found.done += len(lines)
    found.counts = dict(Counter(found.counts) + Counter(batch.counts(lines)))
    found.state = State.DONE if found.done >= found.rows else State.RUNNING
    found.ended_at = at if found.state == State.DONE else None
    found.save(update_fields=["done", "counts", "state", "ended_at"])
    return found


@transaction.atomic
def stop(*, found: CheckBatch, at: datetime) -> None:
    """Answer no more of it; what is answered can be had."""
    still = CheckBatch.objects.filter(pk=found.pk, state__in=(State.WAITING, State.RUNNING))
    still.update(state=State.FAILED, error="stopped", ended_at=at)


def fail(*, number: uuid.UUID, why: str, at: datetime) -> None:
    """Give it up, saying why."""
    CheckBatch.objects.filter(pk=number).update(state=State.FAILED, error=why[:300], ended_at=at)


def body(found: CheckBatch, *, ending: str) -> bytes:
    """All that is answered, as CSV or XLSX."""
    parts = found.parts.values_list("lines", flat=True).iterator(chunk_size=10)
    return batch.table((line for lines in parts for line in lines), ending=ending)


def forget(*, at: datetime) -> int:
    """Delete files a month after they came; answers that are to be kept are asked for one at a time."""
    return CheckBatch.objects.filter(at__lt=at - KEPT).delete()[0]
