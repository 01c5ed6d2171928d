"""Is the fee earned back?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "earning"
TEXTS = {
    "unlikely": (
        _("The fee is earned back in %(chance).0f of 100 cases, even with the clawback collected."),
        _("Pay at most the break-even fee, or commission only."),
    ),
    "open": (
        _("The fee is earned back in %(chance).0f of 100 cases, in %(collected).0f with the clawback collected."),
        _("Ask for the terms of the counter-offer."),
    ),
    "risky": (
        _("A loss of more than %(limit)s yuan comes in %(loss).0f of 100 cases."),
        _("Lower what is paid before the show, or agree on a clawback."),
    ),
    "likely": (_("The fee is earned back in %(chance).0f of 100 cases, without any clawback."), ""),
}


def assess(s: Situation) -> Finding:
    c, rules = s.chances, s.rules
    details = {
        "chance": round(100 * c.earned_back, 1),
        "collected": round(100 * c.earned_back_collected, 1),
        "loss": round(100 * c.loss_over_max, 1),
        "limit": f"{s.terms.loss_limit:,.0f}",
    }
    if c.earned_back_collected < rules.avoid_below:
        return Finding(Result.FAIL, "unlikely", {**details, "chance": details["collected"]})
    if c.loss_over_max > rules.go_loss_most:
        return Finding(Result.WARN, "risky", details)
    if c.earned_back < rules.go_from:
        return Finding(Result.WARN, "open", details)
    return Finding(Result.FINE, "likely", details)
