"""Last year's deals: what the verdicts would have said before each, and what following them would have saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ratings.checks import verbs
from ratings.checks.terms import TermsError

NEEDED = ("agreed_at", "profit")


@dataclass(frozen=True)
class Line:
    """One deal: what was said before it, and the profit it made (yuan)."""

    row: int
    influencer: str
    verdict: str
    chance: float
    profit: float
    error: str = ""


def backtest(rows: Sequence[Mapping[str, Any]], *, at: datetime) -> list[Line]:
    """Check each row on the evidence before its `agreed_at`; `profit` is what the merchant made of it, fee paid."""
    found: list[Line] = []
    by_day: dict[date, list[tuple[int, verbs.Asked, float]]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        terms = {name: value for name, value in row.items() if name not in NEEDED}
        who = str(row.get("influencer", ""))[:128]
        try:
            day = date.fromisoformat(str(row.get("agreed_at", ""))[:10])
            profit = float(str(row.get("profit", "")).replace(",", ""))
            by_day[day].append((number, verbs.ask(terms), profit))
        except TermsError as error:
            found.append(Line(number, who, "", 0.0, 0.0, str(error)))
        except ValueError:
            found.append(Line(number, who, "", 0.0, 0.0, "needs agreed_at (a day) and profit (yuan)"))
    for day, asked in sorted(by_day.items()):
        answers = verbs.answer([one for _n, one, _p in asked], at=at, as_of=day, peers=False)
        for (number, one, profit), said in zip(asked, answers, strict=True):
            who = one.influencer.slug or one.influencer.source_id
            found.append(Line(number, who, said["verdict"], said["p_fee_earned_back"], profit))
    return sorted(found, key=lambda line: line.row)


def summary(lines: Sequence[Line]) -> dict[str, Any]:
    """What was made of all deals, and of those the verdicts would have let through."""
    judged = [line for line in lines if not line.error]
    by_verdict = {
        verdict: {
            "deals": len(of),
            "profit": round(sum(line.profit for line in of), 2),
            "losses": round(-sum(min(line.profit, 0.0) for line in of), 2),
        }
        for verdict in sorted({line.verdict for line in judged})
        for of in [[line for line in judged if line.verdict == verdict]]
    }
    spared = [line.profit for line in judged if line.verdict == "avoid"]
    return {
        "deals": len(judged),
        "refused": len(lines) - len(judged),
        "profit": round(sum(line.profit for line in judged), 2),
        "by_verdict": by_verdict,
        "saved_by_avoiding": round(-sum(spared), 2),
    }
