"""What became of a checked deal: the audit, kept beside the check, and the promise record it feeds.

Anybody can write a file of orders: what one merchant tells counts for itself alone, unless the platform's own orders
bear it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db import transaction
from django.db.models import Q

from feedback.keys import OWN_SOURCE
from feedback.models import Deal, Order
from feedback.rows import record_own
from feedback.trade import DEALS
from ratings.checks.audit import OrderRow, audit
from ratings.checks.lag import DAYS, Curve
from ratings.checks.parsing import terms_of
from ratings.checks.terms import TermsError
from ratings.days import policy_date
from ratings.models import Check, Outcome

TOLD = f"{OWN_SOURCE}:check-"  # how ids of deals begin that merchants told of
BORNE_OUT = 0.5  # of the orders of an export, reported by the platform for this host


@transaction.atomic
def record_outcome(
    *, check: Check, orders: Sequence[OrderRow], at: datetime, show_date: date | None = None, disputed: bool = False
) -> Outcome:
    """Audit the export of a show and keep the answer; a later export counts instead of an earlier one.

    Raises TermsError when the show lies ahead.
    """
    terms = terms_of(check.request)
    day = show_date or terms.show_date or policy_date(check.at)
    days = (policy_date(at) - day).days
    if days < 0:
        raise TermsError({"show_date": "lies ahead"})
    lag = check.answer["refund_lag"]
    share = max(check.answer["return_share"], 1e-9)
    known = np.interp(DAYS, [0.0, *(row["day"] for row in lag)], [0.0, *(row["share"] / share for row in lag)])
    found = audit(
        orders,
        terms=terms,
        expected_cancelled=check.answer["cancel_share"],
        expected_returned=check.answer["return_share"],
        curve=Curve(np.minimum(known, 1.0)),
        days=float(days),
    )
    found["show_date"] = day.isoformat()
    outcome = Outcome.objects.create(check_of=check, at=at, audit=found, borne_out=_borne_out(check, orders))
    target = terms.guarantee.target(terms.placement_fee) if terms.guarantee else terms.promised_gmv
    basis = terms.guarantee.basis if terms.guarantee else "paid"
    reached = {"paid": "paid", "shipped": "shipped", "settled": "kept"}[basis]
    deal_id = f"{TOLD}{check.pk}"
    record_own(
        kind=DEALS,
        row={
            "deal_id": deal_id,
            "influencer_id": check.influencer.source_id,
            "agreed_at": check.at,
            "fee": terms.placement_fee,
            "commission_rate": terms.commission_rate,
            "promised_amount": target or None,
            "promise_basis": basis,
            "delivered_amount": round(float(found["totals"][reached]), 2),
            "clawback": terms.guarantee.clawback if terms.guarantee else "none",
            "disputed": disputed,
            "updated_at": at if Deal.objects.filter(source_id=deal_id).exists() else None,
        },
        at=at,
    )
    return outcome


def _borne_out(check: Check, orders: Sequence[OrderRow]) -> bool:
    ids = {order.order_id for order in orders if order.order_id}
    host = check.influencer
    reported = Order.objects.filter(
        Q(influencer=host) | Q(influencer__merged_into=host), source_id__in=ids, voided_at=None
    )
    return bool(ids) and reported.count() >= BORNE_OUT * len(ids)
