"""How many of the shown viewers does activity support?"""

import math

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "audience"
FAIL_BELOW, WARN_BELOW = 0.50, 0.80
TEXTS = {
    "unsupported": (
        _("Activity supports only %(supported).0f%% of the viewers shown. This does not say who caused it."),
        _("Pay by settled sales, never by viewers; ask for the platform's own traffic report."),
    ),
    "thin": (
        _("Activity supports about %(supported).0f%% of the viewers shown."),
        _("Do not let shown viewers set the fee."),
    ),
    "supported": (_("Activity supports %(supported).0f%% of the viewers shown."), ""),
    "unknown": (
        _("Viewers or commenters of the shows are not known."),
        _("Ask for the platform's own traffic report."),
    ),
}


def assess(s: Situation) -> Finding:
    share = s.forecast.supported
    if math.isnan(share):
        return Finding(Result.UNKNOWN, "unknown")
    details = {"supported": round(100 * share, 1)}
    if share < FAIL_BELOW:
        return Finding(Result.FAIL, "unsupported", details)
    return Finding(Result.WARN, "thin", details) if share < WARN_BELOW else Finding(Result.FINE, "supported", details)
