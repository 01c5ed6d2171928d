"""What closes have fixed: replayed from their own log, each review judged once."""

from __future__ import annotations

from django.db import connection

from ratings import ledger
from ratings.models import PublicRun, TrustClose
from ratings.verify.faults import Checked, Look

RESTORE = "restore the last backup elsewhere and compare (docs/reliability.md)"


def check(checked: Checked, how: Look) -> None:
    """The replay of all closed days gives what is stored."""
    kept = TrustClose.objects.exclude(state=None).count()
    if ledger.last_day() is None:
        checked.notes.append("no day was closed yet")
        return
    checked.expect(kept == 1, "closes", f"{kept} of them keep a state; the last one alone should", RESTORE)
    try:
        checked.looked_at = ledger.replayed()
    except ledger.Differs as why:
        checked.fault("trust", str(why), "manage.py rate --policy built-in --publish under a new version judges anew")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT sum(reviews) FROM ratings_trustclose), (SELECT count(*) FROM ratings_reviewtrust)"
        )
        said, there = cursor.fetchone()
    what = f"closes judged {said} reviews, {there} are stored"
    checked.expect(said == there, "reviews judged", what, RESTORE)
    public = PublicRun.objects.select_related("run").first()
    if public is not None and public.run.policy_id != ledger.judged_under():
        checked.notes.append(f"days are judged under {ledger.judged_under()}, public is {public.run.policy_id}")
