"""Runs: each whole or not there; one public; and a new rating of the same evidence gives the same digest."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import connection

from feedback import evidence
from ratings import ledger
from ratings.days import day_number
from ratings.models import Publication, PublicRun, Run
from ratings.rating import rate_evidence
from ratings.scoring.policy import Policy
from ratings.verify.faults import Checked, Look

WHOLE = """
SELECT r.id, r.influencers, r.rated, count(c.id), count(*) FILTER (WHERE c.status = 'rated'),
    coalesce(min(c.position), 0), coalesce(max(c.position), 0)
FROM ratings_run r LEFT JOIN ratings_scorecard c ON c.run_id = r.id WHERE r.status = 'stored'
GROUP BY r.id ORDER BY r.id
"""
AGAIN = "manage.py rate --publish"


def check(checked: Checked, how: Look) -> None:
    """Every stored run has all its scorecards; the public one, rated again, gives its digest."""
    with connection.cursor() as cursor:
        cursor.execute(WHOLE)
        for run, influencers, rated, cards, cards_rated, first, last in cursor.fetchall():
            checked.looked_at += 1
            whole = (cards, cards_rated) == (influencers, rated) and (first, last) == (1, cards)
            what = f"{cards} scorecards ({cards_rated} rated) in places {first} to {last}; its head says "
            checked.expect(whole, f"run {run}", f"{what}{influencers} ({rated} rated)", AGAIN)
        cursor.execute(
            "SELECT c.run_id, count(*) FROM ratings_scorecard c JOIN ratings_run r ON r.id = c.run_id "
            "WHERE r.status <> 'stored' GROUP BY 1"
        )
        for run, cards in cursor.fetchall():
            checked.fault(f"run {run}", f"is archived and keeps {cards} scorecards", AGAIN)
    public = PublicRun.objects.select_related("run__policy", "previous").first()
    if public is None:
        checked.notes.append("nothing is published yet")
        return
    for which, run in (("public", public.run), ("previous", public.previous)):
        if run is not None:
            kept = run.status == Run.Status.STORED
            checked.expect(kept, f"run {run.pk}", f"is the {which} one and archived", AGAIN)
    last_line = Publication.objects.filter(action=Publication.Action.PUBLISHED).first()
    agrees = last_line is not None and last_line.run_id == public.run_id
    checked.expect(agrees, "publication log", f"its last line is not of the public run {public.run_id}", AGAIN)
    _rated_again(checked, public.run)


def _rated_again(checked: Checked, run: Run) -> None:
    """Full: the evidence of the public run, rated again from the first row, while it is still the same evidence."""
    last = ledger.last_day()
    if last is not None and last >= day_number(run.as_of):
        checked.notes.append(f"run {run.pk} is as of an earlier day than is closed: not rated again")
        return
    policy = Policy.from_document(run.policy.document)
    with tempfile.TemporaryDirectory(prefix="clearhost-verify-") as folder:
        snapshot = evidence.snapshot(until=run.as_of, into=Path(folder))
        if snapshot.digest != run.evidence_digest:
            checked.notes.append(
                f"evidence before {run.as_of} was added, revised or taken out since run {run.pk}: "
                "its cards are compared one by one instead"
            )
            return
        scores = rate_evidence(Path(folder), as_of=run.as_of, policy=policy, ledger=ledger.whole(policy=policy))
        digest = scores.document()["digest"]
    checked.looked_at += 1
    what = f"rated again it gives {digest}, stored is {run.digest}"
    checked.expect(digest == run.digest, f"run {run.pk}", what, AGAIN)
