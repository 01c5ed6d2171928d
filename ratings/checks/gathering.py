"""From the database to what a check reads: evidence by its door, shares of viewers from the public cards."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import date
from pathlib import Path

import numpy as np

from feedback import evidence
from feedback.kinds import COVERAGE, INFLUENCERS, REFUNDS, SESSIONS, VIOLATIONS
from feedback.trade import DEALS, ORDERS, SLOTS
from influencers.models import Influencer
from ratings import publication
from ratings.checks import market
from ratings.checks.market import Market
from ratings.checks.reading import Gathered, read
from ratings.checks.rules import RULES, Rules
from ratings.models import PublicDocument
from ratings.models.check import LearnedMarket

KINDS = (INFLUENCERS, SESSIONS, REFUNDS, VIOLATIONS, DEALS, SLOTS, ORDERS, COVERAGE)
MOST = 5_000  # influencers a market is learned from, evenly by the hash of their id


def gather(*, influencers: Collection[int], as_of: date) -> Gathered:
    """Everything known of these influencers before the start of a day."""
    documents = PublicDocument.objects.filter(influencer__in=list(influencers)).only("body")
    shares: dict[str, float] = {}
    for document in documents.iterator(chunk_size=200):
        for row in document.data["traffic"]:
            if row["shown"]:
                shares[row["session_id"]] = row["real"] / row["shown"]
    with tempfile.TemporaryDirectory(prefix="clearhost-check-") as folder:
        evidence.extract(until=as_of, into=Path(folder), influencers=influencers, kinds=KINDS)
        return read(Path(folder), as_of=as_of, shares=shares)


def learn(*, as_of: date, rules: Rules = RULES) -> Market:
    """Learn the market from the evidence before a day."""
    everyone = Influencer.objects.filter(voided_at=None, merged_into=None)
    if everyone.count() > MOST:
        everyone = everyone.extra(order_by=["md5"], select={"md5": "md5(influencers_influencer.source_id)"})
    found = gather(influencers=list(everyone.values_list("pk", flat=True)[:MOST]), as_of=as_of)
    names = tuple(sorted(set(found.categories)))
    position = {name: k for k, name in enumerate(names)}
    category = np.array([position[name] for name in found.categories], dtype=np.int64)
    return market.learn(shows=found.shows, slots=found.slots, category=category, categories=names, rules=rules)


def market_as_of(day: date) -> Market:
    """The market as of a day: the public run's where that is the day, learned once and stored, else learned anew."""
    public = publication.public_run()
    if public is None or public.run.as_of > day:
        return learn(as_of=day)
    stored = LearnedMarket.objects.filter(run=public.run).first()
    if stored is None:
        document = market.to_json(learn(as_of=public.run.as_of))
        stored, _created = LearnedMarket.objects.get_or_create(run=public.run, defaults={"document": document})
    return market.from_json(stored.document)
