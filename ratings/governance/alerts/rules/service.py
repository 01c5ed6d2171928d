"""Service attitude: its interval wholly below 60, or down 10 points in 30 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Rule, Suggestion, Urgency

WEAK = 60.0
FALL = 10.0
WITHIN = timedelta(days=30)

LOW = """
SELECT influencer_id, service_attitude, (card->'dimensions'->'service_attitude'->>'low')::float,
       (card->'dimensions'->'service_attitude'->>'high')::float
FROM ratings_scorecard
WHERE run_id = %(run)s AND service_attitude < %(weak)s
      AND (card->'dimensions'->'service_attitude'->>'high')::float < %(weak)s
"""
# the highest of the days looked back on
FELL = """
SELECT c.influencer_id, c.service_attitude, h.was, h.as_of
FROM ratings_scorecard c
JOIN (SELECT DISTINCT ON (influencer_id) influencer_id, service_attitude AS was, as_of FROM ratings_historypoint
      WHERE as_of >= %(since)s AND as_of < %(until)s AND service_attitude IS NOT NULL
      ORDER BY influencer_id, service_attitude DESC, as_of DESC) h USING (influencer_id)
WHERE c.run_id = %(run)s AND h.was - c.service_attitude >= %(fall)s
"""


def find(look: Look) -> Iterator[Finding]:
    for who, score, low, high in look.rows(LOW, weak=WEAK):
        yield Finding(
            rule=Rule.SERVICE_LOW,
            influencer=who,
            severity=Urgency.MEDIUM,
            reason=_("Service attitude is %(score).1f and, at most, %(high).1f: surely below %(weak).0f."),
            evidence={"score": score, "low": low, "high": high, "weak": WEAK},
            suggestion=Suggestion.TRAIN,
        )
    as_of = look.public.run.as_of
    for who, score, was, since in look.rows(FELL, since=as_of - WITHIN, until=as_of, fall=FALL):
        yield Finding(
            rule=Rule.SERVICE_DROP,
            influencer=who,
            severity=Urgency.MEDIUM,
            reason=_("Service attitude fell from %(was).1f on %(since)s to %(score).1f."),
            evidence={"score": score, "was": was, "since": since.isoformat()},
            suggestion=Suggestion.LOOK,
        )
