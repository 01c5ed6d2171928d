"""Why a review counts less than fully, in plain words, and what would lift it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ratings.scoring.trust import REASONS


@dataclass(frozen=True)
class Reason:
    """One reason: its code, what is said of it, and what would lift it."""

    code: str
    text: str | Promise
    lift: str | Promise


WORDS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "unverified",
            _("No receipt proves the purchase."),
            _("With the receipt of an order it would count fully."),
        ),
        Reason(
            "repeat",
            _("The same person has reviewed this host before."),
            _("The first review of a person counts fully; each further one adds less."),
        ),
        Reason(
            "new_account",
            _("It is among the first reviews of this account, of which little is known yet."),
            _("An account whose reviews have agreed with those of other buyers counts fully."),
        ),
        Reason(
            "unreliable",
            _("The marks of this account often lie far from those of other buyers."),
            _("Further reviews of this account that agree with other buyers' lift its next ones."),
        ),
        Reason(
            "burst",
            _("More reviews arrived at once than the orders of these weeks explain."),
            _("More orders, or the same reviews spread over weeks, would have let all of them count fully."),
        ),
        Reason(
            "new_burst",
            _("Unusually many first-time reviewers came at once."),
            _("First-time reviewers in the usual number count fully."),
        ),
        Reason(
            "one_sided",
            _("Unusually many reviews with the same extreme marks came at once."),
            _("The same opinion counts fully when it keeps coming at its usual pace."),
        ),
        Reason(
            "linked",
            _("Its account reviews the same hosts as certain other accounts, far more often than chance explains."),
            _("This is looked at anew at every close and falls away when the pattern does."),
        ),
    )
}
assert tuple(WORDS) == REASONS
