"""What was promised: can it be met, and were earlier promises kept?"""

import numpy as np
from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "promise"
FEW, UNLIKELY = 3, 0.25
TEXTS = {
    "broken": (
        _("Earlier promises kept: %(kept)s of %(judged)s; %(share).0f%% of what was promised came."),
        _("Ask for a guarantee on settled sales with full clawback, in writing."),
    ),
    "unlikely": (
        _("What is promised is reached in %(chance).0f of 100 cases."),
        _("Put the promise into the contract, with a clawback."),
    ),
    "kept": (_("Earlier promises kept: %(kept)s of %(judged)s."), ""),
    "none": (_("No earlier promises are known."), ""),
}


def assess(s: Situation) -> Finding:
    p, terms = s.promise, s.terms
    share = p.delivered / p.promised if p.promised > 0 else 1.0
    details: dict[str, float | int] = {"judged": p.judged, "kept": p.kept, "share": round(100 * min(share, 1.0), 1)}
    if p.judged >= FEW and p.kept < p.judged / 2:
        return Finding(Result.FAIL if share < 0.5 else Result.WARN, "broken", details)
    chances = []
    if terms.promised_gmv:
        chances.append(float(np.mean(s.money.paid >= terms.promised_gmv)))
    if terms.promised_viewers:
        chances.append(float(np.mean(s.forecast.draws.viewers >= terms.promised_viewers)))
    if terms.guarantee and terms.guarantee.target(terms.placement_fee) > 0:
        reached = {"paid": s.money.paid, "shipped": s.money.shipped, "settled": s.money.settled}
        target = terms.guarantee.target(terms.placement_fee)
        chances.append(float(np.mean(reached[terms.guarantee.basis] >= target)))
    if chances and min(chances) < UNLIKELY:
        return Finding(Result.WARN, "unlikely", {**details, "chance": round(100 * min(chances), 1)})
    return Finding(Result.FINE, "kept", details) if p.judged else Finding(Result.UNKNOWN, "none", details)
