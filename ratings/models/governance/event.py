"""The log: every change of state, who, when and why. Balances are its sum; the database lets no line be changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.models.governance.action import Action
from ratings.models.governance.appeal import Appeal
from ratings.models.governance.case import Case, name_of_staff, once, unknown_staff
from ratings.models.governance.words import EventKind


class Event(models.Model):
    """`data` holds what replaying needs; `change` is what the line did to the balance."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="events", db_index=False, verbose_name=_("influencer")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("case")
    )
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("action")
    )
    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("appeal")
    )
    kind = models.CharField(_("event"), max_length=24, choices=EventKind.choices)
    at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    actor = unknown_staff(_("by"))
    actor_name = name_of_staff(_("name of who acted"))
    reason = models.TextField(_("reason"))
    change = models.DecimalField(_("change of the balance"), max_digits=6, decimal_places=2, default=0)
    data = models.JSONField(_("details"), default=dict, blank=True)
    key = once()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["influencer", "id"], name="event_of_influencer")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_known"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="event_says_why"),
            models.CheckConstraint(condition=Q(change__gte=-100, change__lte=100), name="event_change_within"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
