"""What does the contract leave open?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "contract"
TEXTS = {
    "gaps": (_("The terms leave %(gaps)s points open."), _("Close them in writing before paying.")),
    "closed": (_("The terms leave nothing open that the check looks for."), ""),
}


def assess(s: Situation) -> Finding:
    if s.gaps:
        return Finding(Result.WARN, "gaps", {"gaps": len(s.gaps)})
    return Finding(Result.FINE, "closed")
