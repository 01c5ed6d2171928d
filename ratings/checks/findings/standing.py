"""Suspended, or sanctioned for the gravest class of violation?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "standing"
TEXTS = {
    "suspended": (
        _("The influencer is suspended here."),
        _("Wait until the suspension ends and look again."),
    ),
    "sanctioned": (
        _("A violation of the gravest class is confirmed: %(codes)s."),
        _("Do not pay before it has expired or was overturned on appeal."),
    ),
    "clear": (_("No suspension and no confirmed violation of the gravest class."), ""),
}


def assess(s: Situation) -> Finding:
    if s.suspended:
        return Finding(Result.FAIL, "suspended")
    if s.sanctions:
        return Finding(Result.FAIL, "sanctioned", {"codes": ", ".join(s.sanctions)})
    return Finding(Result.FINE, "clear")
