"""What is usual among peers: rates of the last month, by peer group, as of a close."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from statistics import median

from scipy.special import gammainc

from ratings.governance.alerts.finding import Look

MONTH = timedelta(days=30)
ENOUGH_ORDERS = 20.0
ENOUGH_PEERS = 5

# per influencer with orders in the last month: those, and of them given back after dispatch or cancelled before it
TRADE = """
SELECT s.influencer_id, c.peer_group, s.orders,
       greatest(s.refunds, coalesce(r.refunds, 0)), greatest(s.cancelled, coalesce(r.cancelled, 0))
FROM (SELECT influencer_id, sum(orders)::float orders, coalesce(sum(refund_orders), 0)::float refunds,
             coalesce(sum(cancelled_orders), 0)::float cancelled
      FROM feedback_session
      WHERE voided_at IS NULL AND started_at >= %(since)s AND started_at < %(at)s AND {mine} GROUP BY 1) s
LEFT JOIN (SELECT b.influencer_id, count(*) FILTER (WHERE b.stage IS DISTINCT FROM 'before_dispatch')::float refunds,
                  count(*) FILTER (WHERE b.stage = 'before_dispatch')::float cancelled
           FROM feedback_refund b LEFT JOIN feedback_session q ON q.source_id = b.session_id
           WHERE b.voided_at IS NULL AND b.created_at >= %(since)s AND b.created_at < %(at)s
                 AND (q.started_at IS NULL OR q.started_at >= %(since)s) AND b.{mine} GROUP BY 1) r
    USING (influencer_id)
JOIN ratings_scorecard c ON c.influencer_id = s.influencer_id AND c.run_id = %(run)s
WHERE s.orders > 0
"""
COMPLAINTS = """
SELECT influencer_id, count(*)::float, count(*) FILTER (WHERE created_at >= %(week)s)::float FROM feedback_complaint
WHERE voided_at IS NULL AND status <> 'withdrawn' AND created_at >= %(since)s AND created_at < %(at)s AND {mine}
GROUP BY 1
"""


def trade(look: Look) -> list[tuple[int, str, float, float, float]]:
    """Influencer, peer group, orders, refunds and cancellations of the last month."""
    return look.rows(TRADE, since=look.at - MONTH)


def usual(look: Look) -> dict[str, dict[str, float]]:
    """The median share refunded and cancelled, and complaints per order, by peer group; "" is the whole platform."""
    groups: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    complaints = {who: count for who, count, _week in look.rows(COMPLAINTS, since=look.at - MONTH, week=look.at)}
    for who, group, orders, refunds, cancelled in trade(look):
        if orders >= ENOUGH_ORDERS:
            row = (orders, refunds, cancelled, complaints.get(who, 0.0))
            groups[group].append(row)
            groups[""].append(row)
    return {
        group: {
            "refunds": median(refunds / orders for orders, refunds, _, _ in rows),
            "cancelled": median(cancelled / orders for orders, _, cancelled, _ in rows),
            "complaints": sum(count for *_, count in rows) / sum(orders for orders, *_ in rows),
        }
        for group, rows in groups.items()
        if len(rows) >= ENOUGH_PEERS or group == ""
    }


def beyond_chance(count: float, expected: float) -> float:
    """How probable it is to see so many or more where so many are expected."""
    return float(gammainc(count, expected)) if count > 0 and expected > 0 else (1.0 if count <= 0 else 0.0)
