"""What becomes of an alert: a person dismisses it or acts upon it; one that nobody looks at goes up."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Complaint
from ratings.governance.alerts.watch import end
from ratings.governance.errors import AlreadyActed, Incomplete
from ratings.models import Alert, AlertEvent, Desk, Rule, Urgency

Kind = AlertEvent.Kind


def dismiss_alert(*, alert: Alert, reason: str, by: User, at: datetime) -> Alert:
    """Settle an alert that asks for nothing; the same cause does not raise it again."""
    return _settle(alert, Alert.State.DISMISSED, Kind.DISMISSED, reason, by, at)


def act_on_alert(*, alert: Alert, reason: str, by: User, at: datetime) -> Alert:
    """Note what was done about an alert: the case that was opened, or what the host was asked."""
    return _settle(alert, Alert.State.ACTED, Kind.ACTED, reason, by, at)


@transaction.atomic
def _settle(alert: Alert, state: Alert.State, kind: Kind, reason: str, by: User, at: datetime) -> Alert:
    if not reason.strip():
        raise Incomplete("reason", _("Say why."))
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if alert.state != Alert.State.OPEN:
        who = alert.settled_by.get_username() if alert.settled_by else ""
        raise AlreadyActed(
            _("This alert is %(state)s already.") % {"state": alert.get_state_display()},
            by=who,
            what=alert.state,
            at=alert.settled_at,
        )
    alert.state, alert.settled_at, alert.settled_by, alert.settled_why = state, at, by, reason
    alert.save()
    AlertEvent.objects.create(alert=alert, at=at, kind=kind, by=by, text=reason)
    return alert


@transaction.atomic
def escalate_alerts(*, at: datetime) -> int:
    """Hand what is past its clock to the seniors, one step more urgent; each alert once."""
    late = list(
        Alert.objects.select_for_update(skip_locked=True).filter(
            state=Alert.State.OPEN, due_at__lt=at, escalated_at=None
        )
    )
    for alert in late:
        alert.severity = min(alert.severity + 1, Urgency.URGENT)
        alert.desk, alert.escalated_at = Desk.SENIORS, at
    Alert.objects.bulk_update(late, ["severity", "desk", "escalated_at"])
    AlertEvent.objects.bulk_create(
        AlertEvent(alert=alert, at=at, kind=Kind.ESCALATED, text=f"due {alert.due_at:%Y-%m-%d %H:%M} UTC")
        for alert in late
    )
    return len(late)


@transaction.atomic
def end_alerts(*, at: datetime) -> int:
    """Close by themselves the alerts whose complaints have all been answered or withdrawn since."""
    waiting = Alert.objects.select_for_update(skip_locked=True).filter(state=Alert.State.OPEN, rule=Rule.UNANSWERED)
    open_ones = list(waiting)
    named = {one for alert in open_ones for one in alert.evidence["complaints"]}
    still = set(
        Complaint.objects.filter(source_id__in=named, status="open", responded_at=None, voided_at=None).values_list(
            "source_id", flat=True
        )
    )
    over = [alert for alert in open_ones if still.isdisjoint(alert.evidence["complaints"])]
    end(alerts=[alert.pk for alert in over], why="answered", at=at)
    return len(over)
