"""What is known of the evidence itself: how complete, what was revised, what was loaded, what waits to be counted."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from feedback.kinds import COVERED
from feedback.models.fields import bounds, moment
from influencers.models import ID_COLLATION, Influencer, Sourced


class Coverage(Sourced):
    """From when to when the evidence of a kind is known to be complete. Assumed ones stand where no source says."""

    kind = models.CharField(_("kind"), max_length=32, choices=[(kind, kind) for kind in COVERED])
    covers_from = moment(_("from"), db_column="from")
    covers_until = moment(_("until"), db_column="until")
    complete = models.BooleanField(_("complete"))
    assumed = models.BooleanField(_("assumed"), db_default=False)

    class Meta(Sourced.Meta):
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        constraints = [*Sourced.Meta.constraints, *bounds("coverage")]


class Revision(models.Model):
    """A revision of a row that a later one has replaced, whole, as it was stored."""

    kind = models.CharField(_("kind"), max_length=32)
    source_id = models.CharField(_("source id"), max_length=128, db_collation=ID_COLLATION)
    updated_at = models.DateTimeField(_("updated at by its source"), null=True)
    received_at = models.DateTimeField(_("received at"), null=True)
    loaded_at = models.DateTimeField(_("loaded at"))
    row = models.JSONField(_("row"))

    class Meta:
        verbose_name = _("superseded revision")
        verbose_name_plural = _("superseded revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source_id", "updated_at"], name="revision_source", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.source_id}"


class Outbox(models.Model):
    """Whose day has to be counted again. A day of null means all of them; whoever takes a row up deletes it."""

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, db_index=False, related_name="+")
    day = models.DateField(null=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evidence to take up")
        verbose_name_plural = _("evidence to take up")

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.day or ''}"


class Ingest(models.Model):
    """One file or batch that was loaded, and what became of its rows."""

    at = models.DateTimeField(_("at"), db_default=Now())
    kind = models.CharField(_("kind"), max_length=32)
    file = models.CharField(_("file"), max_length=500)
    digest = models.CharField(_("SHA-256"), max_length=64)
    rows = models.BigIntegerField(_("rows"))
    loaded = models.BigIntegerField(_("loaded"))
    older = models.BigIntegerField(_("older"))
    duplicate = models.BigIntegerField(_("duplicates"))
    skipped = models.BigIntegerField(_("skipped"))
    rejected = models.BigIntegerField(_("rejected"))

    class Meta:
        verbose_name = _("ingest")
        verbose_name_plural = _("ingests")
        ordering = ["-id"]
        permissions = [
            ("load_evidence", "Can load evidence files in the admin"),
            ("void_evidence", "Can take out evidence that never was"),
        ]

    def __str__(self) -> str:
        return f"{self.file}: {self.loaded}/{self.rows}"
