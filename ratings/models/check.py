"""Pre-payment checks as they were answered, and what became of the deals."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import ApiKey
from influencers.models import Influencer
from ratings.models.members import Merchant
from ratings.models.run import Run


class LearnedMarket(models.Model):
    """What all shows together teach, as of a run; every check of that run leans on it."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="market", verbose_name=_("run"))
    document = models.JSONField(_("document"))

    class Meta:
        verbose_name = _("learned market")
        verbose_name_plural = _("learned markets")

    def __str__(self) -> str:
        return str(self.run)


class Check(models.Model):
    """One answer, whole, with what was known when it was given. It is a merchant's, a key's or a person's own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="checks", verbose_name=_("influencer")
    )
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("merchant")
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("API key")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=_("user"),
    )
    at = models.DateTimeField(_("at"))
    as_of = models.DateField(_("as of"))
    run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("run")
    )
    verdict = models.CharField(_("verdict"), max_length=32)
    request = models.JSONField(_("request"))
    answer = models.JSONField(_("answer"))

    class Meta:
        verbose_name = _("pre-payment check")
        verbose_name_plural = _("pre-payment checks")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["api_key", "-at"], name="check_of_key"),
            models.Index(fields=["user", "-at"], name="check_of_user"),
            models.Index(fields=["merchant", "-at"], name="check_of_merchant"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(api_key__isnull=False) | models.Q(user__isnull=False), name="check_has_an_owner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.verdict}"


class Outcome(models.Model):
    """The settlement audit of a checked deal; a later export replaces it by a further row."""

    check_of = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="outcomes", verbose_name=_("check"))
    at = models.DateTimeField(_("at"))
    audit = models.JSONField(_("audit"))
    borne_out = models.BooleanField(
        _("borne out"),
        default=False,
        db_default=False,
        help_text=_("half of its orders were reported by the platform: other merchants hear of it"),
    )

    class Meta:
        verbose_name = _("outcome of a check")
        verbose_name_plural = _("outcomes of checks")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.check_of_id)
