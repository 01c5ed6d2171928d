"""What the public reads, stored ready to send."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION, Influencer
from ratings.models.run import PolicyVersion, Run


class PublicDocument(models.Model):
    """The one public document of an influencer: the API sends these bytes, the page reads these bytes."""

    slug = models.CharField(_("slug"), max_length=120, primary_key=True, db_collation=ID_COLLATION)
    influencer = models.OneToOneField(
        Influencer, on_delete=models.PROTECT, related_name="document", verbose_name=_("influencer")
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", verbose_name=_("run"))
    body = models.BinaryField(_("body"))
    body_gzip = models.BinaryField(_("body, compressed"))
    etag = models.CharField(_("ETag"), max_length=64, help_text=_("of the plain body; the compressed one adds -gz"))
    updated_at = models.DateTimeField(_("updated at"))
    live = models.BooleanField(_("newer than its run"), db_default=False)

    class Meta:
        verbose_name = _("public document")
        verbose_name_plural = _("public documents")

    def __str__(self) -> str:
        return self.slug

    @cached_property
    def data(self) -> dict[str, Any]:
        """The document itself, read from the bytes that are sent."""
        data: dict[str, Any] = json.loads(bytes(self.body))
        return data


class KeptDocument(models.Model):
    """A public document as it stood on a day: every day for 90 days, then one a month."""

    influencer = models.ForeignKey(
        Influencer,
        on_delete=models.PROTECT,
        related_name="kept_documents",
        db_index=False,
        verbose_name=_("influencer"),
    )
    as_of = models.DateField(_("as of"))
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", verbose_name=_("run"))
    body_gzip = models.BinaryField(_("body, compressed"))

    class Meta:
        verbose_name = _("kept document")
        verbose_name_plural = _("kept documents")
        constraints = [models.UniqueConstraint(fields=["influencer", "as_of"], name="kept_once_a_day")]
        indexes = [models.Index(fields=["as_of"], name="kept_as_of")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.as_of}"


class HistoryPoint(models.Model):
    """What was public of an influencer as of a day: one point of its trend."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="history", db_index=False, verbose_name=_("influencer")
    )
    as_of = models.DateField(_("as of"))
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", verbose_name=_("run"))
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("policy")
    )
    status = models.CharField(_("status"), max_length=16)
    score = models.FloatField(_("score"))
    low = models.FloatField(_("low"))
    high = models.FloatField(_("high"))
    grade = models.CharField(_("grade"), max_length=2, blank=True)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    service_attitude = models.FloatField(_("service attitude"), null=True)

    class Meta:
        verbose_name = _("history point")
        verbose_name_plural = _("history points")
        constraints = [models.UniqueConstraint(fields=["influencer", "as_of"], name="history_once_a_day")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.as_of}: {self.score:.1f}"
