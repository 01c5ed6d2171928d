"""Complaints that nobody answered in the 72 hours there were."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from feedback.clocks import ANSWER_WITHIN
from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Rule, Suggestion, Urgency

STEPS = (1, 5, 25, 125)  # five times as many are a cause of their own
LATE = """
SELECT influencer_id, count(*), min(created_at), (array_agg(source_id ORDER BY created_at, source_id))[1:20]
FROM feedback_complaint
WHERE voided_at IS NULL AND status = 'open' AND responded_at IS NULL AND created_at < %(since)s AND {mine}
GROUP BY 1
"""


def find(look: Look) -> Iterator[Finding]:
    for who, count, oldest, ids in look.rows(LATE, since=look.at - ANSWER_WITHIN):
        step = max(step for step in STEPS if count >= step)
        yield Finding(
            rule=Rule.UNANSWERED,
            influencer=who,
            severity=Urgency.HIGH if step > 1 else Urgency.MEDIUM,
            reason=_("%(count)d complaint is past the 72 hours to answer it, since %(oldest)s."),
            plural=(
                _("%(count)d complaints are past the 72 hours to answer them, the oldest since %(oldest)s."),
                "count",
            ),
            evidence={"count": count, "oldest": f"{oldest:%Y-%m-%d}", "complaints": ids},
            suggestion=Suggestion.REMIND,
            code="SVC-02",
            scale=f"{step} or more " if step > 1 else "",
        )
