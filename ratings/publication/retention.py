"""What stays of what was public: points for ever, documents daily for 90 days and then monthly, two runs' lists."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef

from ratings.models import HistoryPoint, KeptDocument, Run, Scorecard

DAILY_FOR = timedelta(days=90)

KEEP = """
INSERT INTO ratings_keptdocument (influencer_id, as_of, run_id, body_gzip)
SELECT influencer_id, %(as_of)s, run_id, body_gzip FROM ratings_publicdocument WHERE run_id = %(run)s
ON CONFLICT (influencer_id, as_of) DO UPDATE SET run_id = EXCLUDED.run_id, body_gzip = EXCLUDED.body_gzip
"""
MARK = """
INSERT INTO ratings_historypoint
    (influencer_id, as_of, run_id, policy_id, status, score, low, high, grade, rank, service_attitude)
SELECT c.influencer_id, %(as_of)s, c.run_id, %(policy)s, c.status, c.score, c.low, c.high, c.grade, c.rank,
    c.service_attitude
FROM ratings_scorecard c JOIN ratings_publicdocument d USING (influencer_id) WHERE c.run_id = %(run)s
AND NOT EXISTS (SELECT 1 FROM ratings_standing s WHERE s.influencer_id = c.influencer_id AND s.frozen)
ON CONFLICT (influencer_id, as_of) DO UPDATE SET run_id = EXCLUDED.run_id, policy_id = EXCLUDED.policy_id,
    status = EXCLUDED.status, score = EXCLUDED.score, low = EXCLUDED.low, high = EXCLUDED.high,
    grade = EXCLUDED.grade, rank = EXCLUDED.rank, service_attitude = EXCLUDED.service_attitude
"""


def keep(run: Run) -> None:
    """Keeps the public documents and points of `run`; of two runs as of one day the later publication stays."""
    names: dict[str, date | int | str] = {"as_of": run.as_of, "run": run.pk, "policy": run.policy_id}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, names)
        cursor.execute(MARK, names)
    KeptDocument.objects.filter(as_of__in=_thinned(run.as_of)).delete()


def take_back(run: Run) -> None:
    """Removes what `keep` wrote for `run`."""
    KeptDocument.objects.filter(run=run).delete()
    HistoryPoint.objects.filter(run=run).delete()


def archive(*, before: int) -> int:
    """Removes the scorecards of runs older than `before`; the runs themselves stay on record."""
    old = Run.objects.filter(status=Run.Status.STORED, pk__lt=before)
    Scorecard.objects.filter(run__in=old)._raw_delete("default")  # rows nobody points at: no need to load them
    return old.update(status=Run.Status.ARCHIVED)


def _thinned(today: date) -> list[date]:
    """Days past the daily stretch that are not the last published one of their month."""
    kept = Run.objects.filter(Exists(KeptDocument.objects.filter(run=OuterRef("pk"))), as_of__lt=today - DAILY_FOR)
    days = sorted(set(kept.values_list("as_of", flat=True)))
    return [day for day, later in itertools.pairwise(days) if (day.year, day.month) == (later.year, later.month)]
