"""What the terms leave open, by code; the words stand beside it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ratings.checks.terms import Terms

TEXTS = {
    "no_guarantee": _("No sales are guaranteed for the fee."),
    "no_clawback": _("The guarantee says nothing of what goes back when it fails."),
    "basis_not_settled": _("The guarantee counts paid or shipped sales: brushed orders would meet it."),
    "no_return_cap": _("No highest return rate is agreed."),
    "due_too_early": _("The guarantee is judged before returns are known."),
    "due_open": _("No day is agreed on which the guarantee is judged."),
    "all_upfront": _("The whole fee is paid before the show."),
    "no_pay_schedule": _("When the fee is paid is not agreed."),
    "balance_too_early": _("The balance is paid before the returns are known."),
    "commission_on_paid": _("Commission is owed on paid orders, also on those that come back."),
}


def gaps(terms: Terms, *, safe_day: int) -> tuple[str, ...]:
    """Codes, the gravest first."""
    found = []
    g = terms.guarantee
    if terms.placement_fee > 0:
        if g is None:
            found.append("no_guarantee")
        else:
            if g.clawback == "none":
                found.append("no_clawback")
            if g.basis != "settled" and g.target(terms.placement_fee) > 0:
                found.append("basis_not_settled")
            if g.due_days is None:
                found.append("due_open")
            elif g.due_days < safe_day:
                found.append("due_too_early")
        if g is None or g.max_return_rate is None:
            found.append("no_return_cap")
        if not terms.pay_schedule:
            found.append("no_pay_schedule")
        else:
            last = max((float(part.get("day", 0)) for part in terms.pay_schedule), default=0.0)
            if last <= 0:
                found.append("all_upfront")
            elif last < safe_day:
                found.append("balance_too_early")
    if terms.commission_basis == "paid" and (terms.commission_rate > 0 or terms.tiers):
        found.append("commission_on_paid")
    return tuple(found)
