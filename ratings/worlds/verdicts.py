"""What the check's verdicts are worth on held-out shows: calibration, and yuan against simpler habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ratings.checks.history import Bools, Floats
from ratings.worlds.prepayment import Held, coverage

LEVELS = (0.5, 0.9)
POLICIES = ("everyone", "by shown viewers", "by gross sales", "verdicts")


@dataclass(frozen=True)
class Worth:
    """Of one world: offers taken up; per 100 offers, yuan: fees, losses of the deals that lost, result of all."""

    paid: int
    fees: float
    losses: float
    result: float


def paid_by(policy: str, rows: Sequence[Held]) -> Bools:
    """Which offers are taken up; the rankings take as many as the verdicts do."""
    go = np.array([row.verdict == "go" for row in rows])
    if policy == "verdicts":
        return go
    if policy == "everyone":
        return np.ones(go.size, dtype=np.bool_)
    by = np.array([row.shown if policy == "by shown viewers" else row.gross for row in rows])
    chosen = np.zeros(go.size, dtype=np.bool_)
    chosen[np.argsort(-by, kind="stable")[: int(go.sum())]] = True
    return chosen


def worth(policy: str, rows: Sequence[Held]) -> Worth:
    chosen = paid_by(policy, rows)
    came = np.array([row.came for row in rows])[chosen]
    fees = np.array([row.fee for row in rows])[chosen]
    scale = 100 / len(rows)
    return Worth(
        int(chosen.sum()), float(fees.sum()) * scale, float(-came[came < 0].sum()) * scale, float(came.sum()) * scale
    )


def deciles(rows: Sequence[Held]) -> list[tuple[int, float, float, float]]:
    """(offers, mean forecast, share earned back, standard error by influencer) of each tenth of the probability."""
    chance = np.array([row.chance for row in rows])
    won = np.array([row.came >= 0 for row in rows], dtype=np.float64)
    host = np.array([row.host for row in rows])
    found = []
    for k in range(10):
        of = np.minimum((chance * 10).astype(int), 9) == k
        n = int(of.sum())
        if n:
            found.append((n, float(chance[of].mean()), float(won[of].mean()), _error(won[of] - chance[of], host[of])))
        else:
            found.append((0, float("nan"), float("nan"), float("nan")))
    return found


def _error(gap: Floats, host: Floats) -> float:
    """Standard error of a mean, with the shows of one influencer taken together."""
    _names, at = np.unique(host, return_inverse=True)
    sums = np.bincount(at, weights=gap - gap.mean())
    return float(np.sqrt(np.sum(sums**2)) / gap.size)


def tables(worlds: Sequence[tuple[str, Sequence[Held]]]) -> dict[str, list[list[str]]]:
    """Tables as rows of text: coverage, deciles, worth."""
    families = sorted({family for family, _rows in worlds})
    cover = [["", *(f"{family}" for family in families)]]
    for name, ranks in (("net sales", "sales_rank"), ("profit", "profit_rank")):
        for level in LEVELS:
            cells = []
            for family in families:
                each = [100 * coverage([getattr(r, ranks) for r in rows], level) for f, rows in worlds if f == family]
                cells.append(_spread(each, 1))
            cover.append([f"{name}, {100 * level:.0f}% interval", *cells])
    tenths = [["forecast"], *([f"{10 * k} to {10 * k + 10}%"] for k in range(10))]
    for family in families:
        rows = apart([held for f, held in worlds if f == family])
        tenths[0] += [f"{family}: offers", "forecast", "earned back", "gap, points"]
        for line, (n, said, came, error) in zip(tenths[1:], deciles(rows), strict=True):
            line += [
                f"{n:,}",
                f"{100 * said:.1f}",
                f"{100 * came:.1f}",
                f"{100 * (came - said):+.1f} ± {100 * error:.1f}",
            ]
    money = [["paid", *(f"{family}: {what}" for family in families for what in ("offers", "losses", "result"))]]
    for policy in POLICIES:
        line = [policy]
        for family in families:
            each_worth = [worth(policy, rows) for f, rows in worlds if f == family]
            line.append(_spread([100 * w.paid / len(rows) for w, (f, rows) in _paired(each_worth, worlds, family)], 0))
            line += [_spread([w.losses for w in each_worth], 0), _spread([w.result for w in each_worth], 0)]
        money.append(line)
    for policy in POLICIES[:-1]:
        line = [f"verdicts instead of {policy}"]
        for family in families:
            pairs = [(worth(policy, rows), worth("verdicts", rows)) for f, rows in worlds if f == family]
            line += [
                "",
                _spread([a.losses - b.losses for a, b in pairs], 0),
                _spread([b.result - a.result for a, b in pairs], 0),
            ]
        money.append(line)
    return {"coverage": cover, "deciles": tenths, "worth": money}


def calibration(
    named: Sequence[tuple[str, Sequence[Held]]], *, second: str = "profit", third: str = "earned back"
) -> list[list[str]]:
    """One column for each set of forecasts: coverage, then each tenth of the probability."""
    head = ["", *(name for name, _rows in named)]
    body = [["forecasts", *(f"{len(rows):,}" for _name, rows in named)]]
    for what, ranks in (("net sales", "sales_rank"), (second, "profit_rank")):
        for level in LEVELS:
            cells = [f"{100 * coverage([getattr(row, ranks) for row in rows], level):.1f}" for _name, rows in named]
            body.append([f"{what}, {100 * level:.0f}% interval", *cells])
    each = [deciles(rows) for _name, rows in named]
    for k in range(10):
        cells = [
            f"{100 * (came - said):+.1f} ± {100 * error:.1f} of {n:,}" if n else "–"
            for n, said, came, error in (tenths[k] for tenths in each)
        ]
        body.append([f"{third}, {10 * k} to {10 * k + 10}%", *cells])
    return [head, *body]


def apart(worlds: Sequence[Sequence[Held]]) -> list[Held]:
    """The rows of several worlds together; influencers of different worlds are different."""
    return [replace(row, host=row.host + 1_000_000 * k) for k, rows in enumerate(worlds) for row in rows]


def _paired(
    each: Sequence[Worth], worlds: Sequence[tuple[str, Sequence[Held]]], family: str
) -> list[tuple[Worth, tuple[str, Sequence[Held]]]]:
    return list(zip(each, [one for one in worlds if one[0] == family], strict=True))


def _spread(values: Sequence[float], digits: int) -> str:
    found = np.asarray(values)
    sd = float(found.std(ddof=1)) if found.size > 1 else float("nan")
    return f"{found.mean():,.{digits}f} ± {sd:,.{digits}f}"
