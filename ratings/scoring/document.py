"""The scores document of interfaces.md section 3: rounded, sorted, the same bytes for the same evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ratings.scoring.contributions import points
from ratings.scoring.inputs import Bools, Floats, Ints, SessionRows
from ratings.scoring.policy import DIMENSIONS, TIERS, Policy
from ratings.scoring.ranking import Ranks, rank
from ratings.scoring.scorecard import Cards, capped, grade

Entry = dict[str, Any]
ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
RANK_KEYS = ("rank", "rank_low", "rank_high", "percentile", "p_top10")


def encode(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no blanks, UTF-8."""
    return ENCODER.encode(value).encode()


def entries(cards: Cards, policy: Policy, explain: Callable[[int], list[Entry]]) -> Iterator[Entry]:
    """One entry per influencer, by id; `explain` gives the contributions of an index."""
    standings = _standings(cards, policy)
    for index, influencer_id in enumerate(cards.population.ids):
        yield {
            "influencer_id": influencer_id,
            "status": "rated" if cards.rated[index] else "provisional",
            "peer_group": peer_group(cards, index),
            "overall": {**_overall(cards, index, policy), **standings[index]},
            "dimensions": {name: _dimension(cards, name, index) for name in DIMENSIONS},
            "grade_cap": cards.caps[index],
            "contributions": explain(index),
        }


def peer_group(cards: Cards, index: int) -> str:
    """`category/tier` of one influencer."""
    population = cards.population
    return f"{population.categories[population.category[index]]}/{TIERS[cards.tier[index]]}"


def _overall(cards: Cards, index: int, policy: Policy) -> Entry:
    score, low, high = (points(float(v[index])) for v in (cards.mean, cards.low, cards.high))
    names: list[str | None] = [None, None, None]
    if cards.rated[index]:
        names = [capped(grade(v, policy), cards.caps[index]) for v in (score, low, high)]
    return {
        "score": score,
        "low": low,
        "high": high,
        **dict(zip(("grade", "grade_low", "grade_high"), names, strict=True)),
    }


def _dimension(cards: Cards, name: str, index: int) -> Entry:
    d = cards.dimensions[name]
    return {
        "score": points(float(d.mean[index])),
        "low": points(float(d.low[index])),
        "high": points(float(d.high[index])),
        "weight": round(d.weight, 4),
        "evidence": round(float(d.evidence[index]) if d.known[index] else 0.0, 4),
    }


def _standings(cards: Cards, policy: Policy) -> list[Entry]:
    """Ranks platform-wide, in the peer group and among newcomers; nulls for the provisional."""
    keys = [*RANK_KEYS, *(f"{scope}_{key}" for scope in ("peer", "league") for key in RANK_KEYS)]
    result: list[Entry] = [
        {**dict.fromkeys(keys), "league": "newcomers" if new else TIERS[tier]}
        for new, tier in zip(cards.newcomer, cards.tier, strict=True)
    ]
    published = np.array([points(float(m)) for m in cards.mean]) / 100
    group = cards.population.category * len(TIERS) + cards.tier
    league = np.where(cards.newcomer, len(TIERS), cards.tier)
    for prefix, key in (("", np.zeros_like(group)), ("peer_", group), ("league_", league)):
        for members in _groups(key, cards.rated):
            ranks = rank(published[members], cards.sd[members], share=policy.interval, top=policy.top_share)
            _write(result, members, prefix, ranks)
    return result


def _groups(key: Ints, rated: Bools) -> Iterator[Ints]:
    members = np.flatnonzero(rated)
    members = members[np.argsort(key[members], kind="stable")]
    ends = np.flatnonzero(np.diff(key[members])) + 1
    for part in np.split(members, ends):
        if part.size:
            yield part


def _write(result: list[Entry], members: Ints, prefix: str, ranks: Ranks) -> None:
    for k, index in enumerate(members):
        result[index].update(
            {
                f"{prefix}rank": int(ranks.rank[k]),
                f"{prefix}rank_low": int(ranks.low[k]),
                f"{prefix}rank_high": int(ranks.high[k]),
                f"{prefix}percentile": round(float(ranks.percentile[k]), 4),
                f"{prefix}p_top10": round(float(ranks.p_top[k]), 4),
            }
        )


def sessions(cards: Cards, rows: SessionRows) -> list[Entry]:
    """Judgement of every session, by session id."""
    judged, ids = cards.sessions, cards.population.ids
    result = [
        {
            "session_id": str(rows.ids[k]),
            "influencer_id": ids[rows.influencer[k]],
            "inflation_z": round(float(judged.z[k]), 4) + 0.0,
            "real_share": round(float(judged.share[k]), 4),
            "flagged": bool(judged.flagged[k]),
        }
        for k in range(rows.size)
    ]
    return sorted(result, key=lambda row: (row["session_id"], row["influencer_id"]))


def digest(head: Entry, plain: Iterator[Entry], session_rows: list[Entry]) -> str:
    """`sha256:` of the canonical document without `digest` and with every `contributions` empty."""
    found = hashlib.sha256()
    for piece in pieces(head, plain, session_rows):
        found.update(piece)
    return "sha256:" + found.hexdigest()


def pieces(head: Entry, rows: Iterator[Entry], session_rows: list[Entry]) -> Iterator[bytes]:
    """The canonical document piece by piece, so that a large one never stands in memory whole.

    Keys of `head` sort as a dictionary's would: those before `influencers` come first, the others behind it.
    """
    before = {k: v for k, v in head.items() if k < "influencers"}
    after = {k: v for k, v in head.items() if k > "influencers"}
    yield encode(before)[:-1] + b',"influencers":['
    for k, row in enumerate(rows):
        yield (b"," if k else b"") + encode(row)
    yield b"]," + encode(after)[1:-1] + b',"sessions":['
    for k, row in enumerate(session_rows):
        yield (b"," if k else b"") + encode(row)
    yield b"]}"


def mean_by_group(cards: Cards) -> dict[str, dict[str, Any]]:
    """Size and mean of each dimension, in points, of every peer group that has members."""
    key = cards.population.category * len(TIERS) + cards.tier
    result: dict[str, dict[str, Any]] = {}
    means: dict[str, Floats] = {name: d.mean for name, d in cards.dimensions.items()}
    for group in np.unique(key):
        members = np.flatnonzero(key == group)
        name = peer_group(cards, int(members[0]))
        result[name] = {
            "size": int(members.size),
            **{dimension: points(float(np.mean(m[members]))) for dimension, m in means.items()},
        }
    return result
