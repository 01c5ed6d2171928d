"""Files into the database: read, typed, staged, settled. One file, or one folder, is one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from feedback import intake
from feedback.ingest.files import VERDICTS, Files, Summary
from feedback.models import Ingest
from feedback.stored import table_of

MANY = 1_000  # rows after which the planner's figures may be far off


def load(group: Sequence[Files], *, dry_run: bool = False) -> list[Summary]:
    """One transaction. The kinds of the group come in the order in which they depend on each other."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # also for staff, whose requests are limited otherwise
            cursor.execute("SET LOCAL statement_timeout = 0")
        for files in group:
            counts = intake.record(kind=files.mapping.kind, batches=files.batches(), refuse=files.refuse)
            for number, summary in enumerate(files.summaries):
                for verdict, count in counts.get(number, {}).items():
                    if verdict != "rejected":
                        setattr(summary, verdict, getattr(summary, verdict) + count)
            files.finish()
            if any(summary.whole for summary in files.summaries):
                intake.assume_covered(kind=files.mapping.kind, since=None)
            for summary in files.summaries:
                assert summary.rows == sum(getattr(summary, verdict) for verdict in VERDICTS), (
                    "a row is unaccounted for"
                )
                _log(summary)
            if sum(summary.loaded for summary in files.summaries) >= MANY:
                with connection.cursor() as cursor:  # a rating right after the first load took minutes without
                    cursor.execute(f"ANALYZE {table_of(files.mapping.kind)}")
        transaction.set_rollback(dry_run)
    return [summary for files in group for summary in files.summaries]


def _log(summary: Summary) -> None:
    counts = {verdict: getattr(summary, verdict) for verdict in VERDICTS}
    Ingest.objects.create(
        kind=summary.kind, file=summary.file[:500], digest=summary.digest, rows=summary.rows, **counts
    )
