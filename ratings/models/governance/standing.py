"""Where an influencer stands: what the log adds up to, kept so that it can be locked, read and published."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.models.governance.words import Level


class Standing(models.Model):
    """One row per influencer that was ever acted upon; whoever acts locks it first."""

    influencer = models.OneToOneField(
        Influencer,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="standing",
        verbose_name=_("influencer"),
    )
    balance = models.DecimalField(_("compliance balance"), max_digits=5, decimal_places=2, default=100)
    level = models.CharField(_("level in effect"), max_length=2, choices=Level.choices, blank=True)
    held_until = models.DateTimeField(_("interim hold until"), null=True, blank=True)
    hidden = models.BooleanField(_("off the leaderboards"), default=False)
    frozen = models.BooleanField(_("card frozen"), default=False)
    frozen_card = models.TextField(_("card as it stood when it was frozen"), blank=True, editable=False)
    public = models.JSONField(_("shown on the card"), default=list, blank=True)
    next_change_at = models.DateTimeField(_("changes by itself at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        indexes = [
            models.Index(fields=["next_change_at"], name="standing_next_change"),
            models.Index(fields=["influencer"], condition=Q(hidden=True), name="standing_hidden"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0, balance__lte=100), name="standing_balance_within"),
        ]

    def __str__(self) -> str:
        return f"{self.influencer_id}: {self.balance}"
