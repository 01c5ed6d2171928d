"""What was noticed and waits for a person. An alert never sanctions by itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION, Influencer
from ratings.models.run import Run


class Rule(models.TextChoices):
    """What is watched for; one file each in ratings.governance.alerts.rules."""

    SERVICE_LOW = "service_low", _("service attitude surely weak")
    SERVICE_DROP = "service_drop", _("service attitude fell fast")
    REFUNDS = "refunds", _("refunds far above peers")
    COMPLAINT_BURST = "complaint_burst", _("burst of complaints")
    UNANSWERED = "unanswered", _("complaints left unanswered")
    INFLATED = "inflated", _("inflated shows, again and again")
    HELD_DOWN = "held_down", _("burst of reviews held down")
    HIRED_COMMENTS = "hired_comments", _("comments as if hired")
    EXPIRED = "expired", _("qualification expired")
    CANCELLATIONS = "cancellations", _("cancellations before dispatch far above peers")
    OVERDUE = "overdue", _("a step of ours is overdue")
    BALANCE = "balance", _("compliance balance about to cross a level")


class Urgency(models.IntegerChoices):
    """How grave, and with it how soon somebody should look."""

    LOW = 1, _("low")
    MEDIUM = 2, _("medium")
    HIGH = 3, _("high")
    URGENT = 4, _("urgent")


class Suggestion(models.TextChoices):
    """What might be done about it; a person decides."""

    LOOK = "look", _("Look at the evidence and talk to the host.")
    TRAIN = "train", _("Offer the training on after-sales and service.")
    REMIND = "remind", _("Remind the host that the time to answer is over; open a case if it stays so.")
    AUDIT = "audit", _("Compare the shows with their sales; open a case if the audience was made up.")
    RENEW = "renew", _("Ask for the renewed qualification; open a case if shows on the topic go on without.")
    EXPLAIN = "explain", _("Ask the host how the orders came about and went away again.")
    DECIDE = "decide", _("Take the step that is overdue, or give it to somebody who can.")
    WARN_AHEAD = "warn_ahead", _("Tell the host how near the next level is, and offer the course.")


class Desk(models.TextChoices):
    """Whose desk it lies on."""

    MODERATORS = "moderators", _("moderators")
    SENIORS = "seniors", _("seniors")


class Alert(models.Model):
    """One cause is one alert: dismissed, it comes back only for a new cause."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")
        ACTED = "acted", _("acted upon")
        ENDED = "ended", _("ended by itself")

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, db_index=False, related_name="alerts", verbose_name=_("influencer")
    )
    rule = models.CharField(_("rule"), max_length=32, choices=Rule.choices)
    cause = models.CharField(_("cause"), max_length=160, db_collation=ID_COLLATION)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    severity = models.SmallIntegerField(_("severity"), choices=Urgency.choices)
    desk = models.CharField(_("desk"), max_length=16, choices=Desk.choices, default=Desk.MODERATORS)
    reason_en = models.TextField(_("reason in English"))
    reason_zh = models.TextField(_("reason in Chinese"))
    evidence = models.JSONField(_("evidence"))
    suggestion = models.CharField(_("suggestion"), max_length=16, choices=Suggestion.choices)
    code = models.CharField(_("code it might be"), max_length=16, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    due_at = models.DateTimeField(_("to be looked at by"))
    last_seen_at = models.DateTimeField(_("last seen at"))
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_why = models.TextField(_("why"), blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        permissions = [("settle_alert", "Can dismiss alerts and note that they were acted upon")]
        indexes = [
            models.Index(fields=["state", "-severity", "due_at"], name="alert_queue"),
            models.Index(fields=["due_at"], condition=Q(state="open", escalated_at=None), name="alert_clock"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["influencer", "rule", "cause"], name="alert_once_for_a_cause"),
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="alert_rule"),
            models.CheckConstraint(condition=Q(severity__in=Urgency.values), name="alert_severity"),
            models.CheckConstraint(condition=Q(desk__in=Desk.values), name="alert_desk"),
            models.CheckConstraint(condition=~Q(reason_en="") & ~Q(reason_zh=""), name="alert_says_why"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, settled_by=None)
                | Q(state="ended", settled_at__isnull=False, settled_by=None)
                | (
                    Q(state__in=["dismissed", "acted"], settled_at__isnull=False, settled_by__isnull=False)
                    & Q(settled_why__regex=r"\S")
                ),
                name="alert_settled_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}: {self.influencer_id}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return self.reason_zh if (get_language() or "").startswith("zh") else self.reason_en


class AlertEvent(models.Model):
    """A line of an alert's story; the database lets none be changed or deleted."""

    class Kind(models.TextChoices):
        RAISED = "raised", _("raised")
        ESCALATED = "escalated", _("escalated")
        DISMISSED = "dismissed", _("dismissed")
        ACTED = "acted", _("acted upon")
        ENDED = "ended", _("ended by itself")

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events", verbose_name=_("alert"))
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("event"), max_length=16, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("alert event")
        verbose_name_plural = _("alert events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.kind}"


class Watch(models.Model):
    """A public run whose influencers were all looked at, and what was usual among peers then."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, primary_key=True, related_name="watch")
    at = models.DateTimeField(_("at"))
    raised = models.PositiveIntegerField(_("alerts raised"))
    usual = models.JSONField(_("usual rates by peer group"))

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")

    def __str__(self) -> str:
        return str(self.run_id)
