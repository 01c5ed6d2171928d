"""What becomes of an alert: a person dismisses it or acts upon it; one that nobody looks at goes up."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from ratings.governance.alerts.watch import end
from ratings.governance.errors import AlreadyActed, Incomplete
from ratings.models import Alert, AlertEvent, Desk, Rule, Urgency

Kind = AlertEvent.Kind
ANSWERED = """
SELECT id FROM ratings_alert
WHERE state = %(open)s AND rule = %(rule)s AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(evidence->'complaints') named
    JOIN feedback_complaint c ON c.source_id = named
    WHERE c.status = 'open' AND c.responded_at IS NULL AND c.voided_at IS NULL)
FOR UPDATE SKIP LOCKED
"""


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
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, {"open": Alert.State.OPEN.value, "rule": Rule.UNANSWERED.value})
        over = [pk for (pk,) in cursor.fetchall()]
    end(alerts=over, why=noop("All of them were answered or withdrawn."), at=at)
    return len(over)
