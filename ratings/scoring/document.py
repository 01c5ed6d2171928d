"""The scores document of interfaces.md section 3: rounded, sorted, the same bytes for the same evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring  # as `json` itself does where text stays text
from typing import Any

import numpy as np

from ratings.scoring.contributions import PLACES, points
from ratings.scoring.inputs import Bools, Floats, Ints, SessionRows
from ratings.scoring.policy import DIMENSIONS, TIERS, Policy
from ratings.scoring.ranking import rank
from ratings.scoring.scorecard import Cards, capped, grade

Entry = dict[str, Any]
ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
AT_ONCE = 1_000
RANK_KEYS = ("rank", "rank_low", "rank_high", "percentile", "p_top10")
SCOPES = ("", "peer_", "league_")
LEAGUES = (*TIERS, "newcomers")


def encode(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no blanks, UTF-8."""
    return ENCODER.encode(value).encode()


def entries(
    cards: Cards, policy: Policy, explain: Callable[[int], list[Entry]], *, standings: Standings | None = None
) -> Iterator[Entry]:
    """One entry per influencer, by id, some at a time.

    Parameters
    ----------
    explain : gives the contributions of an index
    standings : ranks of everyone; where they are not given, all are null
    """
    ids = cards.population.ids
    for start in range(0, len(ids), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        overall, ranks = _overalls(cards, policy, some), _ranked(cards, standings, some)
        dimensions = {name: _dimensions(cards, name, some) for name in DIMENSIONS}
        for index, influencer_id in enumerate(ids[some], start=start):
            at = index - start
            yield {
                "influencer_id": influencer_id,
                "status": "rated" if cards.rated[index] else "provisional",
                "peer_group": peer_group(cards, index),
                "overall": {**overall[at], **ranks[at]},
                "dimensions": {name: rows[at] for name, rows in dimensions.items()},
                "grade_cap": cards.caps[index],
                "contributions": explain(index),
            }


def peer_group(cards: Cards, index: int) -> str:
    """`category/tier` of one influencer."""
    population = cards.population
    return f"{population.categories[population.category[index]]}/{TIERS[cards.tier[index]]}"


def _overalls(cards: Cards, policy: Policy, some: slice) -> list[Entry]:
    found = []
    points_of = (_points(v[some]) for v in (cards.mean, cards.low, cards.high))
    for values, rated, cap in zip(
        zip(*points_of, strict=True), cards.rated[some].tolist(), cards.caps[some], strict=True
    ):
        names: list[str | None] = [None, None, None]
        if rated:
            names = [capped(grade(v, policy), cap) for v in values]
        score, low, high = values
        graded = zip(("grade", "grade_low", "grade_high"), names, strict=True)
        found.append({"score": score, "low": low, "high": high, **dict(graded)})
    return found


def _dimensions(cards: Cards, name: str, some: slice) -> list[Entry]:
    d = cards.dimensions[name]
    weight = round(d.weight, 4)
    evidence = [round(value, 4) for value in np.where(d.known[some], d.evidence[some], 0.0).tolist()]
    rows = zip(_points(d.mean[some]), _points(d.low[some]), _points(d.high[some]), evidence, strict=True)
    return [{"score": s, "low": w, "high": h, "weight": weight, "evidence": e} for s, w, h, e in rows]


def _points(values: Floats) -> list[float]:
    return [points(value) for value in values.tolist()]


@dataclass(frozen=True)
class Standings:
    """Ranks platform-wide, in the peer group and in the league, (n,) columns by the names of the document.

    Attributes
    ----------
    columns : rank and interval, 0 for the provisional; percentile and chance to be in the top share
    """

    columns: dict[str, Ints | Floats]

    @classmethod
    def of(cls, cards: Cards, policy: Policy) -> Standings:
        """Rank everyone who is rated."""
        size = cards.population.size
        columns: dict[str, Ints | Floats] = {}
        for name in (f"{prefix}{key}" for prefix in SCOPES for key in RANK_KEYS):
            whole = "rank" in name
            columns[name] = np.zeros(size, dtype=np.int64) if whole else np.zeros(size)
        published = np.array(_points(cards.mean)) / 100
        for prefix, key in zip(SCOPES, (np.zeros(size, dtype=np.int64), _group(cards), _league(cards)), strict=True):
            for members in _groups(key, cards.rated):
                ranks = rank(published[members], cards.sd[members], share=policy.interval, top=policy.top_share)
                found = (ranks.rank, ranks.low, ranks.high, ranks.percentile, ranks.p_top)
                for name, values in zip(RANK_KEYS, found, strict=True):
                    columns[f"{prefix}{name}"][members] = values
        return cls(columns)


def _ranked(cards: Cards, standings: Standings | None, some: slice) -> list[Entry]:
    """Ranks of some, nulls for the provisional and where there are none, and everyone's league."""
    nothing = dict.fromkeys(f"{prefix}{key}" for prefix in SCOPES for key in RANK_KEYS)
    leagues = [{"league": LEAGUES[league]} for league in _league(cards)[some].tolist()]
    if standings is None:
        return [{**nothing, **league} for league in leagues]
    columns = [
        values[some].tolist() if values.dtype == np.int64 else [round(value, 4) for value in values[some].tolist()]
        for values in standings.columns.values()
    ]
    names, rated = tuple(standings.columns), cards.rated[some].tolist()
    return [
        {**(dict(zip(names, row, strict=True)) if ranked else nothing), **league}
        for ranked, league, row in zip(rated, leagues, zip(*columns, strict=True), strict=True)
    ]


def _group(cards: Cards) -> Ints:
    return cards.population.category * len(TIERS) + cards.tier


def _league(cards: Cards) -> Ints:
    return np.where(cards.newcomer, len(TIERS), cards.tier)


def _groups(key: Ints, rated: Bools) -> Iterator[Ints]:
    members = np.flatnonzero(rated)
    members = members[np.argsort(key[members], kind="stable")]
    ends = np.flatnonzero(np.diff(key[members])) + 1
    for part in np.split(members, ends):
        if part.size:
            yield part


def sessions(cards: Cards, rows: SessionRows) -> Iterator[Entry]:
    """Judgement of every session, by session id."""
    names = ("session_id", "influencer_id", "inflation_z", "real_share", "flagged")
    for judged in _judged(cards, rows):
        yield from (dict(zip(names, row, strict=True)) for row in judged)


def _judged(cards: Cards, rows: SessionRows) -> Iterator[Iterator[tuple[str, str, float, float, bool]]]:
    judged, ids = cards.sessions, cards.population.ids
    order = np.lexsort((rows.influencer, rows.ids))
    for start in range(0, order.size, AT_ONCE):
        part = order[start : start + AT_ONCE]
        yield zip(
            rows.ids[part].tolist(),
            [ids[who] for who in rows.influencer[part].tolist()],
            [round(z, PLACES) + 0.0 for z in judged.z[part].tolist()],
            [round(share, PLACES) for share in judged.share[part].tolist()],
            judged.flagged[part].tolist(),
            strict=True,
        )


def session_bytes(cards: Cards, rows: SessionRows) -> Iterator[bytes]:
    """`sessions` as `encode` would write them, a thousand at a time with commas between them."""
    quoted, yes = encode_basestring, ("false", "true")
    for judged in _judged(cards, rows):
        yield ",".join(
            [
                f'{{"flagged":{yes[flagged]},"inflation_z":{z!r},"influencer_id":{quoted(influencer)},'
                f'"real_share":{share!r},"session_id":{quoted(name)}}}'
                for name, influencer, z, share, flagged in judged
            ]
        ).encode()


def plain(entry: Entry) -> bytes:
    """An entry without its contributions; `with_contributions` puts some in."""
    return encode({key: value for key, value in entry.items() if key != "contributions"})


def with_contributions(entry: bytes, rows: list[Entry]) -> bytes:
    """The canonical bytes of an entry; its contributions sort before all else."""
    return b'{"contributions":' + encode(rows) + b"," + entry[1:]


def digest(head: Entry, entries_: Iterable[bytes], session_rows: Iterable[bytes]) -> str:
    """`sha256:` of the canonical document without `digest` and with every `contributions` empty."""
    found = hashlib.sha256()
    for piece in pieces(head, (with_contributions(entry, []) for entry in entries_), session_rows):
        found.update(piece)
    return "sha256:" + found.hexdigest()


def pieces(head: Entry, entries_: Iterable[bytes], session_rows: Iterable[bytes]) -> Iterator[bytes]:
    """The canonical document piece by piece, so that a large one never stands in memory whole.

    Keys of `head` sort as a dictionary's would: those before `influencers` come first, the others behind it.
    """
    before = {k: v for k, v in head.items() if k < "influencers"}
    after = {k: v for k, v in head.items() if k > "influencers"}
    yield encode(before)[:-1] + b',"influencers":['
    yield from _listed(entries_)
    yield b"]," + encode(after)[1:-1] + b',"sessions":['
    yield from _listed(session_rows)
    yield b"]}"


def _listed(rows: Iterable[bytes]) -> Iterator[bytes]:
    comma = b""
    for row in rows:
        yield comma + row
        comma = b","


def mean_by_group(cards: Cards) -> dict[str, dict[str, Any]]:
    """Size and mean of each dimension, in points, of every peer group that has members."""
    key = _group(cards)
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
