"""One influencer's evidence in memory, and what the scoring says of it, changed or not."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feedback import evidence
from influencers.models import Influencer
from ratings import ledger, publication
from ratings.days import policy_date
from ratings.engine.ledger import Ledger
from ratings.models import Run
from ratings.rating import Scores, rate_evidence
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import Policy

Tables = dict[str, pa.Table]


class NothingPublished(Exception):
    """Without a public run there is nothing to compare with."""


@dataclass(frozen=True)
class Standing:
    """Where evidence puts an influencer, in points at the published precision."""

    score: float
    low: float
    high: float
    grade: str | None
    rated: bool
    dimensions: dict[str, float]
    channels: dict[str, float]


@dataclass(frozen=True)
class Own:
    """All that is known of one influencer before `as_of`, and the public run's parameters to rate it with."""

    influencer: Influencer
    as_of: date
    run: Run
    tables: Tables
    policy: Policy
    parameters: Parameters
    fixed: Ledger

    def scores(self, tables: Tables | None = None, as_of: date | None = None) -> Scores:
        """Rate the evidence, or other evidence in its place."""
        return rate_evidence(
            self.tables if tables is None else tables,
            as_of=as_of or self.as_of,
            explain="summary",
            policy=self.policy,
            parameters=self.parameters,
            ledger=self.fixed,
        )

    def standing(self, tables: Tables | None = None, as_of: date | None = None) -> Standing:
        """The same in a few figures."""
        return standing_of(self.scores(tables, as_of))


def own(*, influencer: Influencer, at: datetime) -> Own:
    """Everything of one influencer as of tomorrow's start, as its live card has it."""
    public = publication.public_run(whole=True)
    if public is None:
        raise NothingPublished
    as_of = max(policy_date(at) + timedelta(days=1), public.run.as_of)
    with tempfile.TemporaryDirectory(prefix="clearhost-own-") as name:
        folder = Path(name)
        evidence.extract(until=as_of, into=folder, influencers=[influencer.pk])
        tables = {path.stem: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}
    reviewers = set(tables["reviews"]["reviewer_id"].to_pylist())
    return Own(
        influencer=influencer,
        as_of=as_of,
        run=public.run,
        tables=tables,
        policy=Policy.from_document(public.run.policy.document),
        parameters=Parameters.from_document(public.run.parameters),
        fixed=ledger.part(influencers=tables["influencers"]["influencer_id"].to_pylist(), reviewers=reviewers),
    )


def standing_of(scores: Scores) -> Standing:
    """The one influencer of these scores."""
    entry: dict[str, Any] = next(iter(scores.entries()))
    overall = entry["overall"]
    return Standing(
        score=overall["score"],
        low=overall["low"],
        high=overall["high"],
        grade=overall["grade"],
        rated=entry["status"] == "rated",
        dimensions={name: found["score"] for name, found in entry["dimensions"].items()},
        channels={name: float(channel.mean[0]) * 100 for name, channel in scores.cards.channels.items()},
    )
