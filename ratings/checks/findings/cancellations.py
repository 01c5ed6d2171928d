"""How many paid orders are cancelled before dispatch?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "cancellations"
FAIL_FROM, WARN_FROM = 0.40, 0.20
TEXTS = {
    "many": (
        _("%(cancelled).0f%% of paid orders are cancelled before dispatch. Sales shown on the night are not sales."),
        _("Let a guarantee speak of settled sales, not of paid ones."),
    ),
    "some": (
        _("%(cancelled).0f%% of paid orders are cancelled before dispatch."),
        _("Let a guarantee speak of settled sales, not of paid ones."),
    ),
    "few": (_("%(cancelled).0f%% of paid orders are cancelled before dispatch."), ""),
}


def assess(s: Situation) -> Finding:
    share = s.forecast.cancel_share
    details = {"cancelled": round(100 * share, 1)}
    if share >= FAIL_FROM:
        return Finding(Result.FAIL, "many", details)
    return Finding(Result.WARN, "some", details) if share >= WARN_FROM else Finding(Result.FINE, "few", details)
