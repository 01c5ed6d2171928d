"""Live equals full: every card, counted again from its influencer's own evidence, says what it says."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date

from django.db import connection

from feedback import outbox
from ratings import ledger, live
from ratings.cards import encode
from ratings.days import day_number
from ratings.models import PublicDocument, PublicRun, Standing
from ratings.publication.bodies import CARD_KEYS
from ratings.verify.faults import Checked, Look

AT_ONCE = 200
OPEN_DAYS = """
SELECT count(DISTINCT day) FROM (
    SELECT (extract(epoch FROM coalesce(received_at, created_at)) + 28800)::bigint / 86400
    AS day FROM feedback_review WHERE voided_at IS NULL) r WHERE day > %s
"""


def check(checked: Checked, how: Look) -> None:
    """Whoever waits in the outbox, or is frozen, is left out and counted; the rest is counted again."""
    public = PublicRun.objects.select_related("run__policy").first()
    if public is None:
        return
    last = ledger.last_day()
    if last is not None and last >= day_number(public.run.as_of):
        checked.notes.append(f"run {public.run_id} is as of an earlier day than is closed: not compared")
        return
    if ledger.judged_under() not in (None, public.run.policy_id):
        checked.notes.append("closed days are judged under another policy: not compared")
        return
    documents = PublicDocument.objects.filter(influencer__voided_at=None).order_by("slug")
    open_days = _open_days(last)
    if open_days > 1:
        checked.notes.append(
            f"{open_days} days with reviews are not closed yet: trust of cards newer than the run is provisional, they "
            "were left out"
        )
        documents = documents.filter(live=False)
    waiting = outbox.who()
    frozen = set(Standing.objects.filter(frozen=True).values_list("influencer", flat=True))
    by_day: dict[date, list[int]] = defaultdict(list)
    for document in documents.select_related("run").defer("body", "body_gzip", "run__parameters").iterator():
        if document.influencer_id not in waiting and document.influencer_id not in frozen:
            by_day[live.speaks_of(document)].append(document.influencer_id)
    if waiting:
        checked.notes.append(f"{len(waiting)} influencers wait to be taken up and were left out")
    left = how.sample
    for as_of, who in by_day.items():
        chosen = who if left is None else who[:: max(1, len(who) // max(1, left))][:left]
        left = left if left is None else left - len(chosen)
        for start in range(0, len(chosen), AT_ONCE):
            how.progress(f"live {checked.looked_at}")
            _compare(checked, public, as_of, chosen[start : start + AT_ONCE])


def _open_days(last: int | None) -> int:
    """How many days with reviews no close has judged; beyond one, trust may lean on who is counted along."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_DAYS, [-1 if last is None else last])
        return int(cursor.fetchone()[0])


def _compare(checked: Checked, public: PublicRun, as_of: date, who: list[int]) -> None:
    said = {d.influencer_id: d for d in PublicDocument.objects.filter(influencer__in=who)}
    for found in live.recount(influencers=who, as_of=as_of, run=public.run, from_files=True):
        checked.looked_at += 1
        document = said.get(found.about.pk)
        if document is None:
            continue
        card = json.loads(encode(found.card))
        odd = [key for key in CARD_KEYS if document.data.get(key) != card.get(key)]
        remedy = f"manage.py publish {public.run_id}, and the worker takes up what came since"
        what = f"its evidence gives another {', '.join(odd)}"
        checked.expect(not odd, f"document {document.slug}", what, remedy)
