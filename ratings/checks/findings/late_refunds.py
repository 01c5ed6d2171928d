"""Do returns arrive late, after a balance is usually paid?"""

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "late_refunds"
WEEK = 7.0
HIGH, EXCESS, LATE = 0.40, 1.5, 0.50
TEXTS = {
    "late": (
        _(
            "%(final).0f%% of shipped orders come back in the end, but only %(week).0f%% within seven days; usual in "
            "the category: %(peer).0f%%. Early figures flatter."
        ),
        _("Pay the balance no earlier than day %(safe)s after the show, and by settled sales."),
    ),
    "slow": (
        _("Returns are slow: 95%% of them are known only %(safe)s days after the show."),
        _("Pay the balance no earlier than that day."),
    ),
    "usual": (_("Returns come in at the usual pace: 95%% are known after %(safe)s days."), ""),
    "unknown": (_("When returns come in is not known."), _("Pay the balance no earlier than day %(safe)s.")),
}


def assess(s: Situation) -> Finding:
    f = s.forecast
    early = float(f.curve.at(WEEK))
    details = {
        "final": round(100 * f.return_share, 1),
        "week": round(100 * f.return_share * early, 1),
        "peer": round(100 * f.peer_return, 1),
        "safe": s.safe_balance_day,
    }
    if f.mature == 0:
        return Finding(Result.UNKNOWN, "unknown", details)
    excess = f.return_share > max(HIGH, EXCESS * f.peer_return)
    if excess and early < LATE * float(f.peers.at(WEEK)):
        return Finding(Result.FAIL, "late", details)
    slow = f.curve.day_of(s.rules.balance_share) > f.peers.day_of(s.rules.balance_share) + WEEK
    return Finding(Result.WARN, "slow", details) if slow else Finding(Result.FINE, "usual", details)
