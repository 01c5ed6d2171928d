"""Do the articles fit: cost and price, and what this influencer usually sells?"""

import math

from django.utils.translation import gettext_lazy as _

from ratings.checks.findings.base import Finding, Result, Situation

CHECK = "price"
FAR = 3.0
TEXTS = {
    "loss": (
        _("The article costs %(cost).2f yuan and sells for %(price).2f: every sale loses money."),
        _("Correct the figures, or do not sell at this price."),
    ),
    "no_margin": (
        _("After commission, fees and handling nothing is left of a sale."),
        _("Lower the commission or raise the price."),
    ),
    "far": (
        _("The price is %(price).0f yuan; buyers here usually pay about %(usual).0f. The forecast is wider for it."),
        _("Try a small slot first."),
    ),
    "fits": (_("Price and margin fit what this influencer sells."), ""),
}


def assess(s: Situation) -> Finding:
    terms, usual = s.terms, s.forecast.usual_price
    weights = terms.weights()
    cost = sum(w * sku.unit_cost for w, sku in zip(weights, terms.skus, strict=True))
    ship = sum(w * sku.ship_cost for w, sku in zip(weights, terms.skus, strict=True))
    details = {"cost": cost, "price": terms.price, "usual": None if math.isnan(usual) else round(usual, 2)}
    if cost >= terms.price:
        return Finding(Result.FAIL, "loss", details)
    if terms.price * (1 - terms.commission_rate - terms.platform_fee_rate) <= cost + ship:
        return Finding(Result.FAIL, "no_margin", details)
    if not math.isnan(usual) and not 1 / FAR < terms.price / usual < FAR:
        return Finding(Result.WARN, "far", details)
    return Finding(Result.FINE, "fits", details)
