"""What time alone asks for, all that is due at one moment: to be called often, at any time, more than once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from feedback.escalation import escalate_overdue
from ratings.governance import alerts

# in this order; each says how many it moved, and moves nothing twice
TURNS: dict[str, Callable[[datetime], int]] = {
    "complaints past a clock": lambda at: escalate_overdue(at=at),
    "alerts that ended": lambda at: alerts.end_alerts(at=at),
    "alerts past their clock": lambda at: alerts.escalate_alerts(at=at),
}


def turn(*, at: datetime) -> dict[str, int]:
    """Turn every clock to this moment."""
    return {name: step(at) for name, step in TURNS.items()}
