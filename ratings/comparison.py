"""Two policies on the same evidence: who would move, by how much and why. Nothing is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from feedback import evidence
from ratings import ledger
from ratings.days import day_number
from ratings.rating import Scores, rate_evidence
from ratings.scoring.inputs import Floats
from ratings.scoring.policy import CHANNELS, Policy

WEIGHTS = "weight_"  # they add up to 1, so they change together
TOGETHER = "together"
Move = dict[str, Any]
DIMENSION_OF = {channel: dimension for dimension, channels in CHANNELS.items() for channel in channels}


@dataclass(frozen=True)
class Comparison:
    """What a change of policy does.

    Attributes
    ----------
    changed : constants by name with their values before and after
    summary : how many move which way, and how alike the two orders are
    moves : one row per influencer, by how far it moves; points of the overall score by channel and by constant
    """

    as_of: date
    before: str
    after: str
    changed: dict[str, tuple[Any, Any]]
    summary: dict[str, Any]
    moves: list[Move]

    def document(self) -> dict[str, Any]:
        """JSON-able."""
        changed = [{"name": k, "before": old, "after": new} for k, (old, new) in self.changed.items()]
        head = {"as_of": self.as_of.isoformat(), "before": self.before, "after": self.after}
        return {**head, "changed": changed, "summary": self.summary, "moves": self.moves}


def compare(*, as_of: date, before: Policy, after: Policy, progress: Callable[[str], None] | None = None) -> Comparison:
    """Rate today's evidence before `as_of` under both policies, and under each changed constant alone."""
    tell = progress or (lambda step: None)
    tell("evidence")
    last = ledger.last_day()
    fixed = None if last is not None and last >= day_number(as_of) else ledger.whole(policy=before)
    with tempfile.TemporaryDirectory(prefix="clearhost-compare-") as room:
        evidence.extract(until=as_of, into=Path(room))

        def rated(policy: Policy, ledger_: Any = None) -> Scores:
            return rate_evidence(Path(room), as_of=as_of, policy=policy, explain="none", ledger=ledger_, progress=tell)

        old = _Seen.of(rated(before, fixed))
        new = _Seen.of(rated(after))
        changed = difference(before, after)
        alone: dict[str, Floats] = {}
        steps = _one_at_a_time(before, after, changed)
        for label, policy in steps.items() if len(steps) > 1 else ():
            tell(f"{label} alone")
            alone[label] = rated(policy).cards.mean
    return Comparison(
        as_of, before.version, after.version, changed, _summary(old, new), _moves(old, new, list(steps), alone)
    )


def difference(before: Policy, after: Policy) -> dict[str, tuple[Any, Any]]:
    """Constants whose values differ, in the order of the policy."""
    pairs = zip(before.document()["constants"], after.document()["constants"], strict=True)
    return {a["name"]: (a["value"], b["value"]) for a, b in pairs if a["value"] != b["value"]}


def _one_at_a_time(before: Policy, after: Policy, changed: Iterable[str]) -> dict[str, Policy]:
    """The old policy with one constant changed; all weights are one constant."""
    found: dict[str, Policy] = {}
    weights = [name for name in changed if name.startswith(WEIGHTS)]
    if weights:
        found["weights"] = replace(before, **{name: getattr(after, name) for name in weights})
    for name in changed:
        if name not in weights:
            found[name] = replace(before, **{name: getattr(after, name)})
    return found


@dataclass(frozen=True)
class _Seen:
    """What is kept of one rating: the rest of it is large."""

    entries: list[dict[str, Any]]
    mean: Floats
    points: Mapping[str, Floats]

    @classmethod
    def of(cls, scores: Scores) -> _Seen:
        weights = scores.policy.weights
        channels = {name: 100 * weights[name] * channel.mean for name, channel in scores.cards.channels.items()
                    if name in weights}  # fmt: skip
        return cls(list(scores.entries("none")), scores.cards.mean, channels)


def _moves(old: _Seen, new: _Seen, labels: list[str], alone: Mapping[str, Floats]) -> list[Move]:
    found = []
    for k, (a, b) in enumerate(zip(old.entries, new.entries, strict=True)):
        by_channel = {f"{DIMENSION_OF[name]}/{name}": float(new.points[name][k] - old.points[name][k])
                      for name in old.points}  # fmt: skip
        total = float(100 * (new.mean[k] - old.mean[k]))
        by_constant = {name: float(100 * (mean[k] - old.mean[k])) for name, mean in alone.items()}
        if alone:
            by_constant[TOGETHER] = total - sum(by_constant.values())
        elif labels:
            by_constant[labels[0]] = total
        found.append(
            {
                "influencer_id": a["influencer_id"],
                "moved": round(b["overall"]["score"] - a["overall"]["score"], 4) + 0.0,
                "status": [a["status"], b["status"]],
                **{key: [a["overall"][key], b["overall"][key]] for key in ("score", "grade", "rank")},
                "by_channel": {name: round(value, 4) + 0.0 for name, value in by_channel.items()},
                "by_constant": {name: round(value, 4) + 0.0 for name, value in by_constant.items()},
            }
        )
    return sorted(found, key=lambda move: (-abs(move["moved"]), move["influencer_id"]))


def most(parts: Mapping[str, float]) -> tuple[str, float] | None:
    """The part that moves it most; None when nothing does."""
    name = max(parts, key=lambda key: abs(parts[key]), default=None)
    return None if name is None or not parts[name] else (name, parts[name])


def _summary(old: _Seen, new: _Seen) -> dict[str, Any]:
    moved = np.array([b["overall"]["score"] - a["overall"]["score"] for a, b in zip(old.entries, new.entries,
                                                                                  strict=True)])  # fmt: skip
    was = np.array([entry["status"] == "rated" for entry in old.entries], dtype=bool)
    now = np.array([entry["status"] == "rated" for entry in new.entries], dtype=bool)
    both = was & now
    grades = [(a["overall"]["grade"], b["overall"]["grade"]) for a, b in zip(old.entries, new.entries, strict=True)]
    tau = float(kendalltau(old.mean[both], new.mean[both]).statistic) if both.sum() > 1 else None
    return {
        "influencers": len(old.entries),
        "moved_up": int(np.sum(moved > 0)),
        "moved_down": int(np.sum(moved < 0)),
        "unmoved": int(np.sum(moved == 0)),
        "median_points": _rounded(np.median(np.abs(moved)) if moved.size else None),
        "most_points": _rounded(np.max(np.abs(moved)) if moved.size else None),
        "kendall_tau": None if tau is None or np.isnan(tau) else round(tau, 4),
        "other_grade": sum(a != b for (a, b), kept in zip(grades, both, strict=True) if kept),
        "newly_rated": int(np.sum(now & ~was)),
        "no_longer_rated": int(np.sum(was & ~now)),
    }


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 4)
