"""How many shipped orders come back, against what is usual for the category?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "returns"
FAIL_OVER, WARN_OVER = 2.0, 1.4
LEAST = 0.10
TEXTS = {
    "far_above": (
        _("%(share).0f of 100 shipped orders come back; usual in the category: %(peer).0f."),
        _("Agree on a highest return rate, with the fee clawed back beyond it."),
    ),
    "above": (
        _("%(share).0f of 100 shipped orders come back; usual in the category: %(peer).0f."),
        _("Agree on a highest return rate."),
    ),
    "usual": (
        _("%(share).0f of 100 shipped orders come back; usual in the category: %(peer).0f. The forecast counts them."),
        "",
    ),
}


def assess(s: Situation) -> Finding:
    share, peer = s.forecast.return_share, s.forecast.peer_return
    details = {"share": round(100 * share, 1), "peer": round(100 * peer, 1)}
    if share > max(FAIL_OVER * peer, LEAST):
        return Finding(Result.FAIL, "far_above", details)
    if share > max(WARN_OVER * peer, LEAST):
        return Finding(Result.WARN, "above", details)
    return Finding(Result.FINE, "usual", details)
