"""Is there enough to go by?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "evidence"
TEXTS = {
    "few": (
        _("Only %(shows)s comparable shows are known; %(needed)s are needed. That is not bad, it is only little."),
        _("Agree on pure commission or a small trial, and look again afterwards."),
    ),
    "young": (
        _("%(shows)s comparable shows are known, but the returns of only %(mature)s of them."),
        _("Keep the balance until returns are known."),
    ),
    "enough": (_("%(shows)s comparable shows, %(mature)s of them with their returns known."), ""),
}


def assess(s: Situation) -> Finding:
    f, rules = s.forecast, s.rules
    details = {"shows": f.comparable, "mature": f.mature, "needed": rules.least_sessions}
    if f.comparable < rules.least_sessions:
        return Finding(Result.UNKNOWN, "few", details)
    if f.mature < rules.least_mature:
        return Finding(Result.WARN, "young", details)
    return Finding(Result.FINE, "enough", details)
