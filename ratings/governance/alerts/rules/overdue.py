"""What the service itself leaves undone: cases, second approvals, reviews of suspensions, appeals nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding
from ratings.models import Rule, Suggestion, Urgency
from ratings.models.governance import Action, ActionState, Appeal, AppealState, Case, CaseState, EventKind, Level

DECIDE = timedelta(days=14)
APPROVE = timedelta(hours=72)
REVIEW = timedelta(days=7)

Waiting = tuple[int, int, datetime]  # whose, which, since when it is overdue


def find(at: datetime) -> Iterator[Finding]:
    for name, (reason, rows) in waiting(at).items():
        for who, key, due in rows:
            yield Finding(
                rule=Rule.OVERDUE,
                influencer=who,
                severity=Urgency.HIGH,
                reason=reason,
                evidence={"what": name, "number": key, "due": f"{due:%Y-%m-%d}"},
                suggestion=Suggestion.DECIDE,
                cause=f"{name} {key}",
            )


def waiting(at: datetime) -> dict[str, tuple[str, list[Waiting]]]:
    """What is overdue at this moment, by kind."""
    cases = Case.objects.filter(state=CaseState.OPEN, opened_at__lt=at - DECIDE)
    proposed = Action.objects.filter(state=ActionState.PROPOSED, decided_at__lt=at - APPROVE)
    unreviewed = Action.objects.filter(
        state=ActionState.IN_FORCE, level=Level.L3, automated_decision=False, decided_at__lt=at - REVIEW
    ).exclude(events__kind=EventKind.REVIEWED)
    unseen = Appeal.objects.filter(state=AppealState.FILED, acknowledge_due__lt=at)
    return {
        "case": (
            _("Case %(number)d is undecided; it should have been decided by %(due)s."),
            [(who, key, since + DECIDE) for who, key, since in cases.values_list("influencer", "pk", "opened_at")],
        ),
        "approval": (
            _("Action %(number)d waits for its second person; it should have been looked at by %(due)s."),
            [(w, key, since + APPROVE) for w, key, since in proposed.values_list("influencer", "pk", "decided_at")],
        ),
        "review": (
            _("Suspension %(number)d was reviewed by nobody; it should have been by %(due)s."),
            [(w, key, since + REVIEW) for w, key, since in unreviewed.values_list("influencer", "pk", "decided_at")],
        ),
        "appeal": (
            _("Appeal %(number)d is not acknowledged; it should have been by %(due)s."),
            list(unseen.values_list("action__influencer", "pk", "acknowledge_due")),
        ),
    }
