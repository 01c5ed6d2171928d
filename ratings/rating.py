"""Clean evidence → scores, without a database: the one code path of `rate` and `score_files`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ratings.engine.gathered import EngineError, Gathered
from ratings.engine.ledger import Ledger
from ratings.engine.merging import merged
from ratings.engine.shelf import Shelf
from ratings.scoring import contributions, document
from ratings.scoring.disclosed import disclosed
from ratings.scoring.estimate import learn
from ratings.scoring.inputs import Population
from ratings.scoring.observed import Observed, Seen, observe, review_counts
from ratings.scoring.orders import OrderParameters, fit
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CURRENT, PPM, Policy
from ratings.scoring.refunds import RefundShares, refund_shares, usual_shares
from ratings.scoring.scorecard import EPOCH, Cards, score
from ratings.scoring.trust import REASONS

EXPLAIN = ("none", "summary", "full")
ENGINES = ("embedded", "spark")
KEPT = 20_000  # influencers whose entries are kept between digest and file


@dataclass(frozen=True)
class Scores:
    """Everything one rating gives; `document()` is the scores file."""

    as_of: date
    policy: Policy
    explain: str
    cards: Cards
    seen: Seen
    estimated: Parameters
    gathered: Gathered

    @property
    def parameters(self) -> dict[str, Any]:
        """The published parameters: with them anyone can recompute a card from its own evidence."""
        return self.estimated.document()

    @property
    def peer_groups(self) -> dict[str, dict[str, Any]]:
        """Size and mean of each dimension of every peer group."""
        return document.mean_by_group(self.cards)

    def entries(self, explain: str | None = None, *, ranked: bool = True) -> Iterator[dict[str, Any]]:
        """One entry of the scores file per influencer, by id; ranks among part of all would say nothing."""
        standings = self._standings if ranked else None
        return document.entries(self.cards, self.policy, self._explainer(explain or self.explain), standings=standings)

    @cached_property
    def _standings(self) -> document.Standings:
        return document.Standings.of(self.cards, self.policy)

    def document(self) -> dict[str, Any]:
        """The scores file as one dictionary."""
        entries = list(self.entries())
        head = self._head((document.plain(entry) for entry in entries), self._session_bytes())
        sessions = list(document.sessions(self.cards, self.gathered.sums.sessions))
        return {**head, "influencers": entries, "sessions": sessions}

    def pieces(self) -> Iterator[bytes]:
        """The scores file as bytes, piece by piece; where it is small, digest and file share the work."""
        explain = self._explainer(self.explain)
        once = self.cards.population.size <= KEPT
        plain, sessions = (list if once else iter)(self._plain()), (list if once else iter)(self._session_bytes())
        head = self._head(plain, sessions)
        if not once:
            plain, sessions = self._plain(), self._session_bytes()
        full = (document.with_contributions(entry, explain(index)) for index, entry in enumerate(plain))
        return document.pieces(head, full, sessions)

    def _plain(self) -> Iterator[bytes]:
        return (document.plain(entry) for entry in self.entries("none"))

    def _session_bytes(self) -> Iterator[bytes]:
        return document.session_bytes(self.cards, self.gathered.sums.sessions)

    def _head(self, plain: Iterable[bytes], sessions: Iterable[bytes]) -> dict[str, Any]:
        head = {"as_of": self.as_of.isoformat(), "policy": self.policy.version}
        return {**head, "digest": document.digest(head, plain, sessions)}

    def _explainer(self, explain: str) -> Callable[[int], list[dict[str, Any]]]:
        if explain == "none":
            return lambda index: []
        if explain == "summary":
            return contributions.Summaries.of(self.cards, self.policy).of_one
        single = self._singles
        return contributions.Summaries.of(self.cards, self.policy, single).of_one

    @cached_property
    def _singles(self) -> dict[str, contributions.Single]:
        reviews, events = self.gathered.review_rows, self.gathered.event_rows
        if reviews is None or events is None:
            raise ValueError("single events were not asked for when the evidence was rated")
        return contributions.singles(self.cards, self.seen.of(0)[1], reviews, events, self.gathered.sums.sessions)

    def pulls(self, influencer_id: str) -> dict[str, list[tuple[str, float]]]:
        """Every piece of one influencer's evidence and how far it moves the score; only with `explain="full"`."""
        return contributions.pulls(self._singles, self.cards.population.ids.index(influencer_id), self.policy)

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Shown and supported viewers of every session, in order of influencer and start."""
        rows, judged, ids = self.gathered.sums.sessions, self.cards.sessions, self.cards.population.ids
        low, high = judged.low, judged.high
        result = []
        for k in range(rows.size):
            shown = float(rows.viewers[k])
            known = bool(judged.judged[k]) and np.isfinite(shown)
            result.append(
                {
                    "session_id": str(rows.ids[k]),
                    "influencer_id": ids[rows.influencer[k]],
                    "started_at": int(rows.started[k]),
                    "shown": int(shown) if np.isfinite(shown) else None,
                    "real_low": round(shown * float(low[k])) if known else None,
                    "real": round(shown * float(judged.share[k])) if known else None,
                    "real_high": round(shown * float(high[k])) if known else None,
                    "z": round(float(judged.z[k]), 4) + 0.0,
                    "flagged": bool(judged.flagged[k]),
                }
            )
        return result

    @property
    def evidence_counts(self) -> dict[str, dict[str, Any]]:
        """Per influencer: rows of each kind, share of verified reviews (null without any), reviews held down."""
        g = self.gathered
        share = np.where(g.counts["reviews"] > 0, g.verified / np.maximum(g.counts["reviews"], 1), np.nan).tolist()
        return {
            influencer: {
                **{kind: int(n[k]) for kind, n in g.counts.items()},
                "verified_share": None if np.isnan(share[k]) else round(share[k], 4),
                "held_down": int(g.held[k]),
                "held_down_fast": int(g.held_fast[k]),
            }
            for k, influencer in enumerate(g.population.ids)
        }

    @cached_property
    def _refund_shares(self) -> RefundShares:
        return refund_shares(self.gathered.population, self.gathered.sums, self.policy)

    @property
    def refunds(self) -> dict[str, dict[str, float] | None]:
        """Share of the last year's orders that came back, per influencer; None where no order is covered."""
        return {influencer: self._refund_shares.of(k) for k, influencer in enumerate(self.gathered.population.ids)}

    @property
    def usual_refunds(self) -> dict[str, dict[str, float]]:
        """What share is usual, per category."""
        return usual_shares(self._refund_shares, self.gathered.population)

    def evidence_of(self, influencer_id: str) -> dict[str, Any]:
        """The trusted day sums of one influencer: with the parameters, all that its card is made of."""
        index = self.cards.population.ids.index(influencer_id)
        return disclosed(self.cards, self.seen, self.gathered.sums.sessions, index)

    @property
    def review_trust(self) -> pa.Table:
        """review_id, trust in ppm and why it is not full, for every review; only with `explain="full"`."""
        rows = self.gathered.review_rows
        if rows is None:
            raise ValueError("single events were not asked for when the evidence was rated")
        trust = np.floor(rows.o * rows.admitted).astype(np.int64)
        why = [[name for bit, name in enumerate(REASONS) if bits >> bit & 1] for bits in rows.why.tolist()]
        return pa.table({"review_id": pa.array(rows.ids, pa.string()), "trust_ppm": trust, "why": why})


def rate_evidence(
    evidence: Path | str | Mapping[str, pa.Table],
    *,
    as_of: date,
    policy: Policy = CURRENT,
    engine: str = "embedded",
    explain: str = "summary",
    progress: Callable[[str], None] | None = None,
    ledger: Ledger | None = None,
    parameters: Parameters | None = None,
) -> Scores:
    """Rate all influencers of clean evidence as of the start of a day.

    Parameters
    ----------
    evidence : folder of Parquet files by kind, or the same as tables; for a cluster any address that it reads
    as_of : first day left out
    explain : `none`, `summary` or `full` (one contribution per event)
    progress : told the name of each step as it begins
    ledger : trust that closes have fixed already
    parameters : of an earlier run, for some influencers of many; learned from the evidence otherwise

    Raises
    ------
    ratings.engine.gathered.EngineError
        When the evidence cannot be read or summed.
    ratings.scoring.inputs.SumsError
        When sums are not such as evidence gives.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, not {engine!r}")
    if explain not in EXPLAIN:
        raise ValueError(f"explain must be one of {', '.join(EXPLAIN)}, not {explain!r}")
    tell = progress or (lambda step: None)
    tell("sums")
    as_of_day = (as_of - EPOCH).days
    rows = explain == "full"
    some = {"whole": False} if engine == "embedded" else {}
    gathered = _engine(engine).gather(evidence, as_of_day=as_of_day, policy=policy, rows=rows, ledger=ledger, **some)
    return rate_gathered(
        gathered, as_of=as_of, policy=policy, parameters=parameters, explain=explain, progress=progress
    )


def rate_gathered(
    gathered: Gathered,
    *,
    as_of: date,
    policy: Policy,
    parameters: Parameters | None = None,
    explain: str = "summary",
    progress: Callable[[str], None] | None = None,
) -> Scores:
    """Rate whoever's evidence has been summed already; otherwise as `rate_evidence`."""
    tell = progress or (lambda step: None)
    gathered = merged(gathered)
    tell("parameters" if parameters is None else "scores")
    orders = _orders(gathered, policy) if parameters is None else parameters.orders
    seen = _seen(gathered, orders, policy)
    gathered = gathered.looked_at()
    if parameters is None:
        parameters = learn(gathered.sums.sessions, orders, seen, policy)
        tell("scores")
    cards = score(gathered.population, gathered.sums, parameters, policy, seen)
    return Scores(as_of, policy, explain, cards, seen, parameters, gathered)


def _orders(gathered: Gathered, policy: Policy) -> OrderParameters:
    population, sums = gathered.population, gathered.sums
    counts = gathered.parts.counts if gathered.parts else review_counts(population, sums)
    return fit(population, sums.sessions, counts, policy)


def _seen(gathered: Gathered, orders: OrderParameters, policy: Policy) -> Seen:
    """Look at everyone's sums, some influencers at a time where there are many; their days wait on disk."""

    def looked() -> Iterator[tuple[Population, Observed]]:
        for people, sums in gathered.each():
            sums.check(people)
            yield people, observe(people, sums, orders, policy)

    if gathered.parts is None:
        return Seen.whole(*next(looked()))
    return Seen.joined(gathered.population, looked(), Shelf().put)


def _engine(name: str) -> Any:
    """The backend of that name; only who asks for a cluster needs what a cluster needs."""
    try:
        return importlib.import_module(f"ratings.engine.{name}")
    except ModuleNotFoundError as missing:
        if missing.name not in ("pyspark", "py4j"):
            raise
        raise EngineError(f"the engine {name} needs what requirements-{name}.txt names: make {name}") from missing


__all__ = ["CURRENT", "PPM", "Policy", "Scores", "rate_evidence", "rate_gathered"]
