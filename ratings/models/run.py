"""Runs of the rating and the policies they were made under."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION


class PolicyVersion(models.Model):
    """Every constant of one version of the policy, as it was when a run first used it; never changed."""

    version = models.CharField(_("version"), max_length=32, primary_key=True, db_collation=ID_COLLATION)
    document = models.JSONField(_("document"))
    digest = models.CharField(_("digest"), max_length=80)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.version


class Run(models.Model):
    """One rating of everyone, as of the start of a day. It exists only when it is complete."""

    class Status(models.TextChoices):
        STORED = "stored", _("stored")
        ARCHIVED = "archived", _("archived: its scorecards were removed")

    as_of = models.DateField(_("as of"), help_text=_("evidence before the start of this day counts"))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="runs", verbose_name=_("policy"))
    parameters = models.JSONField(_("parameters"), help_text=_("all that is needed to recompute a card"))
    peer_groups = models.JSONField(_("peer groups"), help_text=_("size and means by name"))
    digest = models.CharField(_("digest of the scores"), max_length=80)
    evidence_digest = models.CharField(_("digest of the evidence"), max_length=80)
    evidence_counts = models.JSONField(_("rows of evidence by kind"))
    influencers = models.PositiveIntegerField(_("influencers"))
    rated = models.PositiveIntegerField(_("rated"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.STORED)
    engine = models.CharField(_("engine"), max_length=16)
    announced = ArrayField(
        models.BigIntegerField(), default=list, editable=False, help_text=_("rows of the outbox this run takes up")
    )
    created_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        permissions = [("publish_run", "Can publish a run and go back to the one before")]
        constraints = [
            models.CheckConstraint(condition=models.Q(rated__lte=models.F("influencers")), name="run_rated_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.as_of}, {self.policy_id})"
