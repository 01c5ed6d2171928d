"""Refunds above three times what is usual among peers, beyond chance. Who sells what many return has such peers."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.governance.alerts.usual import beyond_chance, trade
from ratings.models import Rule, Suggestion, Urgency

TIMES = 3.0
CHANCE = 0.001
FEWEST = 5.0
FLOOR = 0.01  # where peers give back next to nothing


def find(look: Look) -> Iterator[Finding]:
    for who, group, orders, refunds, _cancelled in trade(look):
        usual = look.usual_of(group, "refunds")
        if usual is None or refunds < FEWEST:
            continue
        limit = TIMES * max(usual, FLOOR)
        if refunds / orders > limit and beyond_chance(refunds, limit * orders) < CHANCE:
            yield Finding(
                rule=Rule.REFUNDS,
                influencer=who,
                severity=Urgency.HIGH,
                reason=_(
                    "%(refunds).0f of %(orders).0f orders of the last 30 days came back, %(share).0f in 100; "
                    "among peers %(usual).1f in 100 is usual."
                ),
                evidence={
                    "refunds": refunds,
                    "orders": orders,
                    "share": 100 * refunds / orders,
                    "usual": 100 * usual,
                    "peer_group": group,
                },
                suggestion=Suggestion.LOOK,
                code="PRD-04",
            )
