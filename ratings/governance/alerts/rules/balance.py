"""A compliance balance about to cross a level: one more violation of class C would."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_noop as _

from ratings.governance.alerts.finding import Finding, Look
from ratings.models import Event, Rule, Standing, Suggestion, Urgency

LEVELS = {70: "L2", 50: "L3", 30: "L4"}
NEAR = 4  # points of a violation of class C


def find(look: Look) -> Iterator[Finding]:
    near = Standing.objects.filter(balance__lt=max(LEVELS) + NEAR, influencer__merged_into=None).order_by("pk")
    if look.influencers is not None:
        near = near.filter(pk__in=look.influencers)
    last = Event.objects.filter(influencer=OuterRef("pk"), change__lt=0).order_by("-id").values("id")[:1]
    for who, balance, event in near.annotate(last=Subquery(last)).values_list("pk", "balance", "last"):
        for edge, level in LEVELS.items():
            if edge <= balance < edge + NEAR:
                yield Finding(
                    rule=Rule.BALANCE,
                    influencer=who,
                    severity=Urgency.MEDIUM,
                    reason=_("The compliance balance is %(balance).1f; below %(edge)d, level %(level)s follows."),
                    evidence={"balance": float(balance), "edge": edge, "level": level},
                    suggestion=Suggestion.WARN_AHEAD,
                    cause=f"{level} after event {event}",
                )
