"""From clean evidence to the integer rows that `aggregate` sums: dense keys, days, points, exposure.

Rules of interfaces.md section 2, in SQL:

- a session's exposure is its orders less those cancelled before dispatch (refund rows of that stage or the session's
  own total, whichever is more), counted only where the evidence it belongs to is covered;
- refund rows of a session win over its total; a total counts as fault unknown and covers its session by itself;
- an order cancelled before dispatch is no refund, an exchange is none either: the sale stands;
- only upheld complaints with fault of influencer or merchant and only the influencer's own confirmed violations count;
- an event belongs to its session's day, without a session (or with somebody else's) to its own.
"""

from __future__ import annotations

from ratings.scoring.policy import PPM, RATES, ZONE_SECONDS, Policy

DAY_US = 86_400 * PPM
ZONE_US = ZONE_SECONDS * PPM
OWN = "COALESCE(e.subject, 'influencer') = 'influencer'"


def day(column: str) -> str:
    """SQL for the day in the policy's zone of a time in microseconds; exact integer division in any dialect."""
    shifted = f"({column} + {ZONE_US})"
    return f"CAST(({shifted} - {shifted} % {DAY_US}) / {DAY_US} AS BIGINT)"


INFLUENCER = """
SELECT influencer_id, category, CAST(ROW_NUMBER() OVER (ORDER BY influencer_id) - 1 AS BIGINT) AS influencer
FROM influencers
"""

# where each goes on: itself, or whom it was merged into
GOES_ON = """
SELECT i.influencer AS account, COALESCE(t.influencer, i.influencer) AS influencer FROM influencer i
LEFT JOIN merged m ON m.influencer_id = i.influencer_id LEFT JOIN influencer t ON t.influencer_id = m.into_id
ORDER BY account
"""


def _covered(kind: str) -> str:
    return f"""
    CASE WHEN EXISTS (
      SELECT 1 FROM coverage c WHERE c.kind = '{kind}' AND c.complete
      AND (c.from_us IS NULL OR c.from_us <= s.started_at) AND (c.until_us IS NULL OR s.started_at < c.until_us))
    AND NOT EXISTS (
      SELECT 1 FROM coverage c WHERE c.kind = '{kind}' AND NOT c.complete
      AND (c.from_us IS NULL OR c.from_us <= s.started_at) AND (c.until_us IS NULL OR s.started_at < c.until_us))
    THEN 1 ELSE 0 END"""


REFUND_OF_SESSION = """
SELECT session_id, influencer_id, COUNT(*) AS rows_known,
  SUM(CASE WHEN stage = 'before_dispatch' THEN 1 ELSE 0 END) AS cancelled_rows,
  SUM(CASE WHEN reason = 'no_reason' AND COALESCE(stage, '') <> 'before_dispatch' THEN 1 ELSE 0 END) AS no_reason
FROM refunds WHERE session_id IS NOT NULL
GROUP BY session_id, influencer_id
"""

SESSION_JOINED = f"""
SELECT s.*, i.influencer, {day("s.started_at")} AS day,
  CAST(GREATEST(0, s.orders - GREATEST(COALESCE(s.cancelled_orders, 0), COALESCE(r.cancelled_rows, 0))) AS BIGINT)
    AS net_orders,
  COALESCE(r.rows_known, 0) AS rows_known,
  CAST(COALESCE(r.no_reason, 0) AS BIGINT) AS no_reason_rows,
  {_covered("violations")} AS covered0,
  CASE WHEN s.refund_orders IS NOT NULL THEN 1 ELSE {_covered("refunds")} END AS covered1,
  {_covered("complaints")} AS covered2
FROM sessions s JOIN influencer i ON i.influencer_id = s.influencer_id
LEFT JOIN refund_of_session r ON r.session_id = s.session_id AND r.influencer_id = s.influencer_id
"""

SESSION = """
SELECT session_id, influencer_id, influencer, day, started_at, net_orders AS orders,
  covered0, covered1, covered2,
  covered0 AS exposure0, covered1 * net_orders AS exposure1, covered2 * net_orders AS exposure2,
  CASE WHEN covered1 = 0 OR (rows_known = 0 AND refund_orders IS NOT NULL) THEN -1 ELSE no_reason_rows END AS no_reason,
  CASE WHEN rows_known = 0 THEN COALESCE(refund_orders, 0) ELSE 0 END AS refund_total,
  viewers, paid_viewers, commenters, views, avg_watch_seconds, avg_online,
  (ended_at - started_at) / 1000000.0 AS duration
FROM session_joined
ORDER BY influencer, started_at, session_id
"""


def event(policy: Policy) -> str:
    """SQL of all that counts against an influencer: source, channel, influencer, day, points, and how many times."""
    p = policy

    def select(channel: str, kind: str, key: str, time: str, points: str, where: str) -> str:
        return f"""
SELECT '{kind}:' || e.{key} AS source, CAST({RATES.index(channel)} AS BIGINT) AS channel, i.influencer,
  COALESCE(s.day, {day(f"e.{time}")}) AS day, CAST({points} AS BIGINT) AS points, CAST(1 AS BIGINT) AS times
FROM {kind} e JOIN influencer i ON i.influencer_id = e.influencer_id
LEFT JOIN session s ON s.session_id = e.session_id AND s.influencer_id = e.influencer_id
WHERE {where}"""

    refund = f"""CASE WHEN e.fault IN ('influencer', 'merchant') THEN {p.points_refund_fault}
    WHEN e.fault = 'courier' THEN 0 ELSE {p.points_refund_other} END"""
    complaint = f"""CASE e.severity WHEN 'severe' THEN {p.points_complaint_severe}
    WHEN 'moderate' THEN {p.points_complaint_moderate} ELSE {p.points_complaint_minor} END"""
    violation = f"""CASE e.class WHEN 'A' THEN {p.points_violation_a} WHEN 'B' THEN {p.points_violation_b}
    WHEN 'C' THEN {p.points_violation_c} ELSE {p.points_violation_d} END"""
    return "\nUNION ALL".join(
        [
            select(
                "refund",
                "refunds",
                "refund_id",
                "created_at",
                refund,
                "COALESCE(e.stage, '') <> 'before_dispatch' AND COALESCE(e.kind, '') <> 'exchange'",
            ),
            select(
                "complaint",
                "complaints",
                "complaint_id",
                "created_at",
                complaint,
                "e.status = 'upheld' AND COALESCE(e.fault, 'influencer') IN ('influencer', 'merchant')",
            ),
            select(
                "violation",
                "violations",
                "violation_id",
                "occurred_at",
                violation,
                f"e.status = 'confirmed' AND {OWN}",
            ),
            f"""
SELECT 'sessions:' || session_id, CAST({RATES.index("refund")} AS BIGINT), influencer, day,
  CAST({p.points_refund_other} AS BIGINT), CAST(refund_total AS BIGINT)
FROM session WHERE refund_total > 0""",
        ]
    )


RED_LINE = f"""
SELECT i.influencer, MAX({day("e.occurred_at")}) AS day
FROM violations e JOIN influencer i ON i.influencer_id = e.influencer_id
WHERE e.status = 'confirmed' AND e.class = 'A' AND {OWN}
GROUP BY i.influencer
"""


def _review(reviewer: str, join: str) -> str:
    return f"""
SELECT r.review_id, i.influencer, {reviewer}, {day("r.created_at")} AS day,
  {day("COALESCE(r.received_at, r.created_at)")} AS receipt,
  r.professionalism - 1 AS x0, r.service - 1 AS x1, r.as_described - 1 AS x2,
  COALESCE(r.verified, FALSE) AS verified,
  COALESCE(r.received_at, r.created_at) AS received_at, r.created_at
FROM reviews r JOIN influencer i ON i.influencer_id = r.influencer_id
{join}"""


REVIEW = _review("u.reviewer", "JOIN reviewer u ON u.reviewer_id = r.reviewer_id")
REVIEW_BY_NAME = _review("r.reviewer_id", "")

REVIEWER = """
SELECT reviewer_id, ROW_NUMBER() OVER () - 1 AS reviewer FROM (SELECT DISTINCT reviewer_id FROM reviews) d
"""

# an account's earlier reviews of the same influencer
EARLIER = """ROW_NUMBER() OVER (
    PARTITION BY r.influencer, r.reviewer ORDER BY r.received_at, r.created_at, r.review_id) - 1"""

# only accounts that reviewed an influencer more than once are worth a sort
REPEAT = f"""
SELECT r.rowid AS row, {EARLIER} AS repeat
FROM raw_review r JOIN (
  SELECT influencer, reviewer FROM raw_review GROUP BY influencer, reviewer HAVING COUNT(*) > 1
) d ON d.influencer = r.influencer AND d.reviewer = r.reviewer
"""
