"""Takes up new evidence: its influencer's day sums, scorecard and document, without a full run.

Scores are as of tomorrow's start, with the parameters of the public run and provisional trust for days that are not
closed yet; ranks and peers stay as the run has them until the next close.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import transaction

from feedback import evidence, outbox
from influencers.models import Influencer
from ratings import cards, few, ledger, publication, runs
from ratings.days import policy_date
from ratings.models import PublicDocument, PublicRun, Run, Scorecard
from ratings.rating import Scores, rate_evidence, rate_gathered
from ratings.scoring.document import RANK_KEYS
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import Policy

AT_ONCE = 200
STANDINGS = tuple(f"{scope}{key}" for scope in ("", "peer_", "league_") for key in RANK_KEYS)


@dataclass(frozen=True)
class Recounted:
    """One influencer's card as its evidence has it now."""

    about: publication.About
    tier: str
    league: str
    card: dict[str, Any]


def take_up(*, at: datetime, most: int = AT_ONCE) -> int:
    """Take influencers out of the outbox and renew their documents; how many there were."""
    return len(take(at=at, most=most))


@transaction.atomic
def take(*, at: datetime, most: int = AT_ONCE) -> set[int]:
    """As `take_up`, and say whom.

    Before the first publication everything waits; after a change of policy until its days are judged under it.
    """
    public = _ready()
    if public is None:
        return set()
    touched = outbox.take(most=most)
    if touched:
        _renew(touched, public, at)
    return touched


@transaction.atomic
def take_now(*, influencers: Collection[int], at: datetime) -> None:
    """Renew these documents at once, whatever waits; they wait themselves where nothing can be renewed yet."""
    public = _ready()
    if public is None:
        outbox.put(influencers=influencers)
    else:
        _renew(influencers, public, at)


def _ready() -> PublicRun | None:
    """What is public, which stays so until the transaction ends; None where documents wait."""
    held = publication.hold_still()
    if held is None:
        return None
    public = _public(*held)
    return None if ledger.judged_under() not in (None, public.run.policy_id) else public


@lru_cache(maxsize=2)
def _public(run: int, published_at: datetime) -> PublicRun:
    """A publication with its run, which never changes: read once."""
    return PublicRun.objects.select_related("run__policy", "previous").get(run=run, published_at=published_at)


def _renew(influencers: Collection[int], public: PublicRun, at: datetime) -> None:
    found = recount(influencers=influencers, as_of=policy_date(at) + timedelta(days=1), run=public.run)
    renewed = (publication.Renewed(one.about, one.tier, one.league, cards.encode(one.card)) for one in found)
    publication.renew(documents=renewed, public=public, at=at)


def recount(*, influencers: Collection[int], as_of: date, run: Run, from_files: bool = False) -> Iterator[Recounted]:
    """Score some influencers from their own evidence before `as_of`, with the parameters of `run`.

    Of one that was merged into another it is the other. `from_files`: by the engine of a full rating, whatever is
    faster for so few; the answer is the same.
    """
    influencers = set(Influencer.survivors(influencers).values())
    everyone = publication.about(influencers=influencers, run=run)
    scores = _rescore(influencers, as_of, run, from_files=from_files)
    traffic, counts, refunds = runs.judged_sessions(scores), scores.evidence_counts, scores.refunds
    for entry in scores.entries(ranked=False):
        about = everyone[entry["influencer_id"]]
        _keep_ranks(entry, about.overall)
        found = runs.found_of(entry, traffic=traffic, counts=counts, refunds=refunds)
        name = entry["peer_group"]
        group = run.peer_groups.get(name) or {
            "size": 0,
            "mean": {k: d["score"] for k, d in entry["dimensions"].items()},
        }
        card = cards.card(status=entry["status"], peer_group=name, group=group, found=found)
        yield Recounted(about, name.rpartition("/")[2], entry["overall"]["league"], card)


def evidence_of(*, document: PublicDocument) -> dict[str, Any]:
    """The trusted day sums that a public document was made of, as of the day it speaks of."""
    as_of = speaks_of(document)
    scores = _rescore([document.influencer_id], as_of, document.run)
    return {"as_of": as_of, **scores.evidence_of(document.influencer.source_id)}


def pulls_of(*, document: PublicDocument) -> dict[str, list[tuple[str, float]]]:
    """Every single piece behind a public document by channel, with how far it moves the overall score, in points."""
    scores = _rescore([document.influencer_id], speaks_of(document), document.run, explain="full")
    return scores.pulls(document.influencer.source_id)


def speaks_of(document: PublicDocument) -> date:
    """The day whose start a document's evidence ends at."""
    return policy_date(document.updated_at) + timedelta(days=1) if document.live else document.run.as_of


@lru_cache(maxsize=4)
def _learned(pk: int, digest: str) -> tuple[Policy, Parameters]:
    """What a stored run was rated under and what it learned; neither ever changes."""
    run = Run.objects.select_related("policy").get(pk=pk)
    return Policy.from_document(run.policy.document), Parameters.from_document(run.parameters)


def _rescore(
    influencers: Collection[int], as_of: date, run: Run, explain: str = "summary", *, from_files: bool = False
) -> Scores:
    """Rate some influencers by the parameters of `run`: from sums the database makes, or from files for single events.

    Before the first close nothing is judged yet, and everything is gathered as for a full rating.
    """
    policy, parameters = _learned(run.pk, run.digest)
    closed = ledger.last_close()
    if explain == "summary" and not from_files and closed is not None:
        gathered = few.gather(influencers=influencers, as_of=as_of, policy=policy, closed=closed)
        return rate_gathered(gathered, as_of=as_of, policy=policy, parameters=parameters)
    with tempfile.TemporaryDirectory(prefix="clearhost-live-") as folder:
        evidence.extract(until=as_of, into=Path(folder), influencers=influencers)
        who = pq.read_table(Path(folder) / "influencers.parquet", columns=["influencer_id"])
        accounts = pq.read_table(Path(folder) / "reviews.parquet", columns=["reviewer_id"])
        return rate_evidence(
            Path(folder),
            as_of=as_of,
            explain=explain,
            policy=policy,
            parameters=parameters,
            ledger=ledger.part(
                influencers=who["influencer_id"].to_pylist(), reviewers=set(accounts["reviewer_id"].to_pylist())
            ),
        )


def _keep_ranks(entry: dict[str, Any], before: dict[str, Any]) -> None:
    """Ranks come from the run, where everyone was compared; who is not rated has none."""
    for key in STANDINGS:
        entry["overall"][key] = before.get(key) if entry["status"] == Scorecard.Status.RATED else None
