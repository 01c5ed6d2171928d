"""A qualification that has expired while shows go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ratings.days import policy_date
from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Rule, Suggestion, Urgency

ACTIVE = timedelta(days=90)
GONE = """
SELECT i.id, i.qualification, i.qualification_expires, s.shows
FROM influencers_influencer i
JOIN LATERAL (SELECT count(*) AS shows FROM feedback_session
              WHERE influencer_id = i.id AND voided_at IS NULL AND started_at < %(at)s
                    AND started_at >= greatest(%(since)s, i.qualification_expires + 1)) s ON s.shows > 0
WHERE i.voided_at IS NULL AND i.qualification_expires < %(today)s
"""


def find(look: Look) -> Iterator[Finding]:
    for who, name, day, shows in look.rows(GONE, today=policy_date(look.at), since=look.at - ACTIVE):
        yield Finding(
            rule=Rule.EXPIRED,
            influencer=who,
            severity=Urgency.MEDIUM,
            reason=_("The qualification expired on %(day)s; there was %(shows)d show since."),
            plural=(_("The qualification expired on %(day)s; there were %(shows)d shows since."), "shows"),
            evidence={"qualification": name, "day": day.isoformat(), "shows": shows},
            suggestion=Suggestion.RENEW,
            code="IDT-02",
            cause=day.isoformat(),
        )
