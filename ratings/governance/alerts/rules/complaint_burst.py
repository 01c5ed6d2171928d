"""A burst of complaints: many more in a week than its orders, its peers or its own past explain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.governance.alerts.usual import COMPLAINTS, beyond_chance, trade
from ratings.models import Rule, Suggestion, Urgency

WEEK = timedelta(days=7)
PAST = timedelta(days=90)
FEWEST = 5.0
CHANCE = 1e-4
FLOOR = 0.5  # complaints a week that anybody may get


def find(look: Look) -> Iterator[Finding]:
    counts = look.rows(COMPLAINTS, since=look.at - PAST, week=look.at - WEEK)
    bursts = {who: (quarter, week) for who, quarter, week in counts if week >= FEWEST}
    if not bursts:
        return
    for who, group, orders, _refunds, _cancelled in trade(look):
        if who not in bursts:
            continue
        quarter, week = bursts[who]
        by_peers = (look.usual_of(group, "complaints") or 0.0) * orders * WEEK.days / 30
        by_past = (quarter - week) * WEEK.days / (PAST - WEEK).days
        expected = max(FLOOR, by_peers, by_past)
        if beyond_chance(week, expected) < CHANCE:
            yield Finding(
                rule=Rule.COMPLAINT_BURST,
                influencer=who,
                severity=Urgency.HIGH,
                reason=_(
                    "%(week).0f complaints in the last 7 days; about %(expected).1f would be usual for its orders, "
                    "its peers and its own past."
                ),
                evidence={"week": week, "expected": expected, "peer_group": group},
                suggestion=Suggestion.LOOK,
            )
