"""One check, put together: forecast, money, verdict, findings, counter-offer. Plain JSON, without words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratings.checks import findings, forecast, profit
from ratings.checks.findings.base import Promise, Result, Situation
from ratings.checks.forecast import Forecast
from ratings.checks.gaps import gaps
from ratings.checks.history import Floats, Shows
from ratings.checks.market import Market
from ratings.checks.profit import Money
from ratings.checks.rules import RULES, VERSION, Rules
from ratings.checks.terms import Terms
from ratings.checks.verdict import Chances, Verdict, chances, verdict

LAG_DAYS = (1, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90)
BARS = 24
FEES = 41


NO_PROMISE = Promise()


@dataclass(frozen=True)
class Known:
    """What is known of one influencer before paying."""

    shows: Shows
    slots: Shows
    category: str
    suspended: bool = False
    sanctions: tuple[str, ...] = ()
    promise: Promise = NO_PROMISE


def report(known: Known, *, market: Market, terms: Terms, rules: Rules = RULES) -> dict[str, Any]:
    """The answer, without id, peers and scorecard."""
    seen = forecast.forecast(
        shows=known.shows, slots=known.slots, category=known.category, market=market, terms=terms, rules=rules
    )
    m = profit.money(terms, seen.draws)
    kept, back = profit.profit(terms, m, collected=False), profit.profit(terms, m, collected=True)
    found = chances(collected=back, uncollected=kept, max_loss=terms.loss_limit)
    barred = known.suspended or bool(known.sanctions)
    said = verdict(barred=barred, comparable=seen.comparable, mature=seen.mature, found=found, rules=rules)
    safe = max(seen.curve.day_of(rules.balance_share), rules.few_balance_days)
    situation = Situation(
        terms=terms,
        forecast=seen,
        money=m,
        chances=found,
        rules=rules,
        suspended=known.suspended,
        sanctions=known.sanctions,
        promise=known.promise,
        gaps=gaps(terms, safe_day=safe),
        safe_balance_day=safe,
    )
    listed = [(module.CHECK, module.assess(situation)) for module in findings.ALL]
    rows = [{"check": check, "outcome": f.result.value, "code": f.code, "details": f.details} for check, f in listed]
    return {
        "verdict": said.value,
        "rules": VERSION,
        "reasons": _reasons(said, rows),
        "forecast": _forecast(seen, m, kept, back, terms),
        "p_fee_earned_back": found.earned_back,
        "p_fee_earned_back_collected": found.earned_back_collected,
        "p_loss_over_max": found.loss_over_max,
        "max_loss": terms.loss_limit,
        "break_even_fee": round(profit.break_even_fee(m), 2),
        "fee_curve": fee_curve(terms, m),
        "counter_offer": counter_offer(terms, m, seen, safe, said, rules),
        "safe_balance_day": safe,
        "contract_gaps": list(situation.gaps),
        "promise": asdict(known.promise),
        "refund_lag": _lag(seen),
        "cancel_share": round(seen.cancel_share, 4),
        "return_share": round(seen.return_share, 4),
        "peer_return_share": round(seen.peer_return, 4),
        "supported_share": None if math.isnan(seen.supported) else round(seen.supported, 4),
        "comparable_shows": seen.comparable,
        "mature_shows": seen.mature,
        "compared": "slots" if seen.by_slot else "shows",
        "usual_price": None if math.isnan(seen.usual_price) else round(seen.usual_price, 2),
        "findings": rows,
    }


def _reasons(said: Verdict, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings that speak for the verdict, the gravest first."""
    wanted = {
        Verdict.GO: (Result.FINE,),
        Verdict.NOT_ENOUGH: (Result.UNKNOWN, Result.FAIL, Result.WARN),
    }.get(said, (Result.FAIL, Result.WARN))
    if said is Verdict.GO:
        rows = [row for row in rows if row["check"] in ("earning", "evidence")]
    if said is Verdict.NOT_ENOUGH:
        rows = sorted(rows, key=lambda row: row["check"] != "evidence")
    chosen = [row for result in wanted for row in rows if row["outcome"] == result.value]
    return [{"check": row["check"], "code": row["code"], "details": row["details"]} for row in chosen]


def _forecast(seen: Forecast, m: Money, kept: Floats, back: Floats, terms: Terms) -> dict[str, Any]:
    def rounded(values: Floats, digits: int) -> dict[str, float]:
        return {name: round(value, digits) for name, value in profit.quantiles(values).items()}

    chance = terms.guarantee.collect_probability if terms.guarantee else 0.0
    return {
        "viewers": rounded(seen.draws.viewers, 0),
        "orders": rounded(seen.draws.orders.astype(np.float64), 0),
        "paid_sales": rounded(m.paid, 2),
        "net_sales": rounded(m.settled, 2),
        "profit": {"collected": rounded(back, 2), "not_collected": rounded(kept, 2)},
        "mean_profit": {
            "collected": round(float(np.mean(back)), 2),
            "not_collected": round(float(np.mean(kept)), 2),
            "expected": round(float(chance * np.mean(back) + (1 - chance) * np.mean(kept)), 2),
        },
        "histogram": histogram(kept),
    }


def histogram(values: Floats) -> list[dict[str, float]]:
    """The distribution in bars of equal width; what lies beyond 1% and 99% is in the outer ones."""
    low, high = (float(x) for x in np.quantile(values, (0.01, 0.99)))
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    edges = np.linspace(low, high, BARS + 1)
    counts, _ = np.histogram(np.clip(values, low, high), edges)
    return [
        {"from": round(float(a), 2), "to": round(float(b), 2), "share": round(float(n) / values.size, 5)}
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def fee_curve(terms: Terms, m: Money) -> list[dict[str, float]]:
    """Chance and median profit for other fees, from 0 to beyond both the asked and the break-even one."""
    even = profit.break_even_fee(m)
    fees = np.linspace(0.0, 1.5 * max(terms.placement_fee, even, 1.0), FEES)
    ordered = np.sort(m.before_fee)
    earned = 1 - np.searchsorted(ordered, fees, side="left") / ordered.size
    middle = float(np.median(ordered))  # a fee takes as much from every future
    return [
        {"fee": round(fee, 2), "p_fee_earned_back": round(chance, 4), "median_profit": round(middle - fee, 2)}
        for fee, chance in zip(fees.tolist(), earned.tolist(), strict=True)
    ]


def counter_offer(terms: Terms, m: Money, seen: Forecast, safe: int, said: Verdict, rules: Rules) -> dict[str, Any]:
    """Terms under which the merchant could pay."""
    if seen.comparable < rules.least_sessions:
        most = 0.0
    else:
        loss = terms.max_loss if terms.max_loss is not None else math.inf
        most = profit.most_fee(m, chance=rules.go_from, loss=loss, loss_chance=rules.go_loss_most)
        if terms.max_loss is None and float(np.mean(m.before_fee < -terms.ad_budget)) > rules.go_loss_most:
            most = 0.0
    most = math.floor(most)
    fee = min(terms.placement_fee, most) if most > 0 else terms.placement_fee
    least = profit.least_guarantee(terms, m, fee)
    first = rules.first_payment if said is not Verdict.AVOID else 0.0
    return {
        "max_fee": most,
        "pure_commission": most <= 0 or said is Verdict.NOT_ENOUGH,
        "min_guarantee": None if least is None else math.ceil(least),
        "guarantee_basis": "settled",
        "pay_schedule": [
            {"share": share, "day": day} for share, day in ((first, 0), (round(1 - first, 2), safe)) if share > 0
        ],
    }


def _lag(seen: Forecast) -> list[dict[str, float]]:
    days = np.array(LAG_DAYS, dtype=np.float64)
    own, peers = seen.return_share * seen.curve.at(days), seen.peer_return * seen.peers.at(days)
    return [
        {"day": day, "share": round(share, 4), "peer_share": round(peer, 4)}
        for day, share, peer in zip(LAG_DAYS, own.tolist(), peers.tolist(), strict=True)
    ]


def better_peers(
    others: list[tuple[str, Known]], *, market: Market, terms: Terms, chance: float, rules: Rules = RULES
) -> list[dict[str, Any]]:
    """Those of `others` that earn this fee back more often, the best first; keys are the caller's."""
    rows: list[dict[str, Any]] = []
    for key, known in others:
        seen = forecast.forecast(
            shows=known.shows,
            slots=known.slots,
            category=known.category,
            market=market,
            terms=terms,
            rules=rules,
            draws=512,
        )
        if seen.comparable < rules.least_sessions or known.suspended or known.sanctions:
            continue
        m = profit.money(terms, seen.draws)
        kept = profit.profit(terms, m, collected=False)
        found = float(np.mean(kept >= 0))
        if found > chance:
            row = {"key": key, "p_fee_earned_back": round(found, 4), "median_profit": round(float(np.median(kept)), 2)}
            rows.append({**row, "p05": round(float(np.quantile(kept, 0.05)), 2)})
    return sorted(rows, key=lambda row: (-row["p_fee_earned_back"], -row["p05"]))[: rules.comparables]


__all__ = ["Chances", "Known", "better_peers", "report"]
