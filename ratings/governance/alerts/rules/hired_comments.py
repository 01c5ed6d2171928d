"""Dozens of accounts with more than fifty comments each in one show, as far as a show's own totals say so.

Sources give how many commented and how many comments there were, not who wrote how many: only a mean above the limit
proves the pattern, so it is missed where hired voices hide among many others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Rule, Suggestion, Urgency

DOZENS = 24
EACH = 50
RECENT = timedelta(days=14)
SHOWS = """
SELECT influencer_id, source_id, commenters, comments, started_at FROM feedback_session
WHERE voided_at IS NULL AND started_at >= %(since)s AND started_at < %(at)s AND commenters >= %(dozens)s
      AND comments > %(each)s * commenters AND {mine}
"""


def find(look: Look) -> Iterator[Finding]:
    for who, show, commenters, comments, started in look.rows(SHOWS, since=look.at - RECENT, dozens=DOZENS, each=EACH):
        yield Finding(
            rule=Rule.HIRED_COMMENTS,
            influencer=who,
            severity=Urgency.MEDIUM,
            reason=_(
                "In the show of %(day)s %(commenters)d accounts wrote %(comments)d comments, "
                "%(each).0f each on average."
            ),
            evidence={
                "session": show,
                "day": f"{started:%Y-%m-%d}",
                "commenters": commenters,
                "comments": comments,
                "each": comments / commenters,
            },
            suggestion=Suggestion.AUDIT,
            code="RVW-02",
            cause=show,
        )
