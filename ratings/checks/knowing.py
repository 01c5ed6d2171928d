"""What is known of each influencer before paying: its own rows, its standing, the promises it made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np

from influencers.models import Influencer
from ratings.checks.findings.base import Promise
from ratings.checks.outcomes import TOLD
from ratings.checks.reading import DAY_US, Gathered
from ratings.checks.report import Known
from ratings.days import day_number
from ratings.models import Outcome, PublicDocument, Scorecard, Standing

GRAVEST_COUNTS = 3 * 365  # days; as long as a violation of class A caps the grade
KEPT_FROM = 0.95  # of a promise that must have come for it to be kept


def known(
    gathered: Gathered, influencers: Sequence[Influencer], day: date, *, own: Collection[UUID] = ()
) -> dict[int, Known]:
    """By primary key; `own` are the checks of who asks, whose outcomes count for it without being borne out."""
    heard = _heard(gathered, own)
    at = {host: k for k, host in enumerate(gathered.hosts)}
    frozen = set(Standing.objects.filter(influencer__in=influencers, frozen=True).values_list("pk", flat=True))
    for document in PublicDocument.objects.filter(influencer__in=influencers).only("body", "influencer_id"):
        if document.data["status"] == Scorecard.Status.SUSPENDED:
            frozen.add(document.influencer_id)
    found = {}
    for influencer in influencers:
        k = at.get(influencer.source_id, -1)
        shows, slots = (rows.where(rows.host == k) for rows in (gathered.shows, gathered.slots))
        found[influencer.pk] = Known(
            shows=replace(shows, host=np.zeros(shows.size, np.int64)),
            slots=replace(slots, host=np.zeros(slots.size, np.int64)),
            category=gathered.categories[k] if k >= 0 else influencer.category.code,
            suspended=influencer.pk in frozen,
            sanctions=_sanctions(gathered, influencer, day),
            promise=_promise(heard, influencer),
        )
    return found


def _sanctions(gathered: Gathered, influencer: Influencer, day: date) -> tuple[str, ...]:
    since = (day_number(day) - GRAVEST_COUNTS) * DAY_US
    rows = (row for row in gathered.violations if row["influencer_id"] == influencer.source_id)
    return tuple(sorted({str(row["code"]) for row in rows if row["class"] == "A" and row["occurred_at"] >= since}))


def _heard(gathered: Gathered, own: Collection[UUID]) -> list[dict[str, Any]]:
    """Deals that the platform reported, that the asker told of, and that another told of and the platform bears out."""
    told = {UUID(row["deal_id"].removeprefix(TOLD)) for row in gathered.deals if row["deal_id"].startswith(TOLD)}
    last = Outcome.objects.filter(check_of__in=told).order_by("check_of_id", "-id").distinct("check_of_id")
    counts = {*own, *(outcome.check_of_id for outcome in last.only("check_of", "borne_out") if outcome.borne_out)}
    silent = {f"{TOLD}{check}" for check in told - counts}
    return [row for row in gathered.deals if row["deal_id"] not in silent]


def _promise(heard: Sequence[dict[str, Any]], influencer: Influencer) -> Promise:
    rows = [row for row in heard if row["influencer_id"] == influencer.source_id]
    judged = [row for row in rows if row["promised_amount"] and row["delivered_amount"] is not None]
    return Promise(
        deals=len(rows),
        judged=len(judged),
        promised=float(sum(row["promised_amount"] for row in judged)),
        delivered=float(sum(min(row["delivered_amount"], row["promised_amount"]) for row in judged)),
        kept=sum(row["delivered_amount"] >= KEPT_FROM * row["promised_amount"] for row in judged),
        disputed=sum(bool(row["disputed"]) for row in rows),
        fee_returned=float(sum(row["fee_returned"] or 0.0 for row in rows)),
    )
