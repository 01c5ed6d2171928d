"""A full rating: snapshot of the evidence → engine → scoring → a stored run, all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from feedback import evidence, outbox
from influencers.models import Influencer
from ratings import cards, ledger
from ratings.days import day_number
from ratings.engine.ledger import Closed
from ratings.models import DIMENSIONS, PolicyVersion, PublicRun, Run, Scorecard
from ratings.rating import Scores, rate_evidence
from ratings.scoring.policy import CURRENT, Policy, PolicyError

JUDGED_SESSIONS = 60  # on a card, the latest ones; all of them are in the scores file
MANY = 1_000  # influencers after which the planner's figures may be far off
COLUMNS = (
    *("run_id", "influencer_id", "position", "status", "name", "category_id", "tier", "league"),
    *("score", "low", "high", "grade", "rank", "rank_low", "rank_high", "percentile", "p_top10"),
    *("peer_group", "peer_rank", *DIMENSIONS, "card"),
)


class CannotRate(Exception):
    """Says why, in words for the person who asked."""


def rate(
    *,
    as_of: date,
    at: datetime,
    policy: Policy = CURRENT,
    engine: str = "embedded",
    explain: str = "summary",
    fix: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Rates everyone by the evidence before the start of `as_of` and stores the run.

    Days that are closed keep the trust they were closed with; a run as of an earlier day or under another policy judges
    anew from the first. With `fix` the days since are closed with this run.

    Raises CannotRate when the policy's version is stored with other constants or nobody is there to rate.
    """
    began = time.monotonic()
    tell = progress or (lambda step: None)
    tell("evidence")
    last = ledger.last_day()
    fixed = None if last is not None and last >= day_number(as_of) else ledger.whole(policy=policy)
    announced = outbox.answered_by(until=as_of)
    with tempfile.TemporaryDirectory(prefix="clearhost-rate-") as folder:
        snapshot = evidence.snapshot(until=as_of, into=Path(folder))
        scores = rate_evidence(
            snapshot.folder,
            as_of=as_of,
            policy=policy,
            engine=engine,
            explain=explain,
            progress=progress,
            ledger=fixed,
        )
    tell("rows")
    closed = scores.gathered.closed if fix else None
    return store(
        scores=scores, snapshot=snapshot, engine=engine, at=at, began=began, announced=announced, closed=closed
    )


@transaction.atomic
def store(
    *,
    scores: Scores,
    snapshot: evidence.Snapshot,
    engine: str,
    at: datetime,
    began: float,
    announced: list[int] | None = None,
    closed: Closed | None = None,
) -> Run:
    """Writes a run, its scorecards and what it closes in one step; `began` is the monotonic clock at its start."""
    document = scores.document()
    entries = document["influencers"]
    if not entries:
        raise CannotRate(_("There is nobody to rate: load influencers and their evidence first."))
    run = Run.objects.create(
        as_of=scores.as_of,
        policy=policy_version(policy=scores.policy, at=at),
        parameters=scores.parameters,
        peer_groups=_peer_groups(scores),
        digest=document["digest"],
        evidence_digest=snapshot.digest,
        evidence_counts=snapshot.counts,
        influencers=len(entries),
        rated=sum(entry["status"] == Scorecard.Status.RATED for entry in entries),
        engine=engine,
        announced=announced or [],
        created_at=at,
        finished_at=at + timedelta(seconds=time.monotonic() - began),
    )
    known = {
        source_id: (pk, name, category)
        for pk, source_id, name, category in Influencer.objects.values_list("pk", "source_id", "name", "category_id")
    }  # read before the copy begins: a connection that copies cannot answer
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ratings_scorecard ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in _rows(run, entries, scores, known):
                copy.write_row(row)
        if len(entries) >= MANY:  # searches among a new run's rows took a second, until autovacuum came by
            cursor.execute("ANALYZE ratings_scorecard")
    if closed is not None:
        ledger.store(closed=closed, at=at, policy=scores.policy)
    return run


def policy_in_force() -> Policy:
    """The policy of the public run; before the first publication the one of this release."""
    public = PublicRun.objects.select_related("run__policy").first()
    if public is None:
        return CURRENT
    try:
        return Policy.from_document(public.run.policy.document)
    except PolicyError as why:
        text = _("Policy %(version)s, which is in force, cannot be read by this release (%(why)s): publish another.")
        raise CannotRate(text % {"version": public.run.policy_id, "why": why}) from why


def policy_version(*, policy: Policy, at: datetime) -> PolicyVersion:
    """The stored version of `policy`; a version once stored never changes its constants."""
    document = policy.document()
    digest = "sha256:" + hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    version, _created = PolicyVersion.objects.get_or_create(
        version=policy.version, defaults={"document": document, "digest": digest, "created_at": at}
    )
    _same_constants(version.version, version.document, policy)
    return version


def check_version(*, policy: Policy) -> None:
    """Raises CannotRate where `policy_version` would, and stores nothing."""
    stored = PolicyVersion.objects.filter(version=policy.version).first()
    if stored is not None:
        _same_constants(stored.version, stored.document, policy)
    elif policy.version == CURRENT.version:
        _same_constants(CURRENT.version, CURRENT.document(), policy)


def _same_constants(version: str, document: dict[str, Any], policy: Policy) -> None:
    """Names and values; how a constant is explained may be put better."""
    stored, given = ({row["name"]: row["value"] for row in d["constants"]} for d in (document, policy.document()))
    if stored != given:
        text = _("Policy %(version)s is stored with other constants: give the changed one a version of its own.")
        raise CannotRate(text % {"version": version})


def _peer_groups(scores: Scores) -> dict[str, dict[str, Any]]:
    usual = scores.usual_refunds
    return {
        name: {
            "size": group["size"],
            "mean": {dimension: group[dimension] for dimension in DIMENSIONS},
            "refunds": usual.get(name.rpartition("/")[0]),
        }
        for name, group in scores.peer_groups.items()
    }


def _rows(
    run: Run, entries: list[dict[str, Any]], scores: Scores, known: dict[str, tuple[int, str, int]]
) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of COLUMNS; position counts the rated by rank, then the others by score."""
    traffic, counts, refunds = judged_sessions(scores), scores.evidence_counts, scores.refunds
    ordered = sorted(entries, key=lambda e: (e["overall"]["rank"] or len(entries) + 1, -e["overall"]["score"]))
    for position, entry in enumerate(ordered, start=1):
        source_id, overall = entry["influencer_id"], entry["overall"]
        influencer, name, category = known[source_id]
        tier = entry["peer_group"].rpartition("/")[2]
        found = found_of(entry, traffic=traffic, counts=counts, refunds=refunds)
        group = run.peer_groups[entry["peer_group"]]
        card = cards.card(status=entry["status"], peer_group=entry["peer_group"], group=group, found=found)
        yield (
            *(run.pk, influencer, position, entry["status"], name, category, tier, overall["league"]),
            *(overall["score"], overall["low"], overall["high"], overall["grade"] or ""),
            *(overall["rank"], overall["rank_low"], overall["rank_high"], overall["percentile"], overall["p_top10"]),
            *(entry["peer_group"], overall["peer_rank"]),
            *(entry["dimensions"][dimension]["score"] for dimension in DIMENSIONS),
            cards.encode(card),
        )


def found_of(
    entry: dict[str, Any],
    *,
    traffic: dict[str, list[dict[str, Any]]],
    counts: dict[str, dict[str, Any]],
    refunds: dict[str, dict[str, float] | None],
) -> dict[str, Any]:
    """What a card says of one influencer beyond its peers."""
    source_id = entry["influencer_id"]
    return {
        **{key: entry[key] for key in ("overall", "dimensions", "contributions", "grade_cap")},
        "traffic": traffic.get(source_id, []),
        "refunds": refunds[source_id],
        "evidence": _evidence(counts[source_id]),
    }


def _evidence(counted: dict[str, Any]) -> dict[str, Any]:
    apart = ("verified_share", "held_down", "held_down_fast")
    counts = {kind: n for kind, n in counted.items() if kind not in apart}
    return {"counts": counts, **{name: counted[name] for name in apart}}


def judged_sessions(scores: Scores) -> dict[str, list[dict[str, Any]]]:
    """The latest judged sessions of each influencer, newest first."""
    sessions = scores.sessions  # by influencer, then by start
    starts = np.array([session["started_at"] for session in sessions], "datetime64[us]")
    written = np.datetime_as_string(starts, unit="s").tolist()
    found: dict[str, list[dict[str, Any]]] = {}
    for session, started_at in zip(reversed(sessions), reversed(written), strict=True):
        judged = found.setdefault(session["influencer_id"], [])
        if session["real"] is None or len(judged) == JUDGED_SESSIONS:
            continue
        judged.append(
            {
                "session_id": session["session_id"],
                "started_at": f"{started_at}+00:00",
                "shown": session["shown"],
                "real_low": session["real_low"],
                "real": session["real"],
                "real_high": session["real_high"],
                "inflation_z": session["z"],
                "flagged": session["flagged"],
            }
        )
    return found
