"""Shown viewers far above what activity supports, in three of the last five shows."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Rule, Suggestion, Urgency

FLAGGED, OF = 3, 5
AGAIN = """
SELECT influencer_id, flagged, ids, shown, supported FROM (
    SELECT c.influencer_id, count(*) FILTER (WHERE (s.show->>'flagged')::boolean) AS flagged,
           json_agg(s.show->>'session_id') FILTER (WHERE (s.show->>'flagged')::boolean) AS ids,
           sum((s.show->>'shown')::bigint) FILTER (WHERE (s.show->>'flagged')::boolean)::bigint AS shown,
           sum((s.show->>'real')::bigint) FILTER (WHERE (s.show->>'flagged')::boolean)::bigint AS supported
    FROM ratings_scorecard c
    CROSS JOIN LATERAL json_array_elements(c.card->'traffic') WITH ORDINALITY AS s(show, place)
    WHERE c.run_id = %(run)s AND s.place <= %(of)s GROUP BY 1) judged
WHERE flagged >= %(flagged)s
"""


def find(look: Look) -> Iterator[Finding]:
    for who, flagged, ids, shown, supported in look.rows(AGAIN, flagged=FLAGGED, of=OF):
        yield Finding(
            rule=Rule.INFLATED,
            influencer=who,
            severity=Urgency.HIGH,
            reason=_(
                "%(flagged)d of the last %(of)d shows showed far more viewers than activity supports: %(shown)d shown, "
                "about %(supported)d supported. This does not say who caused it."
            ),
            evidence={"flagged": flagged, "of": OF, "shown": shown, "supported": supported, "sessions": ids},
            suggestion=Suggestion.AUDIT,
            code="DAT-01",
        )
