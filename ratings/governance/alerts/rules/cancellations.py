"""Cancellations before dispatch far above peers: a sign of orders that were never meant."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.governance.alerts.usual import beyond_chance, trade
from ratings.models import Rule, Suggestion, Urgency

TIMES = 3.0
CHANCE = 0.001
FEWEST = 10.0
FLOOR = 0.03  # a few in a hundred change their mind anywhere


def find(look: Look) -> Iterator[Finding]:
    for who, group, orders, _refunds, cancelled in trade(look):
        usual = look.usual_of(group, "cancelled")
        if usual is None or cancelled < FEWEST:
            continue
        limit = TIMES * max(usual, FLOOR)
        if cancelled / orders > limit and beyond_chance(cancelled, limit * orders) < CHANCE:
            yield Finding(
                rule=Rule.CANCELLATIONS,
                influencer=who,
                severity=Urgency.HIGH,
                reason=_(
                    "%(cancelled).0f of %(orders).0f orders of the last 30 days were cancelled before dispatch, "
                    "%(share).0f in 100; among peers %(usual).1f in 100 is usual."
                ),
                evidence={
                    "cancelled": cancelled,
                    "orders": orders,
                    "share": 100 * cancelled / orders,
                    "usual": 100 * usual,
                    "peer_group": group,
                },
                suggestion=Suggestion.EXPLAIN,
                code="DAT-03",
            )
