"""Reviews that arrived faster than orders explain and were held down: in days that are closed, or right now."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from ratings.days import day_number, policy_date
from ratings.governance.alerts.finding import Finding, Look
from ratings.models import PublicDocument, Rule, Scorecard, Suggestion, Urgency

FEWEST = 10
DAYS = 7
LET_THROUGH = 0.5  # a review of which less than half counts
# trust closes reviews by (account known) x (middle, high, low); their share let through stands in that order
CLOSED = """
SELECT i.id, count(*) FILTER (WHERE b.factor[t.known * 3 + t.band + 1] < %(let)s), count(*)
FROM feedback_review r
JOIN ratings_reviewtrust t ON t.review_id = r.source_id
JOIN ratings_bucketday b ON b.influencer_id = t.influencer_id AND b.receipt = t.receipt
JOIN influencers_influencer i ON i.source_id = t.influencer_id
WHERE r.created_at >= %(at)s - interval '8 days' AND t.receipt > %(day)s - %(days)s AND r.voided_at IS NULL
GROUP BY 1 HAVING count(*) FILTER (WHERE b.factor[t.known * 3 + t.band + 1] < %(let)s) >= %(fewest)s
"""


def find(look: Look) -> Iterator[Finding]:
    for who, held, received in closed(look) if look.influencers is None else live(look):
        yield Finding(
            rule=Rule.HELD_DOWN,
            influencer=who,
            severity=Urgency.MEDIUM,
            reason=_(
                "%(held)d of %(received)d reviews of the last %(days)d days arrived faster than orders explain; "
                "they stay visible and count less."
            ),
            evidence={"held": held, "received": received, "days": DAYS},
            suggestion=Suggestion.LOOK,
            code="RVW-01",
        )


def closed(look: Look) -> list[tuple[int, int, int]]:
    day = day_number(policy_date(look.at))
    return look.rows(CLOSED, day=day, days=DAYS, let=LET_THROUGH, fewest=FEWEST)


def live(look: Look) -> Iterator[tuple[int, int, int]]:
    """What was held down since the run."""
    mine = {"influencer__in": list(look.influencers or ())}
    before = dict(
        Scorecard.objects.filter(run=look.public.run_id, **mine).values_list("influencer_id", "card__evidence")
    )
    for document in PublicDocument.objects.filter(live=True, **mine).only("body", "influencer_id"):
        then, now = before.get(document.influencer_id), document.data["evidence"]
        if then is None or now["held_down"] - then["held_down"] < FEWEST:
            continue
        received = now["counts"]["reviews"] - then["counts"]["reviews"]
        yield document.influencer_id, now["held_down"] - then["held_down"], received
