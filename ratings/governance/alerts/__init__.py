"""Alerts: what is noticed at every close and whenever evidence comes, for a person to look at. Never a verdict."""

from ratings.governance.alerts.desk import act_on_alert, dismiss_alert, end_alerts, escalate_alerts
from ratings.governance.alerts.watch import watch_close, watch_overdue, watch_touched

__all__ = [
    "act_on_alert",
    "dismiss_alert",
    "end_alerts",
    "escalate_alerts",
    "watch_close",
    "watch_overdue",
    "watch_touched",
]
