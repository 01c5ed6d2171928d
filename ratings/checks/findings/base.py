"""What every finding is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ratings.checks.forecast import Forecast
from ratings.checks.profit import Money
from ratings.checks.rules import Rules
from ratings.checks.terms import Terms
from ratings.checks.verdict import Chances


class Result(StrEnum):
    """Not known is a result of its own."""

    FINE = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Promise:
    """What was promised to merchants before, and what came."""

    deals: int = 0
    judged: int = 0
    promised: float = 0.0
    delivered: float = 0.0
    kept: int = 0
    disputed: int = 0
    fee_returned: float = 0.0


@dataclass(frozen=True)
class Situation:
    """The terms, the forecast and what is known of the influencer."""

    terms: Terms
    forecast: Forecast
    money: Money
    chances: Chances
    rules: Rules
    suspended: bool = False
    sanctions: tuple[str, ...] = ()
    promise: Promise = field(default_factory=Promise)
    gaps: tuple[str, ...] = ()
    safe_balance_day: int = 0


@dataclass(frozen=True)
class Finding:
    """`code` names the sentence, `details` its figures; words are put to it when it is read."""

    result: Result
    code: str
    details: dict[str, Any] = field(default_factory=dict)
